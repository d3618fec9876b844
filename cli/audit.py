"""The audit table as it is: one row per uploaded file, with its status, its history and its figures."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

import msgspec
from boto3.dynamodb.types import TypeDeserializer

from etl.statuses import UNFINISHED, FileStatus

_deserialize = TypeDeserializer().deserialize


class ReadsTable(Protocol):
    """The part of the DynamoDB client that reads a whole table."""

    def get_paginator(self, operation_name: str, /) -> Any:
        """Page through an operation's answers."""


class Change(msgspec.Struct, frozen=True):
    """One entry of a row's history: the status that the file took, when, in which execution, and a detail."""

    status: FileStatus
    at: datetime
    execution: str
    detail: str


class Total(msgspec.Struct, frozen=True):
    """Accepted rows of one currency, and the exact sum of their signed amounts."""

    currency: str
    count: int
    sum: Decimal


class ErrorCount(msgspec.Struct, frozen=True):
    """How often one row-level error code occurred."""

    code: str
    count: int


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
    layout: str = ""
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rows_dropped: int = 0
    totals: tuple[Total, ...] = ()
    errors: tuple[ErrorCount, ...] = ()
    reason: str = ""
    report: str = ""
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
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._name, ConsistentRead=True)
        rows = [read_row(item) for page in pages for item in page["Items"]]
        return sorted(rows, key=lambda row: (row.uploaded_at, row.key))


def read_row(item: Mapping[str, Any]) -> AuditRow:
    """Read one item of the table, as DynamoDB gives it.

    Raises
    ------
    msgspec.ValidationError
        If the item is not a file's row.
    """
    plain = {name: _deserialize(value) for name, value in item.items()}
    lists = {name: msgspec.json.decode(plain[name]) for name in ("totals", "errors") if name in plain}
    # DynamoDB's numbers arrive as Decimal; every number of a row is whole.
    whole = {name: int(value) for name, value in plain.items() if isinstance(value, Decimal)}
    return msgspec.convert(plain | lists | whole, AuditRow)
