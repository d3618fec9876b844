"""A demonstration's outcome in which everything is as expected, made without a pipeline."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cli.demo.run import DemoRun, FileResult, alert_due
from cli.demo.scenario import BATCH, Sample, waves
from deployment.pipeline import Partition
from local.alerts import Alert
from pipeline.audit_row import AuditRow, Change
from pipeline.constants import FileStatus
from transactions.results import ErrorCount, RecordedTotal

UPLOADED = datetime(2025, 10, 6, 8, 0, tzinfo=UTC)


def expected_outcome() -> DemoRun:
    samples = [(wave, sample) for wave, samples in enumerate(waves()) for sample in samples]
    results = [_result(number, wave, sample) for number, (wave, sample) in enumerate(samples, start=1)]
    completed = [result.row for result in results if result.row.status is FileStatus.COMPLETED]
    totals: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for row in completed:
        for total in row.totals:
            count, amount = totals.get((row.partner, total.currency), (0, Decimal(0)))
            totals[row.partner, total.currency] = (count + total.count, amount + total.sum)
    partition = Partition("transactions", ("alpine", "2025-10-01"))
    return DemoRun(
        results=results,
        alerts=[_alert(result.sample) for result in results if alert_due(result.sample)],
        totals=[
            {"partner": partner, "currency": currency, "transactions": str(count), "total": f"{amount:.5f}"}
            for (partner, currency), (count, amount) in totals.items()
        ],
        published={row.file_id: row.rows_accepted for row in completed},
        quarantine=[
            {
                "partner": row.partner,
                "file_id": row.file_id,
                "source_line": "7",
                "field": "amount",
                "error_code": error.code,
                "masked_value": "9.9",
            }
            for row in completed
            for error in row.errors
        ],
        readable_partitions=frozenset({partition}),
        registered_partitions=frozenset({partition}),
        dead_letters=0,
        reports=frozenset(result.row.report for result in results),
    )


def _result(number: int, wave: int, sample: Sample) -> FileResult:
    expected = sample.expected
    read, accepted, rejected, dropped = expected.rows
    execution = f"batch-{wave}" if expected.route == BATCH else f"direct-{number}"
    row = AuditRow(
        file_id=f"id-{number}",
        status=expected.status,
        key=sample.key,
        version_id=f"version-{number}",
        partner=sample.partner,
        execution=execution,
        size=len(sample.content),
        uploaded_at=UPLOADED,
        history=(
            Change(FileStatus.RECEIVED, UPLOADED, execution, ""),
            Change(expected.status, UPLOADED + timedelta(seconds=4), execution, expected.detail or "id-1"),
        ),
        rows_read=read,
        rows_accepted=accepted,
        rows_rejected=rejected,
        rows_dropped=dropped,
        totals=tuple(
            RecordedTotal(currency=currency, count=1, sum=amount) for currency, amount in expected.totals.items()
        ),
        errors=tuple(ErrorCount(code=code, count=times) for code, times in expected.errors.items()),
        report=f"reports/{sample.partner}/id-{number}.html",
        duplicate_of="id-1" if expected.status is FileStatus.DUPLICATE else "",
        superseded_by="id-1" if expected.status is FileStatus.SUPERSEDED else "",
    )
    return FileResult(number=number, sample=sample, row=row, route=expected.route)


def _alert(sample: Sample) -> Alert:
    return Alert(
        subject="ETL demo: news",
        message=f"File: {sample.key}\nReason: one\n\nNext: do this.",
        attributes={"status": sample.expected.status.value, "partner": sample.partner},
    )
