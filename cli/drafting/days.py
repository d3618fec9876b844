"""Chooses the booking date and the value date."""

from collections.abc import Iterator, Sequence
from typing import Final

from cli.drafting import header_words as words
from cli.drafting.columns import Column
from cli.drafting.filling import Filling, from_field, listed
from transactions.layouts.layout_file import TO_DO

_HALF: Final = 0.5
_BOOKED: Final = 5
"""The rank of a header that names the day of booking."""
_RANKS: Final = (
    (words.BOOKING_DATE, _BOOKED),
    (words.SETTLED_DATE, 4),
    (words.VALUE_DATE, 1),
    (words.PAYOUT_DATE, 1),
    (words.STARTED_DATE, 2),
    (words.DATE, 3),
)
"""What a header says, and how well it fits the day of booking: the first that is found counts."""
_UNKNOWN_RANK: Final = 2


def choose_days(columns: Sequence[Column]) -> Iterator[Filling]:
    """Choose the booking date, and the value date if there is one beside it."""
    dated = sorted(
        (column for column in columns if column.is_date), key=lambda column: (column.share < _HALF, -_rank(column))
    )
    if not dated:
        missing = {"function": "date", "field": TO_DO}
        yield Filling(column="booking_date", function=missing, questions=("no column of dates is found",))
        return
    best, *others = dated
    # Where no header names the day of booking, it may be any but the value date.
    least = _BOOKED if _rank(best) == _BOOKED else min(_rank(best), _UNKNOWN_RANK)
    equal = [column for column in others if _rank(column) >= least and not _same_days(column, best)]
    question = f"{best.name} or {listed(equal)}?" if equal else ""
    empty = [column for column in others if column.share == 1]
    late = (
        f"rows without {best.name} are rejected: or first_date of {best.name}, {empty[0].name}?"
        if best.share < 1 and empty
        else ""
    )
    yield from_field("booking_date", "date", best, question, late)
    value = next((column for column in others if words.VALUE_DATE.found_in(column.name)), None)
    if value:
        yield from_field("value_date", "date", value)


def _rank(column: Column) -> int:
    rank = next((rank for vocabulary, rank in _RANKS if vocabulary.found_in(column.name)), _UNKNOWN_RANK)
    # A day that is the same in all rows is rather the statement's.
    return 0 if column.is_constant and not words.BOOKING_DATE.found_in(column.name) else rank


def _same_days(one: Column, other: Column) -> bool:
    return all(a == b for a, b in zip(one.days, other.days, strict=True) if a and b)
