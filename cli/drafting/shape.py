"""Finds the header and the records below it among a file's rows."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cli.drafting.dates import is_date
from cli.drafting.header_words import ALL_HEADERS, DATE_HEADERS, MONEY_HEADERS
from cli.drafting.numbers import is_number
from cli.drafting.rows import Row, is_value

_LONGEST_NAME: Final = 100
_DATA: Final = re.compile(r"\d{4,}|\S@\S+\.[A-Za-z]|\d[.,/-]\d")
"""Long numbers, addresses, amounts, dates: the name of a column has none."""
_FEWER: Final = 3
"""A header may lack so many cells that rows have."""
_LONGEST_ALONE: Final = 50
"""The longest name in a header that no record confirms."""
_SCARCE: Final = 0.1
"""If fewer lines than this share look like transactions, they do by chance."""
_REGULAR: Final = 0.8
"""So many rows of a table without recognized records are of the same width and, without a header, have a value."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Where the records are.

    ``header`` is the header's row, if there is one, ``above`` the rows above it, and ``records`` those below it. Each
    has ``width`` columns, of which the last ``optional`` are missing from the header or from some records. ``others``
    are the rows below with other numbers of cells, and ``is_header_longer`` says that records end before it does.
    """

    header: Row | None
    records: tuple[Row, ...]
    width: int
    optional: int = 0
    above: tuple[Row, ...] = ()
    others: tuple[Row, ...] = ()
    is_header_longer: bool = False

    @property
    def is_padded(self) -> bool:
        """Whether white space stands around cells, of the header too."""
        rows = [*self.records, *([self.header] if self.header else [])]
        return any(cell != cell.strip() for row in rows for cell in row.cells)

    @property
    def longer(self) -> int:
        """The number of records that have a value behind the header's last column."""
        named = len(self.header.cells) if self.header else self.width
        return sum(any(row.stripped[named:]) for row in self.records)


def shape_of(rows: Sequence[Row]) -> Shape | None:
    """Find header and records; None if it is no table."""
    filled = [row for row in rows if not row.is_blank]
    several = [row for row in filled if len(row.cells) > 1]
    booked = [row for row in several if row.is_booked]
    if not booked:
        return _without_records(filled)
    if len(booked) < _SCARCE * len(filled):
        return None
    usual = _usual_width(booked)
    body = [row for row in booked if len(row.cells) == usual]
    header = _header(several, body)
    counted = _counted(header, booked) if header else []
    after = header.line if header else 0
    fitting = [row for row in booked if row.line > after and _fits(row, body[0], header, counted)]
    start = header.line if header else fitting[0].line - 1
    below = [row for row in filled if row.line > start]
    widths = [len(row.cells) for row in fitting]
    named = len(header.cells) if header else usual
    fewest, width = min([named, usual, *widths]), max([named, *widths])
    return Shape(
        header=header,
        records=tuple(row for row in below if fewest <= len(row.cells) <= width),
        width=width,
        optional=width - min([named, *widths]),
        above=tuple(row for row in filled if row.line < start),
        others=tuple(row for row in below if not fewest <= len(row.cells) <= width),
        is_header_longer=header is not None and min(widths, default=named) < named,
    )


def _fits(row: Row, usual: Row, header: Row | None, counted: Sequence[int]) -> bool:
    """Return whether ``row``, longer or shorter as it may be, has its values in the places of the others."""
    more = len(row.cells) - len(header.cells if header else usual.cells)
    if header:
        return not more or (more == 1 and not row.stripped[-1]) or _is_under(row, header, counted)
    if more > _FEWER:
        return more == 1 and not row.stripped[-1]
    pairs = zip(row.stripped, usual.stripped, strict=False)
    return more >= 0 and all(_is_sure(one) == _is_sure(other) for one, other in pairs if one and other)


