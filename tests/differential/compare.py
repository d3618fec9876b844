"""Compares the product's result for a case with the reference's answer."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.differential.generate.case import RECEIVED_ON, Case
from tests.differential.product import FILE_ID, RECEIVED_AT, ProductResult, run_product
from tests.differential.reference.answer import Answer, Row
from tests.differential.reference.codes import CURRENCIES
from tests.differential.reference.judge import judge
from tests.differential.reference.limits import JUDGED_BY_ROWS, exceeded
from tests.differential.reference.mapping import COLUMNS

_ROW_AS_A_WHOLE = ""
_SHOWN = 12


@dataclass(frozen=True)
class Outcome:
    """The comparison of one case: the differences, and the product's code and counts."""

    case: Case
    differences: tuple[str, ...]
    code: str = ""
    accepted: int = 0
    rejected: int = 0
    dropped: int = 0


def outcome(case: Case) -> Outcome:
    """Read the file of ``case`` with the product and with the reference."""
    found = run_product(case)
    differing = differences(case, found)
    if found.validation is None:
        return Outcome(case, differing)
    counts, code = found.validation.counts, found.validation.reason_code
    return Outcome(case, differing, code, counts.accepted, counts.rejected, counts.dropped)


def differences(case: Case, found: ProductResult) -> tuple[str, ...]:
    """Return the differences between product and reference; nothing if they agree."""
    answers = judge((case.layout, *case.others), case.content, case.file_name, RECEIVED_ON)
    name = found.validation.layout if found.validation else ""
    if name in answers:
        return tuple(_differences(case, answers[name], found))
    every = (tuple(_differences(case, answer, found)) for answer in answers.values())
    return min(every, key=len)


def _differences(case: Case, answer: Answer, found: ProductResult) -> Iterator[str]:
    if found.failure:
        yield f"failed: {found.failure}"
    validation = found.validation
    if validation is None:
        return
    if (validation.sha256, validation.size) != (hashlib.sha256(case.content).hexdigest(), len(case.content)):
        yield "sha256 and size are not the file's"
    code = validation.reason_code
    if code and code not in JUDGED_BY_ROWS:
        if code not in answer.refusals | answer.may_refuse:
            yield f"refused as {code}, expected {_said(answer)}"
        # Of a file without a layout there is nothing to transform, unless there is only one.
        if not found.failure and found.refused_as != code and (validation.layout or not case.others):
            yield f"validated as {code}, transformed as {found.refused_as or 'good'}"
    elif answer.refusals:
        yield f"accepted as {validation.verdict} {validation.counts}, expected {_said(answer)}"
    elif found.refused_as:
        yield f"validated as {validation.verdict}, transformed as {found.refused_as}"
    elif not found.failure:
        yield from _verdict(case, found)
        yield from _other_facts(answer, found)
        yield from _both_jobs(found)
        yield from _rows(answer.rows, found)


def _said(answer: Answer) -> str:
    counts = Counter("dropped" if row.dropped else "rejected" if row.rejected else "accepted" for row in answer.rows)
    return ", ".join(sorted(answer.refusals)) or f"rows: {dict(counts)}"


def _verdict(case: Case, found: ProductResult) -> Iterator[str]:
    assert found.validation
    counts, days = found.validation.counts, [row["booking_date"] for row in found.transactions]
    layouts = {layout["name"]: layout for layout in (case.layout, *case.others)}
    codes = exceeded(
        layouts[found.validation.layout],
        read=counts.read,
        rejected=counts.rejected,
        dropped=counts.dropped,
        days=days,
        received_on=RECEIVED_ON,
    )
    right = "REJECTED" if codes else "VALID_WITH_REJECTED_ROWS" if counts.rejected else "VALID"
    code = found.validation.reason_code
    if found.validation.verdict != right or (codes and code not in codes):
        yield f"verdict {found.validation.verdict} {code}, expected {right} {sorted(codes)} with {counts}"


def _other_facts(answer: Answer, found: ProductResult) -> Iterator[str]:
    """Compare the warnings, the skipped lines, and the first and last booking date."""
    assert found.validation
    warnings = {warning.code: warning.count for warning in found.validation.warnings}
    for code in sorted(warnings.keys() | answer.warnings.keys()):
        least, most = answer.warnings.get(code, 0), answer.may_warn.get(code, 0)
        if not least <= warnings.get(code, 0) <= most:
            yield f"warned {code} {warnings.get(code, 0)} times, expected {least}"
    open_rows = sum(row.may_be_skipped for row in answer.rows)
    if not answer.skipped - open_rows <= found.validation.counts.skipped <= answer.skipped:
        yield f"skipped {found.validation.counts.skipped}, expected {answer.skipped}"
    if found.validation.counts.joined != answer.joined:
        yield f"joined {found.validation.counts.joined}, expected {answer.joined}"
    days = sorted(row["booking_date"] for row in found.transactions)
    right = (str(days[0]), str(days[-1])) if days else ("", "")
    dates = (found.validation.first_booking_date, found.validation.last_booking_date)
    if dates != right:
        yield f"booking dates {dates}, expected {right}"


