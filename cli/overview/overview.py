"""What the overview says of a deployment's files, as ``--json`` prints it."""

from datetime import date, datetime
from typing import Literal

import msgspec

from pipeline.constants import FileStatus
from pipeline.missing_files import AlertedFile

Figure = Literal[
    "files", "completed", "rejected", "failed", "unpublished", "late", "missing", "rows_published", "rows_rejected"
]
"""What is counted of each partner and day."""


class PartnerDay(msgspec.Struct, frozen=True, kw_only=True):
    """The files that a partner uploaded on one day (UTC), by their present status, and the rows of those completed.

    ``late`` files took longer than the service level from upload to outcome. ``missing`` files were due on that day and
    had not come by then; None where nothing is known of that.
    """

    day: date
    partner: str
    files: int = 0
    completed: int = 0
    rejected: int = 0
    failed: int = 0
    late: int = 0
    missing: int | None = None
    rows_published: int = 0
    rows_rejected: int = 0

    @property
    def unpublished(self) -> int:
        """How many files are duplicates, superseded or withdrawn."""
        return self.files - self.completed - self.rejected - self.failed


class CurrencySum(msgspec.Struct, frozen=True, kw_only=True):
    """How many published rows have a currency, and their exact sum in plain digits.

    ``partner`` is None for all partners together.
    """

    currency: str
    partner: str | None
    transactions: int
    total: str


class ListedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file. Account numbers in its name are masked; ``report`` is its page's key in the processed bucket.

    It is ``noteworthy`` if it was rejected, failed or late, or if rows of it were rejected.
    """

    file_id: str
    partner: str
    name: str
    status: FileStatus
    detail: str
    uploaded_at: datetime
    late: bool
    noteworthy: bool
    rows_accepted: int
    rows_rejected: int
    report: str


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment's files of some days (UTC), both included.

    ``days`` has the latest day first. ``listed`` has the noteworthy files before the others, each the latest first, and
    not all where there are many. ``missing`` is None where no layout says when its files are due.
    """

    stack: str
    written_at: datetime
    first_day: date
    last_day: date
    days: tuple[PartnerDay, ...]
    sums: tuple[CurrencySum, ...]
    listed: tuple[ListedFile, ...]
    missing: tuple[AlertedFile, ...] | None

    def count(self, figure: Figure) -> int:
        """Add up a figure of all partners and days."""
        return sum(getattr(day, figure) or 0 for day in self.days)
