"""The audit table as it is: one row per uploaded file, with its status, its history and its figures."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any, Final, Protocol

import msgspec
from boto3.dynamodb.types import TypeDeserializer

from etl.names import KEY_INDEX, STATUS_INDEX
from pipeline.constants import UNFINISHED, FileStatus
from transactions.results import ErrorCount, RecordedTotal

_deserialize = TypeDeserializer().deserialize
_BATCH: Final = 100
"""Keys of one DynamoDB BatchGetItem."""
_STATUS: Final = {"#status": "status"}
"""``status`` is a reserved word of DynamoDB."""


class ReadsTable(Protocol):
    """The part of the DynamoDB client that reads a table."""

    def get_paginator(self, operation_name: str, /) -> Any:
        """Page through an operation's answers."""

    def batch_get_item(self, **request: Any) -> Any:
        """Read up to a hundred items by their keys."""


def identify(bucket: str, key: str, version: str) -> str:
    """Work out the id that the state machine gives an upload: SHA-256 of bucket, key and version id."""
    return sha256(f"{bucket}\n{key}\n{version}".encode()).hexdigest()


class Change(msgspec.Struct, frozen=True):
    """One entry of a row's history: the status that the file took, when, in which execution, and a detail."""

    status: FileStatus
    at: datetime
    execution: str
    detail: str


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """One file's row. Rows count records of the file; ``totals`` cover the accepted ones."""

    file_id: str
    status: FileStatus
    key: str
    version_id: str
    partner: str
    execution: str
    size: int
    uploaded_at: datetime
    history: tuple[Change, ...]
    bucket: str = ""
    sequencer: str = ""
    attempts: int = 0
    layout: str = ""
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rows_dropped: int = 0
    lines_skipped: int = 0
    first_booking_date: str = ""
    last_booking_date: str = ""
    totals: tuple[RecordedTotal, ...] = ()
    errors: tuple[ErrorCount, ...] = ()
    warnings: tuple[ErrorCount, ...] = ()
    reason: str = ""
    report: str = ""
    manifest: str = ""
    duplicate_of: str = ""
    superseded_by: str = ""
    error: str = ""

    @property
    def finished(self) -> bool:
        """Whether the file's way has come to an end."""
        return self.status not in UNFINISHED

    @property
    def latency(self) -> timedelta | None:
        """Time from the upload to the first status that ended the file's way; None while there is none."""
        ends = [change.at for change in self.history if change.status not in UNFINISHED]
        return ends[0] - self.uploaded_at if ends else None

    @property
    def changed_at(self) -> datetime:
        """When the file took its present status."""
        return self.history[-1].at

    @property
    def detail(self) -> str:
        """What the history says about the present status: a rejection's code, a failure's error, another file's id."""
        return self.history[-1].detail

    @property
    def sums(self) -> dict[str, Decimal]:
        """Exact sum of the accepted amounts by currency."""
        return {total.currency: total.sum for total in self.totals}


class AuditTable:
    """Reads the audit table of one deployment."""

    def __init__(self, dynamodb: ReadsTable, name: str) -> None:
        self._dynamodb = dynamodb
        self._name = name

    def rows(self) -> list[AuditRow]:
        """Read all rows, in the order of their uploads."""
        rows = self._read("scan", ConsistentRead=True)
        return sorted(rows, key=lambda row: (row.uploaded_at, row.key))

    def get(self, file_ids: Iterable[str]) -> dict[str, AuditRow]:
        """Read the rows of these files by their ids; those that have none are left out."""
        wanted = list(file_ids)
        found: dict[str, AuditRow] = {}
        for start in range(0, len(wanted), _BATCH):
            keys = [{"file_id": {"S": file_id}} for file_id in wanted[start : start + _BATCH]]
            while keys:
                answer = self._dynamodb.batch_get_item(
                    RequestItems={self._name: {"Keys": keys, "ConsistentRead": True}}
                )
                found |= {row.file_id: row for row in map(read_row, answer["Responses"].get(self._name, []))}
                keys = answer.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])
        return found

    def of_key(self, bucket: str, key: str) -> list[AuditRow]:
        """Read the rows of all versions of a key, oldest first."""
        return list(
            self._read(
                "query",
                IndexName=KEY_INDEX,
                KeyConditionExpression="object_key = :key",
                ExpressionAttributeValues={":key": {"S": f"{bucket}/{key}"}},
            )
        )

    def of_status(
        self, status: FileStatus, *, changed: tuple[datetime, datetime], partner: str | None = None, limit: int
    ) -> list[AuditRow]:
        """Read at most ``limit`` rows of a status that was taken between two times, newest first."""
        condition = "#status = :status AND updated_at BETWEEN :first AND :last"
        first, last = (_timestamp(time) for time in changed)
        values = {":status": {"S": status.value}, ":first": {"S": first}, ":last": {"S": last}}
        of_partner: dict[str, Any] = {}
        if partner is not None:
            of_partner = {"FilterExpression": "partner = :partner"}
            values[":partner"] = {"S": partner}
        rows = self._read(
            "query",
            IndexName=STATUS_INDEX,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=_STATUS,
            ExpressionAttributeValues=values,
            ScanIndexForward=False,
            **of_partner,
        )
        return list(islice(rows, limit))

    def duplicates_of(self, file_id: str) -> list[AuditRow]:
        """Read the rows of the files that were recorded as duplicates of this one."""
        return list(
            self._read(
                "query",
                IndexName=STATUS_INDEX,
                KeyConditionExpression="#status = :duplicate",
                FilterExpression="duplicate_of = :file_id",
                ExpressionAttributeNames=_STATUS,
                ExpressionAttributeValues={
                    ":duplicate": {"S": FileStatus.DUPLICATE.value},
                    ":file_id": {"S": file_id},
                },
            )
        )

    def _read(self, operation: str, **request: Any) -> Iterator[AuditRow]:
        for page in self._dynamodb.get_paginator(operation).paginate(TableName=self._name, **request):
            yield from map(read_row, page["Items"])


def read_row(item: Mapping[str, Any]) -> AuditRow:
    """Read one item of the table, as DynamoDB gives it.

    Raises
    ------
    msgspec.ValidationError
        If the item is not a file's row.
    """
    plain = {name: _deserialize(value) for name, value in item.items()}
    lists = {name: msgspec.json.decode(plain[name]) for name in ("totals", "errors", "warnings") if name in plain}
    # DynamoDB's numbers arrive as Decimal; every number of a row is whole.
    whole = {name: int(value) for name, value in plain.items() if isinstance(value, Decimal)}
    return msgspec.convert(plain | lists | whole, AuditRow)


def _timestamp(time: datetime) -> str:
    """Write a time as Step Functions does, so that texts compare as times do."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"
