"""Puts the lines of a CSV file into the shape that the engine reads: a row for each line."""

from itertools import compress, count
from operator import not_
from pathlib import Path

from transactions.codes import FileCode, RowCode, WarningCode
from transactions.errors import FileRejectedError
from transactions.reading.accounts import LineAccount
from transactions.reading.characters import CHARACTER_RULE, FORBIDDEN
from transactions.reading.csv_cells import BLANK, Cells, misplaced_quote, open_quote
from transactions.reading.headers import Found
from transactions.reading.intake import LastByte
from transactions.reading.misses import expected_cells
from transactions.reading.records import MAX_RECORD_BYTES, MAX_RECORD_LINES, Part
from transactions.reading.sections import SectionGuard
from transactions.reading.skipping import SkippedLines
from transactions.reading.structures import NO_STRUCTURE, Structures
from transactions.results import ErrorExample

OPEN_QUOTE_RULE = "a quote that begins a cell is closed on the same line, and quotes within the cell are doubled"
CLOSED_QUOTE_RULE = "nothing but a delimiter follows the quote that closes a cell, and quotes within it are doubled"
ONE_LINE_RULE = "each quoted cell is on one line, or the layout has lineBreaksInCells"
ESCAPE_RULE = "a quoted cell is closed on its line, and {0} stands only before a quote or another {0}"
LAST_LINE_RULE = "a line end behind the last line"
_MAX_STRUCTURES = 10_000
_LINE_FEED = b"\n"


