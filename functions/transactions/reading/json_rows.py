"""Puts JSON records into the shape that the engine reads: a row for each, with its numbers as they are written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Layout
from transactions.reading.accounts import LineAccount
from transactions.reading.json_documents import Block
from transactions.reading.json_escapes import is_forbidden, may_be_forbidden, with_line_feeds
from transactions.reading.json_nodes import NO_JSON
from transactions.reading.json_numbers import Numbers
from transactions.reading.json_warnings import JsonWarnings
from transactions.reading.records import MAX_RECORD_BYTES, Part

SEPARATOR = "\x01"
"""Stands between the cells of a row: no JSON text holds a control character outside of its escapes."""
_MAX_ROW_BYTES = 1_900_000
"""A row holds more than its record, and must fit into the engine's line of 2 MB."""
_LINE_FEED = b"\n"
_SEPARATOR, _ROW_END = SEPARATOR.encode(), b"\x02"
_PLACEHOLDER = b"{}"
_DECODE_LINES = msgspec.json.Decoder(msgspec.Raw).decode_lines
_ON_ONE_LINE = bytes.maketrans(b"\n\t" + _ROW_END, b"  \n")
"""Takes line ends and tabs from between a document's tokens, within strings it has none; then ends each row."""
UNREADABLE_MARK, FORBIDDEN_MARK = "\x02", "\x03"
"""End a record that is no JSON, and one that holds a character that is no text: the engine can read neither."""


def row_columns(layout: Layout) -> tuple[str, ...]:
    """Name the cells of a row, in their order."""
    inner, outer = (tuple(number_columns(layout, outer=outer).values()) for outer in (False, True))
    return ("record", *inner) if layout.json_lines else ("line", "context", *outer, "record", *inner)


def number_columns(layout: Layout, *, outer: bool) -> dict[str, str]:
    """Name for each field that may be a number, within the record or ``outer``, the cell with the text of its value."""
    return {
        field.name: f"n{place}"
        for place, field in enumerate(layout.schema.fields)
        if "number" in field.json_types and layout.is_outer(field.name) == outer
    }


class _Cells:
    """Makes of each record its cells: the record, and the texts of its numbers."""

    def __init__(self, layout: Layout, *, outer: bool = False) -> None:
        self._numbers = Numbers([layout.steps(name) for name in number_columns(layout, outer=outer)])

    def from_records(self, records: Sequence[bytes]) -> Iterable[bytes]:
        """Return the cells of each of ``records``, which are well-formed."""
        return self._of(records, self._of_one) if self._numbers.none else records

    def lines_that_are_cells(self, text: bytes) -> Sequence[bytes] | None:
        """Return the lines of ``text`` if each is a JSON value and nothing else, and has no number beside it."""
        if self._numbers.none or not text:
            return None
        try:
            values = _DECODE_LINES(text)
        except NO_JSON:
            return None
        # The decoder would also take several values on one line, or one on several.
        one_each = len(values) == text.count(_LINE_FEED) + 1 and _LINE_FEED.join(values) == text
        return values if one_each else None

    def from_lines(self, lines: Sequence[bytes]) -> Iterable[bytes]:
        """Return the cells of each of ``lines``. One that is no JSON object is made unreadable."""
        return self._of(lines, self._of_line)

    def _of(self, records: Sequence[bytes], of_one: Callable[[bytes], bytes]) -> Iterable[bytes]:
        columns = self._numbers.columns(records)
        if columns is None:
            return map(of_one, records)
        return map(_SEPARATOR.join, zip(records, *columns, strict=True)) if columns else records

    def _of_one(self, record: bytes) -> bytes:
        return _SEPARATOR.join((record, *(self._numbers.texts(record) or self._numbers.none)))

    def _of_line(self, line: bytes) -> bytes:
        numbers = self._numbers.texts(line)
        if numbers is None:
            # The engine takes more than JSON for JSON, but never a control character.
            line, numbers = line.replace(_SEPARATOR, b" ") + UNREADABLE_MARK.encode(), self._numbers.none
        return _SEPARATOR.join((line, *numbers))


