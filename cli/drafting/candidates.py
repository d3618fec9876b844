"""All ways in which the columns of a file may make the amount, each with how well its headers fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import permutations
from typing import Any, Final

from cli.drafting import header_words as words
from cli.drafting.columns import Column
from cli.drafting.directions import Direction, contradictions

_RANKS: Final = {"amount": 10.0, "net": 9.0, "gross": 8.0, "unknown": 5.0, "debit": 4.0, "credit": 4.0}
"""What is not here is no money moved: balances, fees, rates, quantities."""
LEAST_RANK: Final = 1.0
_PAIR, _UNNAMED_PAIR = 12.0, 7.0
_BILLED, _ORIGINAL, _MINOR, _EMPTY, _WITH_WORD, _CONFIRMED, _SIGNED = 2.0, -4.0, -3.0, -3.0, 2.0, 1.0, 0.5
_WHOLE: Final = -4.0
"""Whole numbers without a name for them are rather ids."""
_HALF: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A function of the layout language, the columns that it reads, and the amount that it gives each record.

    ``is_guess``: nothing but a proof says that the direction is not the opposite.
    """

    function: dict[str, Any]
    columns: tuple[Column, ...]
    moved: tuple[Decimal | None, ...]
    rank: float
    is_guess: bool = False

    @property
    def signs(self) -> tuple[int, ...]:
        """For each record -1 for money out, 1 for money in."""
        return tuple((amount > 0) - (amount < 0) if amount is not None else 0 for amount in self.moved)


def kind_of(column: Column) -> str:
    """Return what a column of numbers is called: ``amount``, ``balance``, ``fee``, ``unknown``, ..."""
    name = column.name
    debit, credit = words.DEBIT.found_in(name), words.CREDIT.found_in(name)
    kinds = {
        "balance": words.BALANCE.found_in(name),
        "amount": column.is_minor,
        "rate": words.RATE.found_in(name),
        "fee": words.FEE.found_in(name),
        "quantity": words.QUANTITY.found_in(name),
        "debit": debit and not credit,
        "credit": credit and not debit,
        "gross": words.GROSS.found_in(name),
        "net": words.NET.found_in(name),
    }
    if found := next((kind for kind, found in kinds.items() if found), ""):
        return found
    return "amount" if words.AMOUNT.found_in(name) or (debit and credit) else "unknown"


def rank_of(column: Column) -> float:
    """Return how well the header fits the amount that the account was charged; 0 if it names something else."""
    rank = _RANKS.get(kind_of(column), 0.0) + (column.name in words.AMOUNT)
    rank += _BILLED * words.BILLED.found_in(column.name) + _ORIGINAL * words.ORIGINAL.found_in(column.name)
    if kind_of(column) == "unknown" and not (column.numbers and column.numbers.marked):
        rank += _WHOLE
    rank += _MINOR * column.is_minor + _EMPTY * (column.share < _HALF)
    return max(rank, LEAST_RANK) if kind_of(column) in _RANKS and any(column.amounts) else 0.0


def candidates(columns: Sequence[Column], ways: Sequence[Direction], *, of_card: bool) -> tuple[Candidate, ...]:
    """Return all candidates, the best first."""
    numbers = [column for column in columns if column.is_number]
    single = (one for column in numbers for one in _single(column, columns, ways, of_card=of_card))
    found = [*_pairs(columns, numbers), *single]
    return tuple(sorted(found, key=lambda candidate: -candidate.rank))


def _single(
    column: Column, columns: Sequence[Column], ways: Sequence[Direction], *, of_card: bool
) -> Iterator[Candidate]:
    rank = rank_of(column)
    plain = {"function": "amount", "field": column.name}
    signed = Candidate(function=plain, columns=(column,), moved=column.amounts, rank=rank + _SIGNED * column.is_signed)
    yield from (one for way in ways if way.column is not column for one in _with_words(column, way, rank))
    # A provider that passes on what customers paid lists gross, fee and net: to the account, that is money in.
    passes_on = any(one.is_number and kind_of(one) in {"gross", "fee", "net"} for one in columns)
    lists_payments = any(words.CARD.found_in(one.name) for one in columns) or contradictions(columns, signed.signs)
    # Where money out has a minus, most rows have one.
    against = bool(rank) and column.is_mostly_positive and (of_card or (lists_payments and not passes_on))
    against = against or (of_card and sum(signed.signs) > 0) or (kind_of(column) == "debit" and not column.is_signed)
    opposite = Candidate(
        function=plain | {"inverted": True},
        columns=(column,),
        moved=tuple(None if amount is None else -amount for amount in column.amounts),
        rank=rank + (_SIGNED * column.is_signed + 0.1 if against else -LEAST_RANK),
        is_guess=True,
    )
    yield from (signed, opposite)