class CsvRows:
    """Goes down a file, block by block, and judges each line by its structure.

    A row that the engine gets has as many cells as the file has columns, each quoted as a whole or free of quotes: no
    reader can split it otherwise. Most lines are known to be such rows by their structure. Each other one is split into
    its cells, and written anew or rejected. A line that is no record of its own is a row too, a placeholder, so that
    the place of a row gives its line.
    """

    def __init__(self, found: Found, texts: LastByte, guard: SectionGuard | None = None) -> None:
        dialect = found.layout.dialect
        self._found, self._texts, self._ended = found, texts, False
        self._columns, self._fewest_cells = len(found.columns), found.fewest_cells
        self._spans_lines = dialect.line_breaks_in_cells
        self._escapes, escape_rule = bool(dialect.escape_char), ESCAPE_RULE.format(dialect.escape_char)
        self._open_rule = escape_rule if self._escapes else OPEN_QUOTE_RULE
        self._closed_rule = escape_rule if self._escapes else CLOSED_QUOTE_RULE
        self._cells, self._structures = Cells(dialect), Structures(dialect)
        self._quote = (dialect.quote_char or "").encode()
        self._empty_cells = (BLANK + dialect.delimiter).encode()
        self._placeholder = self._cells.write(["-", *[""] * (self._columns - 1)]).encode()
        self._known_whole = set[bytes]()
        self._to_pass = found.lines_above
        self._account = LineAccount(found.lines_above + 1)
        self._pending = list[bytes]()
        self._guard = guard
        self._skipped = SkippedLines(found, self._cells, self._account, guard)

    def from_block(self, block: bytes) -> bytes:
        """Return the rows of ``block``, which is whole lines without the last line end.

        Raises
        ------
        FileRejectedError
            If a quote is never closed where cells may span lines, if too many records are rejected here, or if another
            section begins that the layout does not know, or that lacks a fact.
        """
        if self._to_pass:
            return b"".join(map(self.from_block, self._below_header(block)))
        blanked = self._skipped.blanked(block, self._account.line + len(self._pending))
        return b"".join(map(self._with_pending, blanked))

    def _with_pending(self, lines: bytes) -> bytes:
        if self._pending:
            lines = _LINE_FEED.join([*self._pending, lines])
            self._pending = []
        return self._rows(lines)

    def end(self) -> bytes:
        """Return the rows that are left at the end of the file.

        Raises
        ------
        FileRejectedError
            If a quote is still open where cells may span lines.
        """
        self._ended = True
        held = self._skipped.blanked(b"", self._account.line + len(self._pending), last=True)
        rows = b"".join(map(self._with_pending, held))
        if not self._pending:
            return rows
        lines, self._pending = _LINE_FEED.join(self._pending), []
        return rows + self._rows(lines, last=True)

    def part(self, path: Path) -> Part:
        """Describe the rows since the last part, which stand in ``path``."""
        return self._account.part(path, self._warnings())

    def _warnings(self) -> tuple[ErrorExample, ...]:
        if not self._ended or self._texts.ends_line or not self._found.layout.dialect.final_line_end:
            return ()
        code, line = WarningCode.FINAL_LINE_END_MISSING, self._account.line - 1
        return (ErrorExample(code=code, line=line, field="", rule=LAST_LINE_RULE, masked_value=""),)

    def _below_header(self, block: bytes) -> list[bytes]:
        lines = block.split(_LINE_FEED, self._to_pass)
        below = lines[self._to_pass :]
        self._to_pass -= min(self._to_pass, len(lines))
        return below

    def _check(self, number: int, line: str) -> None:
        if self._guard:
            self._guard.check(number, line)

    def _rows(self, text: bytes, *, last: bool = False) -> bytes:
        framed = b"\n%b\n" % text
        structures = self._structures.from_lines(framed)
        if self._known_whole.issuperset(structures):
            self._account.line += len(structures)
            return framed[1:]
        lines = self._judged(text.split(_LINE_FEED), structures, last=last)
        self._account.line += len(lines)
        return _LINE_FEED.join([*lines, b""])

    def _judged(self, lines: list[bytes], structures: list[bytes], *, last: bool) -> list[bytes]:
        """Return ``lines`` with those written anew, joined or rejected that are no whole records as they stand.

        Where they end before it is known where a cell does, what is left waits for more, unless they are the ``last``.
        """
        end = 0
        # Lazily: what one line teaches is known at the next.
        for start in compress(count(), map(not_, map(self._known_whole.__contains__, structures))):
            if start < end:
                continue
            if not lines[start].strip(self._empty_cells):
                lines[start] = self._placeholder_for(self._account.line + start)
                continue
            closing = self._closing(lines, start)
            if closing is None and not last and len(lines) - start < MAX_RECORD_LINES:
                self._pending = lines[start:]
                return lines[:start]
            if closing == start:
                lines[start] = self._row_of_line(start, lines[start], structures[start])
                end = start + 1
            elif self._spans_lines:
                end = self._join(lines, start, closing)
            else:
                end = self._reject_open(lines, start, closing)
        return lines

    def _closing(self, lines: list[bytes], start: int) -> int | None:
        """Find the line on which the cell is closed that the line at ``start`` leaves open.

        That line itself if it leaves none open; None if it is open beyond as many lines as a record may have, or as
        there are.
        """
        if not self._cells.is_open(lines[start].decode()):
            return start
        for place in range(start + 1, min(start + MAX_RECORD_LINES, len(lines))):
            if self._quote in lines[place]:
                record = _LINE_FEED.join(lines[start : place + 1])
                if len(record) > MAX_RECORD_BYTES:
                    return None
                if not self._cells.is_open(record.decode()):
                    return place
        return None

    def _join(self, lines: list[bytes], start: int, closing: int | None) -> int:
        """Make one row of the lines of a record, with placeholders below it; return where the next record begins.

        Raises
        ------
        FileRejectedError
            If the record has no certain end.
        """
        number = self._account.line + start
        if closing is None:
            raise open_quote(number)
        end = closing + 1
        cells = self._split(number, _LINE_FEED.join(lines[start:end]).decode())
        lines[start] = self._written(number, cells) if cells else self._placeholder_for(number)
        for place in range(start + 1, end):
            lines[place] = self._placeholder_for(self._account.line + place)
        return end

    def _reject_open(self, lines: list[bytes], start: int, closing: int | None) -> int:
        """Reject a line that leaves a cell open, where each line is a record; return where the next one begins.

        If the lines down to the closing quote make a whole record, there are two readings, and all are rejected.
        """
        number, end = self._account.line, start + 1
        cells = self._cells.split(_LINE_FEED.join(lines[start : closing + 1]).decode()) if closing else None
        rule = self._open_rule
        if closing and cells and self._fewest_cells <= len(cells) <= self._columns:
            rule, end = ONE_LINE_RULE, closing + 1
            if self._found.layout.header_breaks:
                # A header whose cells have line breaks may stand here again.
                self._check(number + start, _LINE_FEED.join(lines[start:end]).decode())
        for place in range(start, end):
            self._check(number + place, lines[place].decode())
            self._account.reject(number + place, RowCode.QUOTE_MALFORMED, rule, lines[place].decode())
            lines[place] = self._placeholder_for(number + place)
        return end

    def _row_of_line(self, place: int, line: bytes, structure: bytes) -> bytes:
        """Return the row of a line that is a record, and learn its structure if it has one."""
        number = self._account.line + place
        cells = self._split(number, line.decode())
        if not cells:
            return self._placeholder_for(number)
        if len(cells) < self._columns or structure == NO_STRUCTURE:
            return self._written(number, cells)
        if len(self._known_whole) < _MAX_STRUCTURES:
            self._known_whole.add(structure)
        return line

    def _split(self, number: int, record: str) -> list[str]:
        """Return the record's cells, none of one that is blank or rejected.

        Raises
        ------
        FileRejectedError
            If there is text behind a closing quote where cells may span lines: then nobody knows where the record ends.
        """
        cells = self._cells.split(record)
        if not self._cells.has_values(record):
            return []
        self._check(number, record)
        if cells is None and self._spans_lines:
            raise misplaced_quote(number, self._found.layout.dialect)
        if FORBIDDEN.search(record):
            code, rule = RowCode.CHARACTER_FORBIDDEN, CHARACTER_RULE
        elif cells is None:
            code, rule = RowCode.QUOTE_MALFORMED, self._closed_rule
        elif self._fewest_cells <= len(cells) <= self._columns:
            return cells
        else:
            expected = expected_cells(self._fewest_cells, self._columns)
            code, rule = RowCode.FIELD_COUNT, f"expected {expected} cells, found {len(cells)}"
        self._account.reject(number, code, rule, record)
        return []

    def _written(self, number: int, cells: list[str]) -> bytes:
        """Write the cells, with the optional ones that the record ends before."""
        row = self._cells.write([*cells, *[""] * (self._columns - len(cells))]).encode()
        if len(row) > MAX_RECORD_BYTES + self._columns:
            raise FileRejectedError(FileCode.MALFORMED_CSV, f"line {number} is longer than {MAX_RECORD_BYTES} bytes")
        return row

    def _placeholder_for(self, number: int) -> bytes:
        self._account.add_placeholder(number)
        return self._placeholder
