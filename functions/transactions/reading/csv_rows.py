"""Puts the lines of a CSV file into the shape that the engine reads: a row for each line."""

import re
from itertools import compress, count
from operator import not_
from pathlib import Path

from transactions.codes import FileCode, RowCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Dialect
from transactions.reading.headers import Found
from transactions.reading.lines import LeftOut, tidied
from transactions.reading.records import MAX_RECORD_BYTES, Broken, Part

MAX_RECORD_LINES = 100
"""A quote that is not closed so many lines further down was never meant to span them."""
MAX_BROKEN_RECORDS = 500_000
"""A file with more records that cannot be split into its layout's cells is refused, before they fill the memory."""
_MAX_STRUCTURES = 10_000
_LINE_FEED = b"\n"


class CsvRows:
    """Goes down a file, block by block, and judges each line by its structure.

    The structure of a line is what is left of it without all but delimiters and quotes: few lines of a file differ in
    theirs, so that most are known to be records without being looked at one by one.
    """

    def __init__(self, found: Found) -> None:
        layout, dialect = found.layout, found.layout.dialect
        self._delimiter, self._quote = dialect.delimiter.encode(), (dialect.quote_char or "").encode()
        self._delimiters = len(found.columns) - 1
        # Columns in any order are all there, or not in the header either.
        self._fewest_delimiters = self._delimiters if dialect.any_order else layout.fewest_cells - 1
        self._not_structure = bytes(set(range(256)) - set(self._delimiter + self._quote + _LINE_FEED))
        self._well_formed = well_formed(dialect)
        self._placeholder = placeholder(dialect, len(found.columns)).encode()
        self._dialect = dialect
        self._left_out_lines = LeftOut(layout)
        self._tidies = dialect.trim and not dialect.line_breaks_in_cells
        self._known_whole = set[bytes]()
        self._to_skip = found.lines_above
        self._line = self._first = found.lines_above + 1
        self._open = b""
        self._left_out = list[int]()
        self._broken = list[Broken]()
        self._broken_count = 0

    def of(self, block: bytes) -> bytes:
        """Return the rows of ``block``, which is whole lines without the last line end.

        Raises
        ------
        FileRejectedError
            If a record stands below the footer, a quote is never closed, or too many records are broken.
        """
        if self._to_skip:
            return b"".join(map(self.of, self._below_header(block)))
        text = self._tidy(block)
        if self._open:
            text, self._open = self._open + _LINE_FEED + text, b""
        structures = text.translate(None, self._not_structure).split(_LINE_FEED)
        if self._known_whole.issuperset(structures):
            self._line += len(structures)
            return text + _LINE_FEED
        lines = self._judged(text.split(_LINE_FEED), structures)
        self._line += len(lines)
        return _LINE_FEED.join([*lines, b""])

    def end(self) -> None:
        """End the file; FileRejectedError if a quote is still open."""
        if self._open:
            raise self._never_closed(self._line)

    def part(self, path: Path) -> Part:
        """Describe the rows since the last part, which stand in ``path``."""
        part = Part(
            path=path,
            rows=self._line - self._first,
            first=self._first,
            left_out=tuple(self._left_out),
            broken=tuple(self._broken),
        )
        self._first = self._line
        self._left_out.clear()
        self._broken.clear()
        return part

    def _below_header(self, block: bytes) -> list[bytes]:
        lines = block.split(_LINE_FEED, self._to_skip)
        below = lines[self._to_skip :]
        self._to_skip -= min(self._to_skip, len(lines))
        return below

    def _tidy(self, block: bytes) -> bytes:
        if not self._left_out_lines.any and not self._tidies:
            return block
        lines = block.decode().split("\n")
        if self._left_out_lines.any:
            lines = [self._left_out_lines.blanked(line) for line in lines]
        if self._tidies:
            lines = [tidied(line, self._dialect) for line in lines]
        return "\n".join(lines).encode()

    def _judged(self, lines: list[bytes], structures: list[bytes]) -> list[bytes]:
        """Return ``lines`` with those mended, joined or held back that are no whole records as they stand."""
        end = 0
        # Lazily: what one line teaches is known at the next.
        for start in compress(count(), map(not_, map(self._known_whole.__contains__, structures))):
            if start < end:
                continue
            end = self._record_end(structures, start)
            if end > len(lines):
                self._open = _LINE_FEED.join(lines[start:])
                return lines[:start]
            record = _LINE_FEED.join(lines[start:end])
            lines[start] = self._row(self._line + start, record, b"".join(structures[start:end]), lines=end - start)
            for place in range(start + 1, end):
                self._left_out.append(self._line + place)
                lines[place] = self._placeholder
        return lines

    def _record_end(self, structures: list[bytes], start: int) -> int:
        """Find the end of the record whose first line is at ``start``: behind ``structures`` if it is still open.

        Raises
        ------
        FileRejectedError
            If it is still open after as many lines as a record may have.
        """
        if not self._dialect.line_breaks_in_cells or not self._is_open(structures[start]):
            return start + 1
        for place in range(start + 1, min(start + MAX_RECORD_LINES, len(structures))):
            if self._is_open(structures[place]):
                return place + 1
        if start + MAX_RECORD_LINES <= len(structures):
            raise self._never_closed(self._line + start)
        return len(structures) + 1

    def _is_open(self, structure: bytes) -> bool:
        return bool(self._quote) and structure.count(self._quote) % 2 == 1

    def _row(self, number: int, record: bytes, structure: bytes, *, lines: int) -> bytes:
        """Return the record's row: as it is, with the optional cells that it ends before, or held back."""
        if lines > 1 and (len(record) > MAX_RECORD_BYTES or not self._well_formed.fullmatch(record.decode())):
            raise self._never_closed(number)
        if self._is_open(structure):
            return self._held_back(number, RowCode.QUOTE_MALFORMED, record)
        delimiters = structure.count(self._delimiter)
        if not delimiters and not record.strip():
            self._left_out.append(number)
            return self._placeholder
        if delimiters != self._delimiters or self._fewest_delimiters < delimiters:
            delimiters = self._outside_quotes(structure).count(self._delimiter)
        missing = self._delimiters - delimiters
        if not 0 <= missing <= self._delimiters - self._fewest_delimiters:
            return self._held_back(number, RowCode.FIELD_COUNT, record)
        if delimiters and not missing and lines == 1 and len(self._known_whole) < _MAX_STRUCTURES:
            self._known_whole.add(structure)
        return record + self._delimiter * missing

    def _held_back(self, number: int, code: RowCode, record: bytes) -> bytes:
        self._broken_count += 1
        if self._broken_count > MAX_BROKEN_RECORDS:
            detail = f"more than {MAX_BROKEN_RECORDS} records cannot be split into cells"
            raise FileRejectedError(FileCode.TOO_MANY_REJECTED, detail)
        self._broken.append(Broken.of(number, code, record.decode()))
        self._left_out.append(number)
        return self._placeholder

    def _outside_quotes(self, structure: bytes) -> bytes:
        """Return what of ``structure``, whose quotes are paired, stands outside of them."""
        return b"".join(structure.split(self._quote)[::2]) if self._quote else structure

    def _never_closed(self, line: int) -> FileRejectedError:
        return FileRejectedError(FileCode.MALFORMED_CSV, f"a quote opened on line {line} is not closed")


def placeholder(dialect: Dialect, columns: int) -> str:
    """Return the row of a line that is no record: the engine leaves out a line that is empty."""
    return "-" + dialect.delimiter * (columns - 1)


def well_formed(dialect: Dialect, columns: int | None = None) -> re.Pattern[str]:
    """Match a record that any reader splits alike: each cell quoted as a whole, or not starting with a quote.

    Of as many ``columns``, or of any number of them.
    """
    delimiter = re.escape(dialect.delimiter)
    cell = rf"[^{delimiter}\n]*+"
    if dialect.quote_char:
        quote = re.escape(dialect.quote_char)
        quoted = f" *+{quote}(?:[^{quote}]|{quote}{quote})*+{quote} *+"
        cell = rf"(?:{quoted}|(?! *{quote}){cell})"
    further = "*+" if columns is None else f"{{{columns - 1}}}"
    return re.compile(f"{cell}(?:{delimiter}{cell}){further}")
