"""Send the samples through a pipeline and collect everything that came out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cli.demo.scenario import Sample
from deployment.athena import Row
from deployment.pipeline import Partition, Pipeline, Upload
from deployment.waiting import wait_until
from local.alerts import Alert, AlertInbox
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus

TOTALS_QUERY: Final = """
SELECT partner, currency, count(*) AS transactions, sum(amount) AS total
FROM transactions
GROUP BY partner, currency
ORDER BY partner, currency
"""

FILES_QUERY: Final = """
SELECT file_id, count(*) AS transactions
FROM transactions
GROUP BY file_id
"""

PARTITIONS_QUERY: Final = """
SELECT DISTINCT partner, booking_date
FROM transactions
"""

QUARANTINE_QUERY: Final = """
SELECT partner, file_id, source_line, field, error_code, masked_value
FROM quarantine
ORDER BY partner, file_id, source_line, field
"""


@dataclass(frozen=True, kw_only=True)
class FileResult:
    """One sample's upload, its audit row and its route."""

    number: int
    sample: Sample
    row: AuditRow
    route: str


@dataclass(frozen=True, kw_only=True)
class DemoRun:
    """All that the demonstration has seen."""

    results: Sequence[FileResult]
    alerts: Sequence[Alert]
    totals: Sequence[Row]
    published: Mapping[str, int]
    quarantine: Sequence[Row]
    readable_partitions: frozenset[Partition]
    registered_partitions: frozenset[Partition]
    dead_letters: int
    reports: frozenset[str]

    @property
    def completed(self) -> list[AuditRow]:
        """Rows of the files whose transactions must be readable now, and no others."""
        return [result.row for result in self.results if result.row.published]

    def number_of(self, file_id: str) -> int:
        """Return the number under which a file is shown."""
        return next(result.number for result in self.results if result.row.file_id == file_id)


def alert_due(sample: Sample) -> bool:
    """Whether this sample's outcome is one that people are notified of."""
    return sample.expected.status is FileStatus.REJECTED or bool(sample.expected.errors)


def send(pipeline: Pipeline, samples: Sequence[Sample]) -> list[Upload]:
    """Upload the samples in their order."""
    return [pipeline.upload(sample.key, sample.content) for sample in samples]


def collect(pipeline: Pipeline, inbox: AlertInbox, sent: Sequence[tuple[Sample, Upload]]) -> DemoRun:
    """Gather audit rows, alerts and what Athena and Glue say, once everything has its outcome.

    Raises
    ------
    NotInTimeError
        If an upload has no outcome, an execution does not end, or a report has no page.
    """
    rows = pipeline.settle(upload for _, upload in sent)
    wait_until("all executions have ended", pipeline.running_executions, lambda running: not running)
    pages = {row.report for row in rows.values() if row.report}
    # They follow the outcomes within seconds.
    reports = wait_until(
        "every report has its page",
        lambda: frozenset(filter(pipeline.processed, pages)),
        lambda found: found == pages,
    )
    return DemoRun(
        results=[
            FileResult(number=number, sample=sample, row=rows[upload], route=pipeline.route(rows[upload].execution))
            for number, (sample, upload) in enumerate(sent, start=1)
        ],
        alerts=inbox.received(),
        totals=pipeline.athena.query(TOTALS_QUERY),
        published={str(row["file_id"]): int(row["transactions"] or 0) for row in pipeline.athena.query(FILES_QUERY)},
        quarantine=pipeline.athena.query(QUARANTINE_QUERY),
        readable_partitions=frozenset(
            Partition("transactions", (str(row["partner"]), str(row["booking_date"])))
            for row in pipeline.athena.query(PARTITIONS_QUERY)
        ),
        registered_partitions=frozenset(pipeline.partitions("transactions")),
        dead_letters=pipeline.waiting_messages("DeadLetterQueue"),
        reports=reports,
    )
