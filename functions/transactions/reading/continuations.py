"""Joins lines that continue a row to it, such as those over which a bank wraps a long text."""

from collections.abc import Sequence
from itertools import dropwhile

import msgspec

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import ContinuationLines
from transactions.reading.accounts import LineAccount
from transactions.reading.characters import FORBIDDEN
from transactions.reading.csv_cells import Cells
from transactions.reading.headers import Found
from transactions.reading.records import MAX_RECORD_BYTES, MAX_RECORD_LINES
from transactions.reading.sections import SectionGuard


class _Row(msgspec.Struct):
    """A row that may be continued: its place, its cells, and what is to be joined to each, with the length of all."""

    place: int
    cells: list[str]
    parts: dict[int, list[str]] = {}
    length: int = 0


class Continuations:
    """Makes lines that continue a row blank, so that a line keeps its place, and notes them in ``account``.

    Such a line has as many cells as a row, and values only in the fields that are joined. The line above it is a row,
    or continues one.
    """

    def __init__(
        self, declared: ContinuationLines, found: Found, account: LineAccount, guard: SectionGuard | None
    ) -> None:
        self._separator, self._found, self._account, self._guard = declared.separator, found, account, guard
        self._cells, self._trim = Cells(found.layout.dialect), found.layout.dialect.trim
        self._places = {place for place, name in enumerate(found.columns) if name in declared.join}
        self._missing = {"", *found.layout.schema.missing_values}
        self._row: _Row | None = None
        self._held, self._open = list[str](), list[str]()

    @property
    def held(self) -> int:
        """The number of lines that wait for what continues them."""
        return len(self._held)

    def joined(self, text: bytes, first: int) -> list[bytes]:
        """Return ``text`` with lines joined, down to its last row, which waits for the lines below it.

        Parameters
        ----------
        text
            Lines without the last line end.
        first
            The number of the first line that was not returned yet.

        Raises
        ------
        FileRejectedError
            If a row gets too long, or a line that continues one has another captured fact.
        """
        lines, start = [*self._held, *text.decode().split("\n")], len(self._held)
        for place in range(start, len(lines)):
            self._look_at(lines, place, first)
        end = len(lines) if self._row is None else self._row.place
        self._held = lines[end:]
        if self._row:
            self._row.place = 0
        return ["\n".join(lines[:end]).encode()] if end else []

    def rest(self) -> list[bytes]:
        """Return the lines that wait, at the end of the file."""
        self._end_row(self._held)
        held, self._held = self._held, []
        return ["\n".join(held).encode()] if held else []

    def _look_at(self, lines: list[str], place: int, first: int) -> None:
        cells = self._split(lines[place])
        if not cells or not self._continues(cells):
            self._end_row(lines)
            self._row = _Row(place, cells) if cells else None
        elif self._row:
            self._join(self._row, cells, first + place, lines[place])
            lines[place] = ""
        if self._ends_open_cell(lines[place]):
            # It is rejected together with the lines above: written anew, it would no longer be seen to close the cell.
            self._row = None

    def _ends_open_cell(self, line: str) -> bool:
        """Return whether ``line`` closes a cell that a line above leaves open, and makes a row together with it."""
        if not self._open and not self._cells.is_open(line):
            return False
        self._open.append(line)
        while self._open:
            record = "\n".join(self._open)
            if self._cells.is_open(record) and len(self._open) < MAX_RECORD_LINES:
                return False
            if self._split(record):
                self._open = []
                return True
            self._open = list(dropwhile(lambda above: not self._cells.is_open(above), self._open[1:]))
        return False

    def _split(self, line: str) -> list[str]:
        """Return the cells of a line that is as wide as a row and has values; none of any other."""
        cells = (self._cells.split(line) or []) if self._cells.has_values(line) else []
        return cells if self._found.fewest_cells <= len(cells) <= len(self._found.columns) else []

    def _continues(self, cells: Sequence[str]) -> bool:
        with_value = {place for place, cell in enumerate(cells) if self._value(cell)}
        return bool(with_value) and with_value <= self._places

    def _value(self, cell: str) -> str:
        # A forbidden character may pass for white space: it is to reject the row.
        cell = cell.strip() if self._trim and not FORBIDDEN.search(cell) else cell
        return "" if cell in self._missing else cell

    def _join(self, row: _Row, cells: Sequence[str], number: int, line: str) -> None:
        if self._guard:
            self._guard.check(number, line)
        row.length += len(line)
        if row.length > MAX_RECORD_BYTES:
            detail = f"the row that is continued on line {number} is longer than {MAX_RECORD_BYTES} bytes"
            raise FileRejectedError(FileCode.MALFORMED_CSV, detail)
        for place in self._places.intersection(range(len(cells))):
            if value := self._value(cells[place]):
                row.parts.setdefault(place, []).append(value)
        self._account.join(number, line)

    def _end_row(self, lines: list[str]) -> None:
        """Write the row anew, as a line of the file, if lines were joined to it."""
        row, self._row = self._row, None
        if not row or not row.parts:
            return
        cells = [*row.cells, *[""] * (1 + max(row.parts) - len(row.cells))]
        for place, parts in row.parts.items():
            cells[place] = self._separator.join(filter(None, (self._value(cells[place]), *parts)))
        lines[row.place] = self._cells.write_own(cells)
