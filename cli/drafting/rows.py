"""Splits a text into rows of cells, with the dialect under which the most rows look like transactions."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from cli.drafting.dates import is_date, is_date_with_year
from cli.drafting.ibans import is_iban
from cli.drafting.numbers import is_number
from transactions.layouts.layout import Dialect
from transactions.reading.csv_cells import Cells

_DELIMITERS: Final = (";", ",", "\t", "|", "~", "^")
_QUOTES: Final = ('"', "'", None)
_LOOKED_AT: Final = 400
_LEAST_CELLS: Final = 2
_ESCAPE: Final = "\\"


@dataclass(frozen=True)
class Row:
    """The cells of one record, none if its quotes are malformed, and the number of its first line."""

    line: int
    cells: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Whether no cell has a value."""
        return not any(cell.strip() for cell in self.cells)

    @property
    def is_booked(self) -> bool:
        """Whether it has a date and, elsewhere, a number, as a transaction must."""
        dated = [is_date(cell) for cell in self.stripped]
        return any(dated) and any(is_number(cell) for cell, day in zip(self.stripped, dated, strict=True) if not day)

    @property
    def stripped(self) -> tuple[str, ...]:
        """The cells without white space around them."""
        return tuple(cell.strip() for cell in self.cells)


@lru_cache(maxsize=100_000)
def is_value(cell: str) -> bool:
    """Return whether ``cell`` is a date, a number or an account number, which no header has."""
    return is_date(cell) or is_number(cell) or is_iban(cell)


def split(text: str) -> tuple[Dialect, list[Row]]:
    """Choose delimiter and quote, and split ``text`` into rows."""
    lines = re.split("\r\n|\r|\n", text)
    dialect = max(_dialects(text), key=lambda one: _likeness(lines[:_LOOKED_AT], one))
    return dialect, list(_rows(lines, dialect))


def _dialects(text: str) -> Iterator[Dialect]:
    head = "\n".join(text.splitlines()[:_LOOKED_AT])
    for delimiter in _DELIMITERS:
        if delimiter in head:
            for quote in _QUOTES:
                if quote is None or quote == '"' or f"{quote}{delimiter}{quote}" in head:
                    one = Dialect(delimiter=delimiter, quote_char=quote)
                    yield from _with_breaks(one, head)
                    if quote and f"{_ESCAPE}{quote}" in head:
                        yield from _with_breaks(replace(one, escape_char=_ESCAPE), head)
    yield Dialect()


def _with_breaks(dialect: Dialect, head: str) -> Iterator[Dialect]:
    yield dialect
    if dialect.quote_char and dialect.quote_char in head:
        yield replace(dialect, line_breaks_in_cells=True)


def _likeness(lines: Sequence[str], dialect: Dialect) -> tuple[int, int, int, int, int]:
    """Count the rows like transactions that have equally many cells, and their cells; quotes are rather quotes.

    A date whose year is cut off by the delimiter counts less.
    """
    rows = [row for row in _rows(lines, dialect) if len(row.cells) >= _LEAST_CELLS]
    booked = Counter(len(row.cells) for row in rows if row.is_booked)
    filled = Counter(len(row.cells) for row in rows)
    quotes = sum(cell.strip()[:1] in {'"', "'"} for row in rows for cell in row.cells)
    width, count = booked.most_common(1)[0] if booked else (0, 0)
    whole = sum(any(map(is_date_with_year, row.stripped)) for row in rows if row.is_booked and len(row.cells) == width)
    return whole, count, -quotes, width, max((number * cells for cells, number in filled.items()), default=0)


def _rows(lines: Sequence[str], dialect: Dialect) -> Iterator[Row]:
    cells = Cells(dialect)
    number = 0
    while number < len(lines):
        record, first = lines[number], number
        number += 1
        while dialect.line_breaks_in_cells and cells.is_open(record) and number < len(lines):
            record, number = f"{record}\n{lines[number]}", number + 1
        yield Row(first + 1, tuple(cells.split(record) or ()))
