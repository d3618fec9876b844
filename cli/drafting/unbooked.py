"""Proposes which rows to drop: those that are not booked, and those that sum up or explain others."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from cli.drafting import header_words as words
from cli.drafting.amounts import Chosen
from cli.drafting.candidates import kind_of
from cli.drafting.cell_words import BOOKED, DIRECTIONS, FAILED, MISSING, PENDING, SUMMARY
from cli.drafting.columns import Column
from cli.drafting.proofs import Running

_HALF: Final = 0.5
_MOST_STATES: Final = 8
_MOST_FLAGS: Final = 4
_LONGEST_FLAG: Final = 2

Drop = dict[str, Any]
"""An entry of ``drop``, as the layout language has it."""


def rows_to_drop(columns: Sequence[Column], chosen: Chosen) -> tuple[Drop, ...]:
    """Return the entries of ``drop``; a person decides on each."""
    dropped = (*_not_booked(columns), *_after_balance(chosen.running))
    return (*dropped, *_without_amount(columns, chosen, dropped))


def _not_booked(columns: Sequence[Column]) -> Iterator[Drop]:
    """Yield the rows to drop: pending and failed ones, by columns of such words only, and those that sum up others."""
    for column in columns:
        if column.json_type == "boolean" and _says_unbooked(column.name) and len(set(column.present)) > 1:
            yield {"field": column.name, "values": ["true"]}
        states = set(column.present)
        if column.is_number:
            continue
        dropped = sorted(state for state in states if state in PENDING or state in FAILED)
        known = len(dropped) + sum(state in BOOKED for state in states.difference(dropped))
        sums = sorted(state for state in states if state in SUMMARY)
        if dropped and len(states) <= _MOST_STATES and known >= min(2, len(states)) and known > _HALF * len(states):
            yield {"field": column.name, "values": dropped}
        elif sums and len(states) > len(sums):
            yield {"field": column.name, "values": sums}


def _says_unbooked(text: str) -> bool:
    return PENDING.found_in(text) or FAILED.found_in(text)


def undecided_states(columns: Sequence[Column], dropped: Sequence[Drop]) -> Iterator[str]:
    """Yield a question for each column that may say that rows are not booked, in words that are not all known."""
    for column in columns:
        states = set(column.present)
        if column.is_date or column.json_type == "boolean" or not 1 < len(states) <= _MOST_STATES:
            continue
        left = {state for state in states if state not in BOOKED}
        left.difference_update(*(drop["values"] for drop in dropped if drop["field"] == column.name))
        if left and (words.STATE.found_in(column.name) or any(map(_says_unbooked, left)) or _is_flag(column)):
            yield f"{column.name} may say that rows are not booked, in {len(left)} of its words: drop any of them?"


def _is_flag(column: Column) -> bool:
    """Return whether all records have one of few letters, which may mean anything."""
    flags = set(column.cells)
    few = len(flags) <= _MOST_FLAGS and not column.holds("currency")
    if any({flag.lower() for flag in flags} <= set(pair) for pair in DIRECTIONS):
        return False
    return few and all(flag.isalpha() and len(flag) <= _LONGEST_FLAG for flag in flags)


def _after_balance(running: Running | None) -> Iterator[Drop]:
    """Drop the rows without a balance if none of them stands before the last balance: pending ones have none."""
    missing = sum(not cell for cell in running.balance.cells) if running else 0
    if running and 0 < running.after == missing:
        yield {"field": running.balance.name, "values": [""]}


def _without_amount(columns: Sequence[Column], chosen: Chosen, dropped: Sequence[Drop]) -> Iterator[Drop]:
    """Drop the rows without an amount: balances, and the parts of a booking.

    If any of them has a day and another number, that may be what was charged.
    """
    read = [column for column in chosen.amount.columns if column.is_number or not column.present]
    proof = chosen.running.balance if chosen.running else None
    moving = [column for column in columns if column is not proof and kind_of(column) != "balance"]
    left = [row for row in range(len(columns[0].cells)) if not _is_dropped(row, columns, dropped)] if columns else []
    empty = [row for row in left if not any(_value(column, row) for column in read)]
    if read and 0 < len(empty) < len(left) and not any(_may_be_charged(row, moving) for row in empty):
        first, *others = (Drop(field=column.name, values=[""]) for column in read)
        yield first | ({"also": others} if others else {})


def _may_be_charged(row: int, columns: Sequence[Column]) -> bool:
    filled = [column for column in columns if _value(column, row)]
    return any(column.is_date for column in filled) and any(column.is_number for column in filled)


def _is_dropped(row: int, columns: Sequence[Column], dropped: Sequence[Drop]) -> bool:
    return any(
        column.name == drop["field"] and _value(column, row) in drop["values"] for drop in dropped for column in columns
    )


def _value(column: Column, row: int) -> str:
    """Return the cell as ``drop`` compares it."""
    cell = column.cells[row]
    return "" if cell in MISSING else cell.lower() if column.json_type == "boolean" else cell
