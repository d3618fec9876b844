"""Judges a file as a whole by the limits of its layout."""

from collections.abc import Collection, Iterator
from datetime import date

from transactions.codes import FileCode
from transactions.engine.outcome import Outcome
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Layout, Limits


def rejection_of(layout: Layout, outcome: Outcome, received_on: date) -> FileRejectedError | None:
    """Say which limit of its layout the file exceeds, None if it keeps to all. ``received_on`` is the day in UTC."""
    exceeded = (
        *_rejected_rows(outcome, layout.limits),
        *(_booking_dates(outcome.dates, layout.limits, received_on) if outcome.dates else ()),
    )
    return next((FileRejectedError(code, detail, layout=layout.name) for code, detail in exceeded), None)


def _rejected_rows(outcome: Outcome, limits: Limits) -> Iterator[tuple[FileCode, str]]:
    """Judge the share of the rows that were not dropped: those that are no transactions dilute nothing."""
    judged = outcome.accepted + outcome.rejected
    if outcome.rejected > limits.rejected_share * judged or (outcome.rejected and not outcome.accepted):
        share = f"the limit is a share of {limits.rejected_share}"
        yield FileCode.TOO_MANY_REJECTED, f"{outcome.rejected} of {judged} that are not dropped, {share}"


def _booking_dates(dates: Collection[date], limits: Limits, received_on: date) -> Iterator[tuple[FileCode, str]]:
    first, last = min(dates), max(dates)
    period = f"from {first} to {last}"
    span, age = (last - first).days, (received_on - first).days
    if limits.span_days is not None and span > limits.span_days:
        yield FileCode.PERIOD_EXCEEDED, f"{period} are {span} days, limits.spanDays allows {limits.span_days}"
    if limits.age_days is not None and age > limits.age_days:
        arrival = f"the first {age} days before the file's arrival on {received_on}"
        yield FileCode.PERIOD_EXCEEDED, f"{period}, {arrival}, limits.ageDays allows {limits.age_days}"
    if len(dates) > limits.booking_dates:
        yield FileCode.TOO_MANY_DATES, f"{len(dates)} {period}, limits.bookingDates allows {limits.booking_dates}"
