"""The columns of a file of an unknown format, and what their values are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from cli.drafting.cell_words import MISSING
from cli.drafting.dates import Written, plausible, unix_times, ways, with_more_formats
from cli.drafting.header_words import MINOR, NAME_OF_NUMBER, TIME
from cli.drafting.ibans import is_iban
from cli.drafting.numbers import NEARLY_ALL, Notation, Numbers, numbers
from transactions.currencies import MINOR_UNITS

MADE_UP: Final = "column "
"""Begins the name of a column that has none, before its number."""
_HUNDRED: Final = 100
_LONG_ID: Final = 12
"""So many digits in a row are a name, not an amount."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. ``cells`` has one text for each record, "" where there is no value.

    ``header`` is the header's cell where it cannot be the name: a blank or a repeated one; ``header_pattern`` matches
    one that has data in it. ``json_type`` is what JSON has for the value. ``notation`` is the file's for large numbers.
    ``closing`` is the key of the layout language that gives the year to dates without one.
    """

    name: str
    cells: tuple[str, ...]
    header: str | None = None
    header_pattern: str | None = None
    optional: bool = False
    json_type: str = "string"
    dates: tuple[Written, ...] = ()
    numbers: Numbers | None = None
    notation: Notation | None = None
    closing: dict[str, Any] = field(default_factory=dict)

    @property
    def header_is_missing(self) -> bool:
        """Whether the name is made up, as nothing stands in the header."""
        return self.name.startswith(MADE_UP)

    @property
    def present(self) -> tuple[str, ...]:
        """The cells that have a value."""
        return tuple(cell for cell in self.cells if cell and cell not in MISSING)

    @property
    def share(self) -> float:
        """The share of the records that have a value."""
        return len(self.present) / max(len(self.cells), 1)

    @property
    def is_date(self) -> bool:
        """Whether it is a day or a moment."""
        return bool(self.dates)

    @property
    def is_constant(self) -> bool:
        """Whether several records have the same value, and none another."""
        return len(self.present) > 1 and len(set(self.present)) == 1

    @property
    def is_number(self) -> bool:
        """Whether it is a number that may be an amount: no long row of digits, no digits that are a name."""
        if self.numbers is None or self.is_date:
            return False
        if self.numbers.marked or self.numbers.keys:
            return True
        longest = max((len(cell.digits) for cell in self.numbers.cells if cell), default=0)
        padded = any(cell and len(cell.digits) > 1 and cell.digits[0] == "0" for cell in self.numbers.cells)
        return longest < _LONG_ID and not padded and not NAME_OF_NUMBER.found_in(self.name.rpartition(".")[2])

    @property
    def is_minor(self) -> bool:
        """Whether the numbers are whole, and the header says that they are of the currency's minor unit."""
        return bool(self.numbers and not self.numbers.marked) and MINOR.found_in(self.name)

    @property
    def looks_minor(self) -> bool:
        """Whether most are whole JSON numbers of a size and a precision that only minor units have."""
        sizes = sorted(abs(amount) for amount in self.amounts if amount)
        is_whole = self.json_type == "number" and self.numbers is not None and not self.numbers.marked
        uneven = sum(bool(size % _HUNDRED) for size in sizes)
        return is_whole and uneven > len(sizes) / 2 and sizes[len(sizes) // 2] >= _HUNDRED

    @property
    def amounts(self) -> tuple[Decimal | None, ...]:
        """The numbers, one for each record."""
        return self.numbers.style.values if self.numbers else (None,) * len(self.cells)

    @property
    def unread(self) -> int:
        """How many cells have a value that is no day, or no number, in the way that was chosen."""
        read = self.days if self.is_date else self.amounts
        pairs = zip(self.cells, read, strict=True)
        return sum(bool(cell) and cell not in MISSING and value is None for cell, value in pairs)

    @property
    def is_signed(self) -> bool:
        """Whether a number is below zero."""
        return any(amount is not None and amount < 0 for amount in self.amounts)

    @property
    def is_mostly_negative(self) -> bool:
        """Whether more numbers are below zero than above."""
        return sum((amount > 0) - (amount < 0) for amount in self.amounts if amount) < 0

    @property
    def is_mostly_positive(self) -> bool:
        """Whether at least twice as many numbers are above zero as below."""
        return sum(1 if amount > 0 else -2 for amount in self.amounts if amount) >= 0

    @property
    def days(self) -> tuple[date | None, ...]:
        """The days, one for each record."""
        return self.dates[0].days if self.dates else ()

    def holds(self, kind: str) -> bool:
        """Return whether nearly all values are IBANs (``iban``) or ISO 4217 codes (``currency``)."""
        check = is_iban if kind == "iban" else lambda cell: cell.upper() in MINOR_UNITS
        return bool(self.present) and sum(map(check, self.present)) >= NEARLY_ALL * len(self.present)


def typed(column: Column) -> Column:
    """Find out what the values are."""
    cells = tuple("" if cell in MISSING else cell for cell in column.cells)
    if column.json_type == "boolean":
        return column
    found = ways(cells) if column.json_type == "string" else ()
    if not found and TIME.found_in(column.name.rpartition(".")[2]):
        found = unix_times(cells)
    return replace(column, dates=_unless_bare(column, found), numbers=numbers(cells))


def _unless_bare(column: Column, found: tuple[Written, ...]) -> tuple[Written, ...]:
    """Six or eight digits are dates only if all of them can be."""
    bare = found and all(cell.strip("'").isdigit() for cell in column.present)
    return (
        ()
        if bare and any(day is None for day, cell in zip(found[0].days, column.cells, strict=True) if cell)
        else found
    )


def settled(columns: Sequence[Column], today: date) -> tuple[Column, ...]:
    """Let the columns that leave no doubt decide for those that do: a file is written in one way."""
    clear = [column.numbers.style.decimal for column in columns if column.numbers and column.numbers.is_clear]
    decimal = max(set(clear), key=clear.count) if clear else None
    grouped = [column.numbers.style.notation for column in columns if column.numbers and column.numbers.style.group]
    grouped = [one for one in grouped if one.group != decimal]
    notation = max(grouped, key=lambda one: (one.indian, grouped.count(one)), default=None)
    written = [replace(column, dates=plausible(column.dates, today)) if column.dates else column for column in columns]
    orders = [column.dates[0].order for column in written if len(column.dates) == 1]
    return tuple(_with_formats(_settle_dates(_settle_number(column, decimal, notation), orders)) for column in written)


def _with_formats(column: Column) -> Column:
    if not column.dates or column.dates[0].is_unix:
        return column
    cells = ["" if cell in MISSING else cell for cell in column.cells]
    return replace(column, dates=tuple(with_more_formats(one, cells) for one in column.dates))


def _settle_number(column: Column, decimal: str | None, notation: Notation | None) -> Column:
    if not column.numbers or decimal is None:
        return column
    styles = column.numbers.styles
    if not column.numbers.marked:
        styles = tuple(replace(style, notation=style.notation._replace(decimal=decimal)) for style in styles)
    fitting = tuple(style for style in styles if style.decimal == decimal) or styles
    if notation and notation.indian:
        fitting = tuple(sorted(fitting, key=lambda style: style.notation != notation))
    same = fitting[0].decimal == decimal
    return replace(column, numbers=replace(column.numbers, styles=fitting), notation=notation if same else None)


def _settle_dates(column: Column, orders: Iterable[str]) -> Column:
    known = set(orders)
    fitting = tuple(one for one in column.dates if one.order in known)
    return replace(column, dates=fitting) if fitting and len(column.dates) > 1 else column
