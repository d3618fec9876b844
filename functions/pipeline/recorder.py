"""Writes what became of files where analysts and partners read it, and keeps when each layout's last file came."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Unpack

import duckdb
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import StreamRecord
from botocore.exceptions import ClientError

from pipeline.audit_row import AuditRow, read_row
from pipeline.constants import FILE_TOTALS, FILES, FINISHED, FileStatus
from pipeline.missing_files import ARRIVAL
from pipeline.observability import logger
from pipeline.report_pages import json_key, report_page
from pipeline.s3 import ReadsAndWritesObjects, in_parallel
from transactions.contract import Contract, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import UpdateItemInputTypeDef, UpdateItemOutputTypeDef

Row = Mapping[str, object]


class KeepsEntries(Protocol):
    """The part of the DynamoDB client that keeps arrivals."""

    def update_item(self, **request: "Unpack[UpdateItemInputTypeDef]") -> "UpdateItemOutputTypeDef":
        """Change an item."""


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """Writes one object per file and table, and its report's page: a later outcome overwrites the earlier one.

    The stream keeps the order of a file's outcomes, and gives a batch again that failed: both leave the latest.
    """

    s3: ReadsAndWritesObjects
    bucket: str
    contract: Contract

    def record(self, outcomes: Iterable[AuditRow]) -> frozenset[str]:
        """Write the latest outcome of each file; one that cannot be written holds up no other.

        Returns
        -------
        frozenset
            The ids of the files whose outcome could not be written; the log has the errors.
        """
        latest = {outcome.file_id: outcome for outcome in outcomes}
        failed = set()

        def write(outcome: AuditRow) -> None:
            try:
                self._write(outcome)
            except Exception:  # whatever it is, the other files' outcomes are written
                logger.exception("outcome not written", file_id=outcome.file_id)
                failed.add(outcome.file_id)

        in_parallel(write, latest.values())
        return frozenset(failed)

    def _write(self, outcome: AuditRow) -> None:
        # First, so that whoever finds the outcome in the tables finds it on the page.
        self._write_page(outcome)
        rows = {FILES: [file_row(outcome)], FILE_TOTALS: total_rows(outcome)}
        # Opening it takes longer than writing a table.
        with duckdb.connect() as connection:
            for prefix, found in rows.items():
                if found:
                    written = parquet(connection, self.contract.table(prefix.rstrip("/")), found)
                    day = f"uploaded_date={outcome.uploaded_at.astimezone(UTC):%Y-%m-%d}"
                    key = f"{prefix}{day}/{outcome.file_id}.parquet"
                    self.s3.put_object(Bucket=self.bucket, Key=key, Body=written)

    def _write_page(self, outcome: AuditRow) -> None:
        """Write the report's page anew; where somebody has deleted the report, there is no page either."""
        if not outcome.report:
            return
        try:
            found = self.s3.get_object(Bucket=self.bucket, Key=json_key(outcome.report))["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            logger.warning("report not found", file_id=outcome.file_id)
            return
        page = report_page(found, outcome)
        self.s3.put_object(Bucket=self.bucket, Key=outcome.report, Body=page, ContentType="text/html; charset=utf-8")


def read_outcome(record: Mapping[str, Any]) -> AuditRow:
    """Read one record of the audit table's stream: the file's row with an outcome.

    It has just taken that status, or got the figures on its overlaps.

    Raises
    ------
    msgspec.ValidationError
        If its image is not a file's row.
    """
    return read_row(StreamRecord(record["dynamodb"]).new_image or {})


def seconds_to_outcome(outcome: AuditRow) -> float | None:
    """Return the seconds from upload to outcome; None for a file that had one before, and is superseded now."""
    *_, before, present = outcome.history
    return None if before.status in FINISHED else (present.at - outcome.uploaded_at).total_seconds()


def file_row(outcome: AuditRow) -> Row:
    """Return the row of ``files``."""
    return {
        "file_id": outcome.file_id,
        "partner": outcome.partner,
        "key": outcome.key,
        "version_id": outcome.version_id or None,
        "size": outcome.size,
        "layout": outcome.layout or None,
        "status": outcome.status,
        "detail": outcome.detail or None,
        "uploaded_at": _utc(outcome.uploaded_at),
        "done_at": _utc(outcome.done_at),
        "changed_at": _utc(outcome.changed_at),
        "rows_read": outcome.rows_read,
        "rows_accepted": outcome.rows_accepted,
        "rows_rejected": outcome.rows_rejected,
        "rows_dropped": outcome.rows_dropped,
        "attempts": outcome.attempts,
        "duplicate_of": outcome.duplicate_of or None,
        "superseded_by": outcome.superseded_by or None,
        "report": outcome.report or None,
        "lines_skipped": outcome.lines_skipped,
        "first_booking_date": _day(outcome.first_booking_date),
        "last_booking_date": _day(outcome.last_booking_date),
        "rows_published": outcome.rows_published,
        "rows_in_other_files": outcome.rows_in_other_files,
        "conflicting_rows": outcome.conflicting_rows,
        "overlapping_files": outcome.overlapping_file_count,
        "lines_joined": outcome.lines_joined,
    }


def total_rows(outcome: AuditRow) -> Sequence[Row]:
    """Return the rows of ``file_totals``."""
    return [
        {
            "file_id": outcome.file_id,
            "partner": outcome.partner,
            "currency": total.currency,
            "transactions": total.count,
            "total": total.sum,
            "transactions_published": total.count if outcome.published else 0,
            "total_published": total.sum if outcome.published else 0,
        }
        for total in outcome.totals
    ]


def parquet(connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[Row]) -> bytes:
    """Write rows as Parquet in the shape of the contract; a row must have every column."""
    columns = ", ".join(f"{column.name} {column.engine_type}" for column in table.columns)
    places = ", ".join("?" for _ in table.columns)
    with tempfile.TemporaryDirectory() as folder:
        connection.execute(f"CREATE OR REPLACE TABLE written ({columns})")
        values = [[row[column.name] for column in table.columns] for row in rows]
        connection.executemany(f"INSERT INTO written VALUES ({places})", values)  # noqa: S608 - places only
        target = Path(folder) / "rows.parquet"
        connection.execute(f"COPY written TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        return target.read_bytes()


def keep_arrivals(dynamodb: KeepsEntries, registry: str, outcomes: Iterable[AuditRow]) -> None:
    """Keep when the last file of each layout came that was completed; an older arrival changes nothing."""
    for layout, arrived in _arrivals(outcomes):
        try:
            dynamodb.update_item(
                TableName=registry,
                Key={"entry": {"S": f"{ARRIVAL}{layout}"}},
                UpdateExpression="SET uploaded_at = :at",
                ConditionExpression="attribute_not_exists(entry) OR uploaded_at < :at",
                ExpressionAttributeValues={":at": {"S": f"{arrived.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise


def _arrivals(outcomes: Iterable[AuditRow]) -> Iterator[tuple[str, datetime]]:
    latest: dict[str, datetime] = {}
    for outcome in outcomes:
        if outcome.status == FileStatus.COMPLETED:
            latest[outcome.layout] = max(outcome.uploaded_at, latest.get(outcome.layout, outcome.uploaded_at))
    yield from latest.items()


def _day(day: str) -> date | None:
    return date.fromisoformat(day) if day else None


def _utc(time: datetime | None) -> datetime | None:
    return time.astimezone(UTC).replace(tzinfo=None) if time else None
