"""Judges a file as a whole by the limits of its layout."""

from collections.abc import Iterator
from datetime import date

from transactions.codes import FileCode
from transactions.engine.staging import BookingDates, Staged
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Limits
from transactions.results import Counts


def rejection_of(staged: Staged, received_on: date) -> FileRejectedError | None:
    """Say which limit of its layout the file exceeds, None if it keeps to all. ``received_on`` is the day in UTC."""
    limits, name = staged.layout.limits, staged.layout.name
    exceeded = (
        *_rejected_rows(staged.counts, limits),
        *(_booking_dates(staged.booking_dates, limits, received_on) if staged.booking_dates else ()),
    )
    return next((FileRejectedError(code, detail, layout=name) for code, detail in exceeded), None)


def _rejected_rows(counts: Counts, limits: Limits) -> Iterator[tuple[FileCode, str]]:
    """Judge the share of the rows that were not dropped: those that are no transactions dilute nothing."""
    judged = counts.accepted + counts.rejected
    if counts.rejected > limits.rejected_share * judged or (counts.rejected and not counts.accepted):
        share = f"the limit is a share of {limits.rejected_share}"
        yield FileCode.TOO_MANY_REJECTED, f"{counts.rejected} of {judged} that are not dropped, {share}"


def _booking_dates(dates: BookingDates, limits: Limits, received_on: date) -> Iterator[tuple[FileCode, str]]:
    period = f"from {dates.first} to {dates.last}"
    span, age = (dates.last - dates.first).days, (received_on - dates.first).days
    if limits.span_days is not None and span > limits.span_days:
        yield FileCode.PERIOD_EXCEEDED, f"{period} are {span} days, limits.spanDays allows {limits.span_days}"
    if limits.age_days is not None and age > limits.age_days:
        arrival = f"the first {age} days before the file's arrival on {received_on}"
        yield FileCode.PERIOD_EXCEEDED, f"{period}, {arrival}, limits.ageDays allows {limits.age_days}"
    if dates.count > limits.booking_dates:
        yield FileCode.TOO_MANY_DATES, f"{dates.count} {period}, limits.bookingDates allows {limits.booking_dates}"