class JsonLines:
    """One record a line. A line that is not a record is a row as well: the engine finds out which can be read."""

    def __init__(self, layout: Layout) -> None:
        self._cells, self._warnings = _Cells(layout), JsonWarnings(layout)
        self._account, self._ended = LineAccount(1), False

    def from_block(self, block: bytes) -> bytes:
        """Return the rows of ``block``, which is whole lines without the last line end.

        Raises
        ------
        FileRejectedError
            If a record is longer than any may be.
        """
        text = with_line_feeds(block)
        lines = self._cells.lines_that_are_cells(text)
        forbidden = may_be_forbidden(text)
        if lines is None or forbidden:
            lines = text.split(_LINE_FEED)
            text = _LINE_FEED.join(self._rows(lines, forbidden=forbidden))
        if self._warnings.inner.names:
            self._warnings.inner.look_into(lines, block)
        self._account.line += len(lines)
        return text + _LINE_FEED

    def _rows(self, lines: list[bytes], *, forbidden: bool) -> Iterable[bytes]:
        first = self._account.line
        if not all(map(bytes.strip, lines)):
            lines = [line if line.strip() else self._blank(number) for number, line in enumerate(lines, first)]
        rows = list(self._cells.from_lines(lines))
        if forbidden:
            rows = [_marked(row, 0) for row in rows]
        _refuse_longer(_MAX_ROW_BYTES, rows, range(first, first + len(lines)))
        return rows

    def end(self) -> bytes:
        """Return nothing: no row is ever left."""
        self._ended = True
        return b""

    def part(self, path: Path) -> Part:
        """Describe the rows since the last part, which stand in ``path``."""
        return self._account.part(path, tuple(self._warnings.at_end()) if self._ended else ())

    def _blank(self, number: int) -> bytes:
        self._account.add_placeholder(number)
        return _PLACEHOLDER


class JsonRecords:
    """The records of a document: each behind its line and its context, the fields around it.

    ``unread`` gives, at the end, the arrays of objects that are not read, and their lines.
    """

    def __init__(self, layout: Layout, unread: Callable[[], Mapping[str, int]]) -> None:
        self._cells, self._context_cells = (_Cells(layout, outer=outer) for outer in (False, True))
        self._warnings = JsonWarnings(layout, unread)
        self._record_place = row_columns(layout).index("record")
        self._count, self._first, self._ended = 0, 0, False

    def from_block(self, block: Block) -> bytes:
        """Return the rows of ``block``.

        Raises
        ------
        FileRejectedError
            If a record is longer than any may be.
        """
        self._count += len(block.records)
        context_cells = {text: self._of_context(text) for text in dict.fromkeys(block.context)}
        cells = list(self._cells.from_records(block.records))
        _refuse_longer(MAX_RECORD_BYTES, block.records, block.lines)
        _refuse_longer(_MAX_ROW_BYTES - max(map(len, context_cells.values())), cells, block.lines)
        # To put all in one list and join it once is faster than row by row.
        row = [b"", _SEPARATOR, b"", _SEPARATOR, b"", _ROW_END]
        pieces = row * len(cells)
        pieces[0 :: len(row)] = map(b"%d".__mod__, block.lines)
        pieces[2 :: len(row)] = map(context_cells.__getitem__, block.context)
        pieces[4 :: len(row)] = cells
        rows = with_line_feeds(b"".join(pieces))
        if may_be_forbidden(rows):
            rows = _ROW_END.join(_marked(row, self._record_place) for row in rows.split(_ROW_END))
        if self._warnings.inner.names:
            self._warnings.inner.look_into(block.records, rows, block.paths)
        # Most files have nothing to put on one line, and to end the rows alone is faster.
        several = _LINE_FEED in rows or b"\t" in rows
        return rows.translate(_ON_ONE_LINE) if several else rows.replace(_ROW_END, _LINE_FEED)

    def end(self) -> bytes:
        """Return nothing: the document has been read as a whole."""
        self._ended = True
        return b""

    def part(self, path: Path) -> Part:
        """Describe the rows since the last part, which stand in ``path``."""
        warnings = tuple(self._warnings.at_end()) if self._ended else ()
        part = Part(path=path, rows=self._count - self._first, first=self._first, warnings=warnings)
        self._first = self._count
        return part

    def _of_context(self, context: bytes) -> bytes:
        """Return the cells of the context of some records."""
        self._warnings.outer.look_into((context,), context)
        (cells,) = self._context_cells.from_records((context,))
        return cells


def _marked(row: bytes, record: int) -> bytes:
    """Mark the cell ``record`` of ``row`` if there is a character in the row that is no text, and empty those after it.

    A record that cannot be read has no numbers either, nor an id that one of them is.
    """
    if not is_forbidden(row):
        return row
    cells = row.split(_SEPARATOR)
    numbers = len(cells) - record - 1
    return _SEPARATOR.join([*cells[:record], cells[record] + FORBIDDEN_MARK.encode(), *[b""] * numbers])


def _refuse_longer(limit: int, texts: Sequence[bytes], lines: Iterable[int]) -> None:
    if max(map(len, texts)) > limit:
        line = next(line for line, text in zip(lines, texts, strict=True) if len(text) > limit)
        detail = f"the record on line {line} is longer than {MAX_RECORD_BYTES} bytes"
        raise FileRejectedError(FileCode.MALFORMED_JSON, detail)