def _both_jobs(found: ProductResult) -> Iterator[str]:
    """Compare the results of validation, of transformation and in the written files."""
    validation, transformation = found.validation, found.transformation
    assert validation
    assert transformation
    if validation.counts != transformation.counts:
        yield f"validated {validation.counts}, transformed {transformation.counts}"
    if not validation.totals == transformation.totals == transformation.written.totals:
        yield f"validated {validation.totals}, transformed {transformation.totals}, written {transformation.written}"
    counts = transformation.counts
    if counts.accepted != len(found.transactions):
        yield f"accepted {counts.accepted}, but {len(found.transactions)} rows are written"
    codes = Counter(row["error_code"] for row in found.quarantine)
    if {error.code: error.count for error in validation.errors} != codes:
        yield f"errors {validation.errors}, but written are {dict(codes)}"
    sums: defaultdict[str, list[Decimal]] = defaultdict(list)
    for row in found.transactions:
        sums[row["currency"]].append(row["amount"])
    right = [(currency, len(amounts), _plain(sum(amounts), currency)) for currency, amounts in sorted(sums.items())]
    if [(total.currency, total.count, total.sum) for total in validation.totals] != right:
        yield f"totals {validation.totals}, but the rows sum up to {right}"
    lineage = {(row["file_id"], row["layout"], row["ingested_at"], row["partner"]) for row in found.transactions}
    if lineage - {(FILE_ID, transformation.layout, RECEIVED_AT.replace(tzinfo=None), "bank")}:
        yield f"lineage {lineage}"


def _plain(amount: Decimal | int, currency: str) -> str:
    whole, _, fraction = f"{amount:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(CURRENCIES[currency], "0")
    return f"{whole}.{fraction}" if fraction else whole


def _rows(rows: tuple[Row, ...], found: ProductResult) -> Iterator[str]:
    assert found.transformation
    counts, dropped = found.transformation.counts, sum(row.dropped for row in rows)
    open_rows = sum(row.may_be_skipped for row in rows)
    if counts.dropped != dropped or not len(rows) - open_rows <= counts.read <= len(rows):
        yield f"read {counts.read}, dropped {counts.dropped}; expected {len(rows)}, {dropped}"
    by_line = _grouped((row.line, row) for row in rows if not row.dropped)
    accepted = _grouped((row["source_line"], row) for row in found.transactions)
    errors = _grouped((row["source_line"], (row["field"], row["error_code"])) for row in found.quarantine)
    yielded = 0
    for line in sorted(by_line.keys() | accepted.keys() | errors.keys()):
        for difference in (
            *_repeated(by_line[line], errors[line]),
            *_line(by_line[line], accepted[line], set(errors[line])),
        ):
            yielded += 1
            if yielded <= _SHOWN:
                yield f"line {line}: {difference}"


def _grouped(pairs: Iterable[tuple[int, Any]]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for line, value in pairs:
        found[line].append(value)
    return found


def _repeated(rows: list[Row], errors: list[tuple[str, str]]) -> Iterator[str]:
    """Look for a cell with several errors. That an earlier row has the same id is not seen in the cell."""
    counts = Counter(field for field, code in errors if field != _ROW_AS_A_WHOLE and code != "DUPLICATE_ID")
    if len(rows) == 1:
        yield from (f"{field} has {count} errors: {sorted(errors)}" for field, count in counts.items() if count > 1)


def _line(rows: list[Row], accepted: list[dict[str, Any]], errors: set[tuple[str, str]]) -> Iterator[str]:
    """Compare the rows that begin on one line: of a JSON document, they may be several."""
    left = list(rows)
    for written in accepted:
        fitting = next((row for row in left if not row.rejected and not _unlike(row, written)), None)
        if fitting is None:
            fitting = next((row for row in left if not row.rejected), None)
            said = _unlike(fitting, written) if fitting else [f"expected {_faults(left)}"]
            yield f"accepted {_shown(written)}: {'; '.join(said)}"
        if fitting:
            left.remove(fitting)
    if errors or not any(row.may_be_skipped for row in left):
        yield from _not_accepted(left, errors)


def _not_accepted(left: list[Row], errors: set[tuple[str, str]]) -> Iterator[str]:
    """Compare the errors of a line with what is wrong with its rows that were not accepted."""
    yield from (f"not accepted: {row.record}; reported {sorted(errors)}" for row in left if not row.faults)
    possible = {(field, code) for row in left for fault in row.faults for field in fault.fields for code in fault.codes}
    if errors - possible and not any(row.ambiguous for row in left):
        yield f"rejected for {sorted(errors - possible)}; expected {_faults(left)}"
    if _ROW_AS_A_WHOLE in {field for field, _ in errors}:
        return  # Errors of its cells are not reported.
    reported = {field for field, _ in errors}
    for fault in (fault for row in left for fault in row.faults if fault.certain):
        # A cell has one error: another fault of the same cell may be the one that is reported.
        if not fault.fields & reported:
            yield f"not rejected for {sorted(fault.fields)} {sorted(fault.codes)}; reported {sorted(errors)}"


def _unlike(row: Row, written: dict[str, Any]) -> list[str]:
    return [
        f"{column} is {written[column]!r}, expected {row.record[column]!r}"
        for column in COLUMNS
        if written[column] != row.record[column] and not (row.id_is_open and column == "transaction_id")
    ]


def _faults(rows: list[Row]) -> list[str]:
    return [
        f"{'/'.join(sorted(fault.fields))}: {'/'.join(sorted(fault.codes))}" for row in rows for fault in row.faults
    ]


def _shown(written: dict[str, Any]) -> dict[str, Any]:
    return {column: written[column] for column in COLUMNS if written[column] is not None}