def _with_words(column: Column, way: Direction, rank: float) -> Iterator[Candidate]:
    sign = _sign(column, way)
    if not sign:
        return
    yield Candidate(
        function={
            "function": "amount_with_direction",
            "field": column.name,
            "direction": way.column.name,
            "credit": list(way.credit),
            "debit": list(way.debit),
            "sign": sign,
        },
        columns=(column, way.column),
        moved=tuple(
            None if amount is None or not direction else abs(amount) * direction
            for amount, direction in zip(column.amounts, way.signs, strict=True)
        ),
        rank=rank + (_with_word(sign, way) if rank else 0),
    )


def _with_word(sign: str, way: Direction) -> float:
    """Words decide what no sign says; those beside a sign are asked for if all rows have a known one."""
    if sign in {"none", "plus"}:
        return _WITH_WORD
    return _CONFIRMED if all(way.signs) else 0.0


def _sign(column: Column, way: Direction) -> str:
    """Return what the number's own sign does beside the words; "" if it does nothing that the language knows."""
    rows = [
        (amount, direction) for amount, direction in zip(column.amounts, way.signs, strict=True) if amount and direction
    ]
    if not any(amount < 0 for amount, _ in rows):
        plus = (
            {
                cell.sign
                for cell, direction in zip(column.numbers.cells, way.signs, strict=True)
                if cell and direction > 0
            }
            if column.numbers
            else set()
        )
        return "plus" if plus == {"+"} else "none"
    if all((amount < 0) == (direction < 0) for amount, direction in rows):
        return "agrees"
    return "inverted" if all((amount < 0) == (direction > 0) for amount, direction in rows) else ""


def _pairs(columns: Sequence[Column], numbers: Sequence[Column]) -> Iterator[Candidate]:
    """Yield pairs of columns of which at most one has an amount in a row, one for money out and one for money in."""
    empty = [column for column in columns if not column.present and not column.is_date]
    usable = [*numbers, *(column for column in empty if kind_of(column) in {"debit", "credit"})]
    for debit, credit in permutations(usable, 2):
        named = (kind_of(debit), kind_of(credit)) == ("debit", "credit")
        reverse = (kind_of(credit), kind_of(debit)) == ("debit", "credit")
        if reverse or not (named or (debit in numbers and credit in numbers and _takes_turns(debit, credit))):
            continue
        if (named and not _are_both_filled(debit, credit)) or (not named and not credit.is_mostly_negative):
            yield _pair(debit, credit, named=named)


def _pair(debit: Column, credit: Column, *, named: bool) -> Candidate:
    signs = _signs_of_pair(debit, credit)
    known = [column for column in (debit, credit) if column.numbers]
    likeness = SequenceMatcher(None, debit.name, credit.name).ratio()
    whole = min(map(rank_of, known), default=0.0) <= LEAST_RANK
    rank = _PAIR if named else LEAST_RANK if whole else _UNNAMED_PAIR
    rank += _BILLED * words.BILLED.found_in(debit.name) + _ORIGINAL * words.ORIGINAL.found_in(debit.name) + likeness
    return Candidate(
        function={"function": "debit_credit", "debit": debit.name, "credit": credit.name, **signs},
        columns=(debit, credit),
        moved=tuple(
            _moved(out, into, is_signed=signs.get("sign") == "reverses")
            for out, into in zip(debit.amounts, credit.amounts, strict=True)
        ),
        rank=rank if known else 0.0,
        is_guess=not named,
    )


def _signs_of_pair(debit: Column, credit: Column) -> dict[str, Any]:
    """Return what signs in the two may mean: debits have a minus, or refunds have, or it means nothing."""
    if credit.is_mostly_negative:
        return {"sign": "ignored"}
    if debit.is_mostly_negative:
        return {"negativeDebits": True}
    return {"sign": "reverses"} if debit.is_signed or credit.is_signed else {}


def _moved(out: Decimal | None, into: Decimal | None, *, is_signed: bool) -> Decimal | None:
    if (out is None and into is None) or (out and into):
        return None
    out, into = out or Decimal(0), into or Decimal(0)
    return into - out if is_signed else abs(into) - abs(out)


def _are_both_filled(one: Column, other: Column) -> bool:
    """Return whether most records have an amount in both, as totals have."""
    both = sum(bool(a and b) for a, b in zip(one.amounts, other.amounts, strict=True))
    return both > len(one.amounts) / 2


def _takes_turns(one: Column, other: Column) -> bool:
    """Return whether each row has an amount in exactly one of the two, and each of the two has some."""
    turns = [
        (bool(a), bool(b)) for a, b in zip(one.amounts, other.amounts, strict=True) if a is not None or b is not None
    ]
    return {(True, False), (False, True)} <= set(turns) and (True, True) not in turns
