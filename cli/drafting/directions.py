"""Recognizes what says which way money went: a column of words, or what the texts of a row speak of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cli.drafting.cell_words import DIRECTIONS, MONEY_IN, MONEY_OUT
from cli.drafting.columns import Column
from cli.drafting.header_words import CREDIT, DEBIT, DIRECTION
from cli.drafting.words import plain

_OUT: Final = frozenset(out for out, _ in DIRECTIONS)
_IN: Final = frozenset(into for _, into in DIRECTIONS)
_NEARLY_ALL: Final = 0.7
_SOME: Final = 0.3
_MOST_WORDS: Final = 8
_LOOKED_AT: Final = 300
_LONG: Final = 4
_MANY: Final = 3
"""So much more often must texts contradict a sign than agree with it."""


@dataclass(frozen=True, kw_only=True)
class Direction:
    """A column of known words, and those for money out and for money in as the file writes them."""

    column: Column
    debit: tuple[str, ...]
    credit: tuple[str, ...]

    @property
    def signs(self) -> tuple[int, ...]:
        """For each record -1 for money out, 1 for money in, 0 if no known word says."""
        return tuple(-1 if cell in self.debit else 1 if cell in self.credit else 0 for cell in self.column.cells)


def directions(columns: Sequence[Column]) -> Iterator[Direction]:
    """Yield the columns whose words say which way money went."""
    for column in columns:
        words = tuple(dict.fromkeys(cell for cell in column.cells if cell))
        if not words or len(words) > _MOST_WORDS or column.is_date:
            continue
        found = max(_directions(column, words), key=_known, default=None)
        if found and _known(found) >= _enough(found) * len(column.cells):
            yield found


def in_cells(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return which of ``words`` beside numbers mean money out and which money in; "" is what the others leave."""
    written = [word for word in words if word]
    for out, into in DIRECTIONS:
        debit = tuple(word for word in written if word.lower() == out)
        credit = tuple(word for word in written if word.lower() == into)
        if written and len(debit) + len(credit) == len(written):
            # A number without a word is the direction that has none, or the one that the words leave.
            bare = ("",) if "" in words else ()
            if debit and credit and not bare:
                return debit, credit
            if bool(debit) != bool(credit):
                return (debit or bare or (_like(out, written[0]),), credit or bare or (_like(into, written[0]),))
    return None


def _directions(column: Column, words: Sequence[str]) -> Iterator[Direction]:
    for out, into in DIRECTIONS:
        debit = tuple(word for word in words if _means(word, out, _OUT))
        credit = tuple(word for word in words if _means(word, into, _IN))
        short = len(out) == 1 or len(into) == 1
        if short and out.isalpha() and not (names_direction(column.name) or column.header_is_missing):
            continue
        if "" in column.cells and bool(debit) != bool(credit):
            # A word for one direction, and none for the other.
            yield Direction(column=column, debit=debit or ("",), credit=credit or ("",))
        elif (debit and credit) or ((debit or credit) and not short):
            some = (debit or credit)[0]
            yield Direction(column=column, debit=debit or (_like(out, some),), credit=credit or (_like(into, some),))


def names_direction(header: str) -> bool:
    """Return whether ``header`` says that the column gives the direction."""
    return DIRECTION.found_in(header) or (DEBIT.found_in(header) and CREDIT.found_in(header))


def _enough(direction: Direction) -> float:
    """Return which share of the rows must have a known word: less where words of both directions occur."""
    both = {-1, 1} <= set(direction.signs)
    return _SOME if both else _NEARLY_ALL


def _means(word: str, known: str, others: frozenset[str]) -> bool:
    """Return whether ``word`` is the ``known`` one, or begins with it and repeats it in another language.

    A path of records counts by the first word of its last name, such as ``debitEntries``.
    """
    if word.startswith("$."):
        first, *rest = plain(word.rpartition(".")[2]).split() or [""]
        return first == known and (not rest or len(known) >= _LONG)
    first, *rest = word.lower().split() or [""]
    return word.lower() == known or (first == known and bool(rest) and others.issuperset(rest))


def _known(direction: Direction) -> int:
    return sum(map(abs, direction.signs))


def _like(word: str, other: str) -> str:
    """Write ``word`` with small or capital letters as ``other`` is."""
    return word.upper() if other.isupper() else word.capitalize() if other[:1].isupper() else word


def contradictions(columns: Sequence[Column], signs: Sequence[int]) -> bool:
    """Return whether the texts of the rows speak of money in where ``signs`` say out, and the other way round."""
    texts = [column for column in columns if not (column.is_date or column.is_number)]
    agreeing = contradicting = 0
    for row, sign in list(enumerate(signs))[:_LOOKED_AT]:
        text = " ; ".join(column.cells[row] for column in texts if column.cells[row])
        out, into = MONEY_OUT.found_in(text), MONEY_IN.found_in(text)
        if sign and out != into:
            agreeing += sign == (1 if into else -1)
            contradicting += sign != (1 if into else -1)
    return contradicting > max(1, _MANY * agreeing)
