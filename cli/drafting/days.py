"""Chooses the booking date and the value date, and what says that a row is not booked yet."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from cli.drafting import header_words as words
from cli.drafting.cell_words import BOOKED, FAILED, PENDING, SUMMARY
from cli.drafting.columns import Column
from cli.drafting.filling import Filling, from_field, listed
from transactions.layouts.layout_file import TO_DO

_HALF: Final = 0.5
_MOST_STATES: Final = 8
_BOOKED: Final = 4
"""The rank of a header that names the day of booking."""
_RANKS: Final = (
    (words.BOOKING_DATE, _BOOKED),
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


def not_booked(columns: Sequence[Column]) -> Iterator[dict[str, Any]]:
    """Yield the rows to drop: pending and failed ones, by columns of such words only, and those that sum up others."""
    for column in columns:
        if column.json_type == "boolean" and _says_unbooked(column.name) and len(set(column.present)) > 1:
            yield {"field": column.name, "values": ["true"]}
        if column.is_date or column.is_number:
            continue
        states = set(column.present)
        dropped = sorted(state for state in states if state in PENDING or state in FAILED)
        known = len(dropped) + sum(state in BOOKED for state in states.difference(dropped))
        sums = sorted(state for state in states if state in SUMMARY)
        if dropped and len(states) <= _MOST_STATES and known >= min(2, len(states)) and known > _HALF * len(states):
            yield {"field": column.name, "values": dropped}
        elif sums and len(states) > len(sums):
            yield {"field": column.name, "values": sums}


def _says_unbooked(text: str) -> bool:
    return PENDING.found_in(text) or FAILED.found_in(text)


def undecided_states(columns: Sequence[Column], dropped: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield a question for each column that may say that rows are not booked, in words that are not all known."""
    for column in columns:
        states = set(column.present)
        if column.is_date or column.json_type == "boolean" or not 1 < len(states) <= _MOST_STATES:
            continue
        left = {state for state in states if state not in BOOKED}
        left.difference_update(*(drop["values"] for drop in dropped if drop["field"] == column.name))
        if left and (words.STATE.found_in(column.name) or any(map(_says_unbooked, left))):
            yield f"{column.name} may say that rows are not booked, in {len(left)} of its words: drop any of them?"
