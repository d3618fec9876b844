"""What must be true of the demonstration's outcome; each check says what it saw where it fails."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from cli.demo.run import DemoRun, FileResult, alert_due
from cli.demo.scenario import BATCH
from pipeline.constants import SERVICE_LEVEL


@dataclass(frozen=True, kw_only=True)
class DemoCheck:
    """One check: what is claimed, and everything that speaks against it."""

    claim: str
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the claim holds."""
        return not self.problems


def check(outcome: DemoRun) -> list[DemoCheck]:
    """Check everything."""
    return [DemoCheck(claim=claim, problems=tuple(find(outcome))) for claim, find in _CHECKS.items()]


def _statuses(outcome: DemoRun) -> Iterator[str]:
    for result in outcome.results:
        expected = result.sample.expected
        if result.row.status is not expected.status:
            yield _differs(result, expected.status, result.row.status)
        elif expected.detail is not None and result.row.detail != expected.detail:
            yield _differs(result, expected.detail, result.row.detail)


def _routes(outcome: DemoRun) -> Iterator[str]:
    for result in outcome.results:
        if result.route != result.sample.expected.route:
            yield _differs(result, result.sample.expected.route, result.route)


def _one_batch(outcome: DemoRun) -> Iterator[str]:
    """Those uploaded together below the threshold: all of the first wave, so all that nothing earlier stands for."""
    keys: set[str] = set()
    executions = set()
    for result in outcome.results:
        if result.route == BATCH and result.sample.key not in keys and not result.row.duplicate_of:
            executions.add(result.row.execution)
        keys.add(result.sample.key)
    if len(executions) != 1:
        yield f"{len(executions)} executions"


def _counts(outcome: DemoRun) -> Iterator[str]:
    for result in outcome.results:
        row = result.row
        seen = (row.rows_read, row.rows_accepted, row.rows_rejected, row.rows_dropped)
        if seen != result.sample.expected.rows:
            yield _differs(result, result.sample.expected.rows, seen)
        if {error.code: error.count for error in row.errors} != result.sample.expected.errors:
            yield _differs(result, dict(result.sample.expected.errors), row.errors)


def _sums(outcome: DemoRun) -> Iterator[str]:
    for result in outcome.results:
        if result.row.sums != result.sample.expected.totals:
            yield _differs(result, dict(result.sample.expected.totals), result.row.sums)


def _alerts(outcome: DemoRun) -> Iterator[str]:
    due = Counter(
        (result.sample.expected.status.value, result.sample.partner, result.sample.key)
        for result in outcome.results
        if alert_due(result.sample)
    )
    keys = {result.sample.key for result in outcome.results}
    sent = Counter(
        (
            alert.attributes.get("status", ""),
            alert.attributes.get("partner", ""),
            next((key for key in keys if key in alert.message), ""),
        )
        for alert in outcome.alerts
    )
    yield from (f"missing: {' '.join(alert)}" for alert in due - sent)
    yield from (f"not due: {' '.join(alert)}" for alert in sent - due)


def _query_equals_audit(outcome: DemoRun) -> Iterator[str]:
    audited: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for row in outcome.completed:
        for total in row.totals:
            place = (row.partner, total.currency)
            count, amount = audited.get(place, (0, Decimal(0)))
            audited[place] = (count + total.count, amount + total.sum)
    queried = {
        (str(row["partner"]), str(row["currency"])): (int(row["transactions"] or 0), Decimal(row["total"] or 0))
        for row in outcome.totals
    }
    for place in sorted(audited.keys() | queried.keys()):
        if audited.get(place) != queried.get(place):
            yield f"{' '.join(place)}: audit {audited.get(place)}, Athena {queried.get(place)}"


def _only_completed(outcome: DemoRun) -> Iterator[str]:
    expected = {row.file_id: row.rows_accepted for row in outcome.completed}
    for file_id in sorted(expected.keys() | outcome.published.keys()):
        if expected.get(file_id, 0) != outcome.published.get(file_id, 0):
            number = outcome.number_of(file_id)
            yield f"file {number}: {expected.get(file_id, 0)} rows due, {outcome.published.get(file_id, 0)} readable"


def _quarantine(outcome: DemoRun) -> Iterator[str]:
    expected = Counter({(row.file_id, error.code): error.count for row in outcome.completed for error in row.errors})
    seen = Counter((str(row["file_id"]), str(row["error_code"])) for row in outcome.quarantine)
    yield from (f"missing: file {outcome.number_of(file_id)} {code}" for file_id, code in expected - seen)
    yield from (f"not due: file {outcome.number_of(file_id)} {code}" for file_id, code in seen - expected)


def _partitions(outcome: DemoRun) -> Iterator[str]:
    for partition in outcome.readable_partitions - outcome.registered_partitions:
        yield f"{partition.table} {'/'.join(partition.values)}"


def _latency(outcome: DemoRun) -> Iterator[str]:
    for result in outcome.results:
        if result.row.latency is None or result.row.latency > SERVICE_LEVEL:
            yield f"file {result.number}: {result.row.latency}"


def _dead_letters(outcome: DemoRun) -> Iterator[str]:
    if outcome.dead_letters:
        yield f"{outcome.dead_letters} messages"


def _reports(outcome: DemoRun) -> Iterator[str]:
    for result in outcome.results:
        if result.row.report not in outcome.reports:
            yield f"file {result.number}: {result.row.report or 'no report'}"


def _differs(result: FileResult, expected: object, seen: object) -> str:
    return f"file {result.number}: {expected} expected, {seen} seen"


_CHECKS: Final[dict[str, Callable[[DemoRun], Iterator[str]]]] = {
    "Every file has its expected status and reason": _statuses,
    "Small files went in batches, others direct, and the largest to the job on Spark": _routes,
    "The small files of the first wave share one execution": _one_batch,
    "Rows read, accepted, rejected and dropped are exact": _counts,
    "Control totals are exact to the last digit, per currency": _sums,
    "Every alert that was due went out, and no other": _alerts,
    "Athena's totals equal those of the completed files' audit rows": _query_equals_audit,
    "No row of a duplicate, superseded or rejected file is readable": _only_completed,
    "Quarantine holds every error of every rejected row": _quarantine,
    "Every partition with rows is registered in the Glue catalog": _partitions,
    f"Every file was done within {SERVICE_LEVEL // timedelta(minutes=1)} minutes of its upload": _latency,
    "Every file has its report for the partner": _reports,
    "The dead-letter queue is empty": _dead_letters,
}