def _counted(header: Row, booked: Sequence[Row]) -> list[int]:
    """Return the places with a word for money in ``header`` and numbers in most rows."""
    named = [
        place
        for place, name in enumerate(header.stripped)
        if MONEY_HEADERS.found_in(name) and not DATE_HEADERS.found_in(name)
    ]
    return [place for place in named if _is_mostly_numbers([row.stripped[place : place + 1] for row in booked])]


def _is_mostly_numbers(cells: Sequence[tuple[str, ...]]) -> bool:
    present = [text for cell in cells for text in cell if text]
    return sum(map(is_number, present)) > len(present) / 2


def _is_under(row: Row, header: Row, counted: Sequence[int]) -> bool:
    """Return whether ``row`` has dates under words for them, and a number wherever one is ``counted``."""
    dated = [cell for name, cell in zip(header.stripped, row.stripped, strict=False) if DATE_HEADERS.found_in(name)]
    numbers = [row.stripped[place] for place in counted if place < len(row.cells) and row.stripped[place]]
    return any(map(is_date, dated)) and bool(numbers) and all(map(is_number, numbers))


def _is_sure(cell: str) -> bool:
    """Return whether ``cell`` is a date or a number with a separator: whole numbers are texts as well."""
    return is_date(cell) or (is_number(cell) and not cell.isdigit())


def _usual_width(rows: Sequence[Row]) -> int:
    """Return the number of cells of the rows that have the most cells together."""
    widths = Counter(len(row.cells) for row in rows)
    return max(widths, key=lambda cells: (widths[cells] * cells, cells), default=0)


def _header(rows: Sequence[Row], body: Sequence[Row]) -> Row | None:
    """Return the nearest row above the first record that names the columns in which records have dates and numbers."""
    width = len(body[0].cells)
    valued = Counter(place for row in body for place, cell in enumerate(row.stripped) if cell and is_value(cell))
    needed = [place for place, count in valued.items() if count > len(body) / 2]
    above = [row for row in rows if row.line < body[0].line and len(row.cells) >= width - _FEWER]
    for row in reversed(above):
        named = sum(place < len(row.cells) and bool(row.stripped[place]) for place in needed)
        if named >= max(1, len(needed) - 1) and _names_columns(row.stripped, needed):
            return row
    return None


def _names_columns(cells: Sequence[str], needed: Sequence[int]) -> bool:
    """Return whether ``cells`` are names of columns, with a known word over one of the ``needed`` columns.

    Without such a word, the row may as well be a customer's: of a transaction without a date and an amount yet.
    """
    texts = [cell for cell in cells if cell]
    if any(map(is_value, texts)) or sum(map(is_data, texts)) > 1:
        return False
    return any(ALL_HEADERS.found_in(cells[place]) for place in needed if place < len(cells))


def _is_header_alone(row: Row) -> bool:
    """Return whether ``row`` is a header though no record confirms it: it names a date and, in another cell, money."""
    dated = [DATE_HEADERS.found_in(cell) for cell in row.stripped]
    counted = [MONEY_HEADERS.found_in(cell) and not day for cell, day in zip(row.stripped, dated, strict=True)]
    short = all(len(cell) <= _LONGEST_ALONE for cell in row.stripped)
    return any(dated) and any(counted) and short and _names_columns(row.stripped, range(len(row.cells)))


def is_data(cell: str) -> bool:
    """Return whether ``cell`` looks like a customer's data rather than like the name of a column."""
    return len(cell) > _LONGEST_NAME or bool(_DATA.search(cell))


def _without_records(rows: Sequence[Row]) -> Shape | None:
    """Take the first row of known names for a header if those below are as wide; else all rows, if they are a table."""
    header = next((row for row in rows if _is_header_alone(row)), None)
    below = [row for row in rows if row.line > (header.line if header else 0)]
    width = len(header.cells) if header else _usual_width(below)
    records = tuple(row for row in below if len(row.cells) == width)
    sure = records if header else [row for row in records if any(map(is_value, row.stripped))]
    return Shape(header=header, records=records, width=width) if len(sure) >= _REGULAR * len(below) and rows else None
