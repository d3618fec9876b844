"""The files of a run: invented data of a partner of their own, with known answers."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from pipeline.constants import INCOMING, VERIFICATION_PARTNER, FileStatus

PREFIX: Final = f"{INCOMING}/{VERIFICATION_PARTNER}/"

HEADER: Final = ("transaction_id", "account", "booking_date", "amount", "currency")
"""The columns of the layout ``etl-verify-2026``."""

ACCOUNT: Final = "VERIFY-ACCOUNT-1"
FIRST_CURRENCY: Final = "CHE"
SECOND_CURRENCY: Final = "CHW"
"""The WIR currencies: a sum of euros or dollars over all partners is right even while a run's rows are published."""

ABORTS: Final = 3
"""An execution may end before it can be aborted: so often it is tried."""

_NO_NUMBER: Final = "no-number"
_MOST_CENTS: Final = 100_000


@dataclass(frozen=True, kw_only=True)
class Booking:
    """One row of a file."""

    transaction_id: str
    day: date
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class SampleFile:
    """One upload: its key, its bytes, its accepted rows, the number of its rejected rows, and its status in the end."""

    name: str
    key: str
    content: bytes
    bookings: tuple[Booking, ...]
    rejected: int = 0
    status: FileStatus = FileStatus.COMPLETED

    @property
    def totals(self) -> dict[str, Decimal]:
        """The exact sum of the accepted amounts by currency."""
        sums: dict[str, Decimal] = {}
        for booking in self.bookings:
            sums[booking.currency] = sums.get(booking.currency, Decimal(0)) + booking.amount
        return sums


@dataclass(frozen=True, kw_only=True)
class FileSet:
    """All files of one run; each run's contents differ, since a repeated content is a duplicate.

    ``first`` and ``large`` are uploaded together; ``second`` refers to them, and is uploaded when they have their
    outcomes. The executions of ``aborted`` are aborted, one after the other until that succeeds.
    """

    run: str
    first: tuple[SampleFile, ...]
    second: tuple[SampleFile, ...]
    large: SampleFile
    aborted: tuple[SampleFile, ...]

    @property
    def sent(self) -> tuple[SampleFile, ...]:
        """The files whose executions are left alone, in the order of their uploads."""
        return (self.large, *self.first, *self.second)


def new_run() -> str:
    """Name a run by its time, and by four digits that no other run of that second has; no list masks such a name."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"


def make_files(run: str, *, threshold: int, today: date) -> FileSet:
    """Make the files of a run.

    Parameters
    ----------
    threshold
        The size in bytes from which a file takes the direct route; the large files are just above it.
    today
        The booking dates are the two days before it.
    """
    later, earlier = today - timedelta(days=1), today - timedelta(days=2)

    def booking(number: str, amount: str, day: date = later, currency: str = FIRST_CURRENCY) -> Booking:
        return Booking(transaction_id=f"{run}-{number}", day=day, amount=Decimal(amount), currency=currency)

    def file(name: str, *bookings: Booking, version: str = "", status: FileStatus = FileStatus.COMPLETED) -> SampleFile:
        return _file(run, name, bookings, version=version, status=status)

    first, same_amount = booking("1", "10.10"), booking("2", "10.10")
    negative = booking("3", "-0.10", day=earlier, currency=SECOND_CURRENCY)
    statement = (first, same_amount, negative)
    return FileSet(
        run=run,
        first=(
            file("statement", *statement),
            _with_bad_row(file("bad-row", booking("4", "20.20"))),
            file("corrected", booking("5", "99.00"), version="wrong", status=FileStatus.SUPERSEDED),
        ),
        second=(
            file("copy", *statement, status=FileStatus.DUPLICATE),
            file("corrected", booking("5", "9.90"), version="right"),
            file("overlap", first),
            file("moved", booking("2", "10.10", day=earlier)),
        ),
        large=_large(run, "large", threshold, later),
        aborted=tuple(_large(run, f"aborted-{number}", threshold, later) for number in range(1, ABORTS + 1)),
    )


def ledger(files: Sequence[SampleFile]) -> dict[tuple[date, str], Booking]:
    """Return each transaction of these published files once, by date and id: the row of the last file that has it."""
    return {(booking.day, booking.transaction_id): booking for file in files for booking in file.bookings}


def _file(
    run: str,
    name: str,
    bookings: Sequence[Booking],
    *,
    version: str = "",
    status: FileStatus = FileStatus.COMPLETED,
) -> SampleFile:
    return SampleFile(
        name=f"{name} ({version})" if version else name,
        key=f"{PREFIX}{run}/{name}.csv",
        content="\n".join([",".join(HEADER), *map(_line, bookings), ""]).encode(),
        bookings=tuple(bookings),
        status=status,
    )


def _with_bad_row(file: SampleFile) -> SampleFile:
    """Add a row whose amount is not a number."""
    [booking] = file.bookings
    bad = f"{booking.transaction_id}-bad,{ACCOUNT},{booking.day},{_NO_NUMBER},{booking.currency}\n"
    return replace(file, content=file.content + bad.encode(), rejected=1)


def _large(run: str, name: str, threshold: int, day: date) -> SampleFile:
    """Make a file of at least ``threshold`` bytes, and less than a row more."""
    bookings = list[Booking]()
    size = len(",".join(HEADER)) + 1
    for booking in _bookings(f"{run}-{name}", day):
        if size >= threshold:
            break
        bookings.append(booking)
        size += len(_line(booking)) + 1
    return _file(run, name, bookings)


def _bookings(mark: str, day: date) -> Iterator[Booking]:
    """Make rows without end; their amounts are whole cents of either sign."""
    number = 0
    while True:
        # An odd number of cents, so that no amount is zero.
        cents = number * 7919 % _MOST_CENTS * 2 - _MOST_CENTS + 1
        currency = FIRST_CURRENCY if number % 2 else SECOND_CURRENCY
        amount = Decimal(cents).scaleb(-2)
        yield Booking(transaction_id=f"{mark}-{number:07}", day=day, amount=amount, currency=currency)
        number += 1


def _line(booking: Booking) -> str:
    return f"{booking.transaction_id},{ACCOUNT},{booking.day},{booking.amount},{booking.currency}"
