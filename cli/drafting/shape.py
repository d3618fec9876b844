"""Finds the header and the records below it among a file's rows."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cli.drafting.dates import is_date
from cli.drafting.header_words import ALL_HEADERS
from cli.drafting.numbers import is_number
from cli.drafting.rows import Row, is_value

_LONGEST_NAME: Final = 100
_DATA: Final = re.compile(r"\d{4,}|\S@\S+\.[A-Za-z]|\d[.,/-]\d")
"""Long numbers, addresses, amounts, dates: the name of a column has none."""
_FEWER: Final = 3
"""A header may lack so many cells that rows have."""
_KNOWN: Final = 2
"""So many known words make a header of a file without records."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Where the records are.

    ``header`` is the header's row, if there is one, and ``records`` the rows below it. Each has ``width`` columns, of
    which the last ``optional`` have no cell in the header. ``others`` counts rows below with other numbers of cells.
    """

    header: Row | None
    records: tuple[Row, ...]
    width: int
    optional: int = 0
    others: int = 0

    @property
    def is_padded(self) -> bool:
        """Whether white space stands around cells, of the header too."""
        rows = [*self.records, *([self.header] if self.header else [])]
        return any(cell != cell.strip() for row in rows for cell in row.cells)


def shape_of(rows: Sequence[Row]) -> Shape | None:
    """Find header and records; None if no row has several cells."""
    filled = [row for row in rows if not row.is_blank]
    several = [row for row in filled if len(row.cells) > 1]
    booked = [row for row in several if row.is_booked]
    if not booked:
        return _without_records(several)
    usual = _usual_width(booked)
    body = [row for row in booked if len(row.cells) == usual]
    header = _header(several, body)
    start = header.line if header else body[0].line - 1
    below = [row for row in filled if row.line > start]
    named = len(header.cells) if header else usual
    width = max([named, *(len(row.cells) for row in booked if _ends_later(row, body[0], header))])
    fewest = min(named, usual)
    records = tuple(row for row in below if fewest <= len(row.cells) <= width)
    return Shape(header=header, records=records, width=width, optional=width - named, others=len(below) - len(records))


def _ends_later(row: Row, usual: Row, header: Row | None) -> bool:
    """Return whether ``row`` has more cells at its end: below a header a blank one, else some behind equal values."""
    more = len(row.cells) - len(usual.cells)
    if header or more > _FEWER:
        return more in {0, 1} and not row.stripped[-1]
    pairs = zip(row.stripped, usual.stripped, strict=False)
    return more >= 0 and all(_is_sure(one) == _is_sure(other) for one, other in pairs if one and other)


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
    above = [row for row in rows if row.line < body[0].line and abs(len(row.cells) - width) <= _FEWER]
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
    known = sum(map(ALL_HEADERS.found_in, row.stripped))
    return known >= _KNOWN and _names_columns(row.stripped, range(len(row.cells)))


def is_data(cell: str) -> bool:
    """Return whether ``cell`` looks like a customer's data rather than like the name of a column."""
    return len(cell) > _LONGEST_NAME or bool(_DATA.search(cell))


def _without_records(rows: Sequence[Row]) -> Shape | None:
    """Take the first row of known names for a header; without one, all rows of the usual width are records."""
    header = next((row for row in rows if _is_header_alone(row)), None)
    width = len(header.cells) if header else _usual_width(rows)
    records = tuple(row for row in rows if len(row.cells) == width and row.line > (header.line if header else 0))
    return Shape(header=header, records=records, width=width) if rows else None
