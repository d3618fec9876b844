"""The structure of a line: what is left of it without its text. Lines of one structure are split alike."""

import re

from transactions.layouts.layout import Dialect
from transactions.reading.characters import FORBIDDEN_BYTES, holds_forbidden
from transactions.reading.csv_cells import Cells

UNTOLD = b"\n"
"""Stands in the place of a structure that says nothing of its line; no structure has a line feed."""
_LINE_FEED = b"\n"
_MANY = 50
"""A file has many quotes if one of so many bytes is one."""


class Structures:
    """Gives the structure of each line: its delimiters and quotes.

    That says how the line is split only if each cell with a quote is quoted as a whole: a delimiter with an odd number
    of quotes before it is then text. Other lines have none; nor have those that are blank, or hold a forbidden
    character.
    """

    def __init__(self, dialect: Dialect) -> None:
        delimiter, self._quote = dialect.delimiter.encode(), (dialect.quote_char or "").encode()
        self._not_structural = bytes(set(range(256)) - set(delimiter + self._quote + _LINE_FEED))
        self._blank_line = re.compile(rb"\n[%b]*+(?=\n)" % re.escape(Cells(dialect).blank).encode())
        if not self._quote:
            return
        between = next(byte for number in range(1, 9) if (byte := bytes((number,))) not in {delimiter, self._quote})
        self._cells_meet, self._between = self._quote + delimiter + self._quote, between
        bound, quote = b"[%b\n]" % re.escape(delimiter), re.escape(self._quote)
        # One character is excluded much faster than two: line feeds are looked for afterwards.
        quoted = rb"%b(?<=%b%b)(?:[^%b]++|%b%b)*+%b(?=%b)" % (quote, bound, quote, *[quote] * 4, bound)
        self._quoted = re.compile(quoted)

    def of(self, lines: bytes) -> list[bytes]:
        """Return the structure of each of ``lines``, which stand between line feeds, one before the first."""
        structures = lines.translate(None, self._not_structural).split(_LINE_FEED)[1:-1]
        self._untell(structures, lines, self._blank_line)
        if holds_forbidden(lines):
            self._untell(structures, lines, FORBIDDEN_BYTES)
        if self._quote and self._quote in lines and not self._is_regular(lines):
            for place, line in enumerate(lines.split(_LINE_FEED)[1:-1]):
                if self._quote in line and not self._is_regular(b"\n%b\n" % line):
                    structures[place] = UNTOLD
        return structures

    def _is_regular(self, lines: bytes) -> bool:
        """Tell whether each quote belongs to a cell that is quoted as a whole, on one line."""
        if lines.count(self._quote) * _MANY > len(lines):
            # Where two quoted cells meet, one byte stands for the three, to find fewer and longer cells. As long as
            # before, since to replace in place is much faster.
            lines = lines.replace(self._between, b"x").replace(self._cells_meet, self._between.ljust(3, b"x"))
        quoted = b"".join(self._quoted.findall(lines))
        all_quoted = all(quoted.count(byte) == lines.count(byte) for byte in (self._quote, self._between))
        return all_quoted and _LINE_FEED not in quoted

    @staticmethod
    def _untell(structures: list[bytes], lines: bytes, pattern: re.Pattern[bytes]) -> None:
        """Take the structure from each line in which ``pattern`` is found, with the line feed before it or without."""
        place = counted = 0
        for match in pattern.finditer(lines):
            start = match.start() + 1
            place += lines.count(_LINE_FEED, counted, start)
            counted = start
            structures[place - 1] = UNTOLD
