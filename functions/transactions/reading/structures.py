"""The structure of a line: what is left of it without its text. Lines of one structure are split alike."""

import re
from collections.abc import Sequence

from transactions.layouts.layout import Dialect
from transactions.reading.characters import FORBIDDEN_BYTES, holds_forbidden
from transactions.reading.csv_cells import Cells

NO_STRUCTURE = b"\n"
"""Stands in the place of a structure that says nothing of its line; no structure has a line feed."""
_LINE_FEED = b"\n"
_MANY = 50
"""A file has many quotes if one of so many bytes is one."""
_GROUPS = 64
"""Where lines have an irregular one among them, it is looked for in so many groups of them."""


class Structures:
    """Gives the structure of each line: its delimiters and quotes.

    That says how the line is split only if each cell with a quote is quoted as a whole: a delimiter with an odd number
    of quotes before it is then text. Other lines have none; nor have those that are blank, or hold an escape or a
    forbidden character.
    """

    def __init__(self, dialect: Dialect) -> None:
        delimiter, self._quote = dialect.delimiter.encode(), (dialect.quote_char or "").encode()
        self._escape = (dialect.escape_char or "").encode()
        self._not_structural = bytes(set(range(256)) - set(delimiter + self._quote + _LINE_FEED))
        self._blank_line = re.compile(rb"\n[%b]*+(?=\n)" % re.escape(Cells(dialect).blank).encode())
        if not self._quote:
            return
        between = next(byte for number in range(1, 9) if (byte := bytes((number,))) not in {delimiter, self._quote})
        self._cells_meet, self._between = self._quote + delimiter + self._quote, between
        bound, quote = b"[%b\n]" % re.escape(delimiter), re.escape(self._quote)
        # One character is excluded much faster than two: whether a cell spans lines is looked at otherwise.
        text = b"[^%b]*+" % quote
        cell = b"%b(?<=%b%b)%b(?:%b%b%b)*+%b(?=%b)" % (quote, bound, quote, text, quote, quote, text, quote, bound)
        self._regular = re.compile(b"%b(?:%b%b)*+" % (text, cell, text))
        apart = b"[^%b%b]*+" % (quote, between)
        self._regular_where_cells_meet = re.compile(b"%b(?:%b%b)*+" % (apart, cell, apart))

    def from_lines(self, lines: bytes) -> list[bytes]:
        """Return the structure of each of ``lines``, which stand between line feeds, one before the first."""
        structures = lines.translate(None, self._not_structural).split(_LINE_FEED)[1:-1]
        if self._quote and self._quote in lines and not self._are_regular(lines, structures):
            self._remove_irregular(structures, lines.split(_LINE_FEED)[1:-1], 0, len(structures))
        self._remove(structures, lines, self._blank_line)
        if self._escape and self._escape in lines:
            self._remove(structures, lines, re.compile(re.escape(self._escape)))
        if holds_forbidden(lines):
            self._remove(structures, lines, FORBIDDEN_BYTES)
        return structures

    def _remove_irregular(self, structures: list[bytes], lines: Sequence[bytes], start: int, end: int) -> None:
        """Take the structure from each line with a quote that belongs to no cell on it that is quoted as a whole.

        There is one from ``start`` to ``end``.
        """
        if end - start == 1:
            structures[start] = NO_STRUCTURE
            return
        step = -(-(end - start) // _GROUPS)
        for first in range(start, end, step):
            last = min(first + step, end)
            if not self._are_regular(b"\n%b\n" % _LINE_FEED.join(lines[first:last]), structures[first:last]):
                self._remove_irregular(structures, lines, first, last)

    def _are_regular(self, lines: bytes, structures: Sequence[bytes]) -> bool:
        """Return whether each quote belongs to a cell that is quoted as a whole, on one line."""
        pattern = self._regular
        if lines.count(self._quote) * _MANY > len(lines):
            # Where two quoted cells meet, one byte stands for the three, to find fewer and longer cells. As long as
            # before, since to replace in place is much faster.
            lines = lines.replace(self._between, b"x").replace(self._cells_meet, self._between.ljust(3, b"x"))
            pattern = self._regular_where_cells_meet
        if not pattern.fullmatch(lines):
            return False
        return not any(structure.count(self._quote) % 2 for structure in set(structures))

    @staticmethod
    def _remove(structures: list[bytes], lines: bytes, pattern: re.Pattern[bytes]) -> None:
        """Take the structure from each line in which ``pattern`` is found, with the line feed before it or without."""
        place = counted = 0
        for match in pattern.finditer(lines):
            start = match.start() + 1
            place += lines.count(_LINE_FEED, counted, start)
            counted = start
            structures[place - 1] = NO_STRUCTURE
