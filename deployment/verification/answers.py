"""The known answers to the saved queries, for the files of a run."""

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from deployment.verification.files import SampleFile, ledger
from deployment.verification.subject import Subject
from pipeline.constants import FileStatus

if TYPE_CHECKING:
    from pipeline.audit_row import AuditRow

Answer = Counter[tuple[str | None, ...]]
"""Rows of a result, by the columns that are known."""


class Known:
    """The known answers to the saved queries, for the files of this run."""

    def __init__(self, subject: Subject) -> None:
        scenario = subject.scenario
        aborted, replayed = scenario.aborted(), scenario.replayed()
        self.rows: dict[str, AuditRow] = {**scenario.rows(), aborted.file.name: replayed}
        self._files = {file.name: file for file in (*scenario.files.sent, aborted.file)}
        self.ids = {row.file_id for row in self.rows.values()}

    @property
    def published(self) -> list[SampleFile]:
        """The files whose rows can be read, in the order of their uploads."""
        return [file for file in self._files.values() if file.status is FileStatus.COMPLETED]

    def id(self, name: str) -> str:
        """Return a file's id."""
        return self.rows[name].file_id

    def daily_totals(self) -> Answer:
        """Count and sum the ledger by day and currency."""
        sums: dict[tuple[str, str], tuple[int, Decimal]] = {}
        for booking in ledger(self.published).values():
            place = (str(booking.day), booking.currency)
            count, total = sums.get(place, (0, Decimal(0)))
            sums[place] = (count + 1, total + booking.amount)
        return Counter((*place, str(count), plain(total)) for place, (count, total) in sums.items())

    def reconciliation(self) -> Answer:
        """Name each published file and currency, with its sum."""
        return Counter(
            ("AGREES", self.id(file.name), currency, plain(total), plain(total))
            for file in self.published
            for currency, total in file.totals.items()
        )

    def overlaps(self) -> Answer:
        """Name the row that two files have."""
        transaction = self._files["overlap"].bookings[0].transaction_id
        return Counter(
            [
                ("SAME", transaction, "yes", self.id("overlap")),
                ("SAME", transaction, "no", self.id("statement")),
            ]
        )

    def moved_dates(self) -> Answer:
        """Name the row that stands under two booking dates."""
        [moved] = self._files["moved"].bookings
        _, before, _ = self._files["statement"].bookings
        return Counter(
            [
                (moved.transaction_id, str(moved.day), self.id("moved")),
                (before.transaction_id, str(before.day), self.id("statement")),
            ]
        )

    def repeated_files(self) -> Answer:
        """Name the duplicate and the superseded file, each with the file in its place."""
        return Counter(
            [
                ("DUPLICATE", self.id("copy"), self.id("statement")),
                ("SUPERSEDED", self.id("corrected (wrong)"), self.id("corrected (right)")),
            ]
        )

    def late_files(self) -> Answer:
        """Name the file that was replayed."""
        [replayed] = [row for row in self.rows.values() if row.attempts > 1]
        return Counter([("COMPLETED", "2", replayed.file_id)])

    def rejections(self) -> Answer:
        """Count the one bad row."""
        return Counter([("row", "amount", "AMOUNT_FORMAT", "1", "1")])


def plain(number: Decimal) -> str:
    """Write a number without an exponent and without trailing zeros."""
    return f"{number.normalize():f}"


QUERIES: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Known], Answer]]]] = {
    "daily-totals": (("booking_date", "currency", "transactions", "total"), Known.daily_totals),
    "late-files": (("status", "attempts", "file_id"), Known.late_files),
    "moved-dates": (("transaction_id", "booking_date", "file_id"), Known.moved_dates),
    "overlaps": (("verdict", "transaction_id", "in_ledger", "file_id"), Known.overlaps),
    "reconciliation": (("verdict", "file_id", "currency", "promised_total", "readable_total"), Known.reconciliation),
    "rejections": (("rejected", "field", "code", "errors", "files"), Known.rejections),
    "repeated-files": (("status", "file_id", "standing_file_id"), Known.repeated_files),
}
"""The columns of each saved query that are compared, and their known values."""
