"""A row of the audit table: what is known of one uploaded file."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from pipeline.constants import FINISHED, LEASE, PUBLISHED, FileStatus
from transactions.results import ErrorCount, RecordedTotal


class Change(msgspec.Struct, frozen=True):
    """One entry of a row's history: the status that the file took, when, in which execution, and a detail."""

    status: FileStatus
    at: datetime
    execution: str
    detail: str


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """One file's row. Rows count records of the file; ``totals`` cover the accepted ones.

    ``rows_in_other_files`` are those whose transaction another file of the partner had too when this one was completed;
    of them, ``conflicting_rows`` had another amount or currency there. The first ``overlapping_files`` are named by id.
    ``overlaps_at`` is the change of status that these figures belong to; None where no other file had any.
    ``claimed_at`` and ``lease_ends`` say since when and until when the latest claim holds; the latter is None in a row
    that no version which says so has claimed.
    ``failed_step`` and ``request_id`` belong to ``error``: the ``FailedStep`` of the latest failure, and the id of the
    request of its function; empty where the step is not known, or no function failed.
    ``resent_at`` is the change of status that was written into the table's stream once more; None where none was.
    """

    file_id: str
    status: FileStatus
    key: str
    partner: str
    execution: str
    size: int
    uploaded_at: datetime
    history: tuple[Change, ...]
    version_id: str = ""
    bucket: str = ""
    sequencer: str = ""
    attempts: int = 0
    layout: str = ""
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rows_dropped: int = 0
    lines_skipped: int = 0
    lines_joined: int = 0
    first_booking_date: str = ""
    last_booking_date: str = ""
    totals: tuple[RecordedTotal, ...] = ()
    errors: tuple[ErrorCount, ...] = ()
    warnings: tuple[ErrorCount, ...] = ()
    reason: str = ""
    report: str = ""
    manifest: str = ""
    delivery: str = ""
    duplicate_of: str = ""
    superseded_by: str = ""
    rows_in_other_files: int = 0
    conflicting_rows: int = 0
    overlapping_files: tuple[str, ...] = ()
    overlapping_file_count: int = 0
    overlaps_at: datetime | None = None
    claimed_at: datetime | None = None
    lease_ends: datetime | None = None
    resent_at: datetime | None = None
    error: str = ""
    failed_step: str = ""
    request_id: str = ""

    @property
    def finished(self) -> bool:
        """Whether the file has an outcome."""
        return self.status in FINISHED

    def held(self, at: datetime) -> bool:
        """Whether a run that may still live has the file. The claim of a row without ``lease_ends`` holds for LEASE."""
        ends = self.lease_ends or self.changed_at + LEASE
        return self.status is FileStatus.PROCESSING and at <= ends

    @property
    def large(self) -> bool:
        """Whether the job for large files has the file, or had it last: it claims files for longer than functions."""
        return bool(self.claimed_at and self.lease_ends and self.lease_ends - self.claimed_at > LEASE)

    @property
    def published(self) -> bool:
        """Whether the file's accepted rows can be read."""
        return self.status in PUBLISHED

    @property
    def rows_published(self) -> int:
        """How many rows of the file can be read: those accepted of a published file, and of any other none."""
        return self.rows_accepted if self.published else 0

    @property
    def latency(self) -> timedelta | None:
        """Time from the upload to the first outcome; None while there is none."""
        return self.done_at - self.uploaded_at if self.done_at else None

    @property
    def done_at(self) -> datetime | None:
        """When the file took its first status that is an outcome; None while it has none."""
        return next((change.at for change in self.history if change.status in FINISHED), None)

    @property
    def changed_at(self) -> datetime:
        """When the file took its present status."""
        return self.history[-1].at

    @property
    def known_before(self) -> bool:
        """Whether the present status stood before: figures on overlaps have come since, or it was recorded again."""
        return self.changed_at in (self.overlaps_at, self.resent_at)

    @property
    def detail(self) -> str:
        """What the history says about the present status: a rejection's code, a failure's error, another file's id."""
        return self.history[-1].detail

    @property
    def sums(self) -> dict[str, Decimal]:
        """Exact sum of the accepted amounts by currency."""
        return {total.currency: total.sum for total in self.totals}


def read_row(item: Mapping[str, Any]) -> AuditRow:
    """Read one item of the table, with DynamoDB's types taken off.

    Raises
    ------
    msgspec.ValidationError
        If the item is not a file's row.
    """
    lists = {name: msgspec.json.decode(item[name]) for name in ("totals", "errors", "warnings") if name in item}
    # DynamoDB's numbers arrive as Decimal; every number of a row is whole.
    whole = {name: int(value) for name, value in item.items() if isinstance(value, Decimal)}
    return msgspec.convert({**item, **lists, **whole}, AuditRow)
