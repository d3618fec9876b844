"""From the rows of a file, split into cells, to its answer: what is dropped, rejected, accepted, and by which ids."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from tests.differential.reference.amounts import Till
from tests.differential.reference.answer import Answer, Fault, RefusedError, Row
from tests.differential.reference.balances import breaks
from tests.differential.reference.cells import Cells, is_dropped
from tests.differential.reference.mapping import Mapper, fields_of


def answered(mapper: Mapper, found: Iterable[Cells | Row]) -> Answer:
    """Judge every row; those that could not be split into cells are rows already. RefusedError if there are none."""
    rows, ids, sure, found = list[Row](), Counter[str](), set[str](), list(found)
    mapper = replace(mapper, signed_file=_has_minus(mapper, found))
    for one in found:
        row = one if isinstance(one, Row) else _row(mapper, one)
        own = row.record.get("transaction_id")
        if not row.dropped and isinstance(own, str):
            ids[own] += 1
            if _is_hashed(mapper, one):
                row.record["transaction_id"] = f"{own}-{ids[own]}"
            elif ids[own] > 1:
                repeats = own in sure and not row.ambiguous
                faults = (*row.faults, _duplicate(mapper, certain=repeats))
                row = replace(row, faults=faults, repeats_id=repeats, may_repeat_id=not repeats)
            if not row.ambiguous:
                sure.add(own)
        rows.append(row)
    may_be_any = mapper.layout["format"] == "json"
    repeating = [replace(row, repeats_id=row.repeats_id or row.may_repeat_id) for row in rows]
    broken = sorted(
        breaks(mapper.layout, some, unread_may_be_any=flag)
        for some in (rows, repeating)
        for flag in {False, may_be_any}
    )
    if not rows:
        raise RefusedError("NO_RECORDS")
    return Answer(tuple(rows), warnings={"BALANCE_BREAK": broken[0]}, may_warn={"BALANCE_BREAK": broken[-1]})


def _is_hashed(mapper: Mapper, one: Cells | Row) -> bool:
    """Return whether the row's id is a hash."""
    made = mapper.layout["mapping"]["transaction_id"]
    own = made.get("unless")
    return made["function"] == "row_hash" and not (own and isinstance(one, Cells) and mapper.completed(one).texts[own])


def _row(mapper: Mapper, cells: Cells) -> Row:
    if not cells.repeats and is_dropped(mapper.layout, mapper.completed(cells)):
        return Row(cells.line, dropped=True)
    record, faults = mapper.mapped(cells)
    if cells.repeats or cells.may_repeat:
        faults.append(Fault.of("", "NAME_REPEATED", certain=cells.repeats))
    others = any(fault.certain and not fault.if_alone for fault in faults)
    return Row(
        cells.line,
        record,
        tuple(replace(fault, certain=False) if fault.if_alone and others else fault for fault in faults),
        ambiguous=cells.repeats,
        id_is_open=bool(cells.mistyped),
    )


def _duplicate(mapper: Mapper, *, certain: bool) -> Fault:
    fields = fields_of(mapper.layout["mapping"]["transaction_id"])
    return Fault(frozenset(fields or [""]), frozenset(["DUPLICATE_ID"]), certain=certain)


def _has_minus(mapper: Mapper, found: Iterable[Cells | Row]) -> bool:
    """Return whether an amount whose direction follows from the own account has a minus in any row."""
    function = mapper.layout["mapping"]["amount"]
    if function["function"] != "amount_by_account":
        return False
    rows = (mapper.completed(one) for one in found if isinstance(one, Cells))
    return any(Till(mapper.layout, cells, None).is_negative(function["field"]) for cells in rows)
