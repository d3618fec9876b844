"""Puts JSON records into the shape that the engine reads: a row for each, with its exact text."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Layout
from transactions.layouts.paths import steps
from transactions.reading.json_documents import Record
from transactions.reading.records import MAX_RECORD_BYTES, Part

SEPARATOR = "\x01"
"""Stands between the cells of a row: no JSON text holds a control character outside of its escapes."""
RAW_NUMBER = "#number"
"""A number goes to the engine as an object with its text under this key: the engine reads numbers as floats."""
_WRAPPED = b'{"%b":"%%b"}' % RAW_NUMBER.encode()
_LINE_FEED = b"\n"
_SEPARATOR, _OTHER_CONTROL = SEPARATOR.encode(), b"\x02"
_ROW = _SEPARATOR.join((b"%d", b"%b", b"%b")) + _OTHER_CONTROL
_PLACEHOLDER = b"-"
_NO_OBJECT = re.compile(rb"\n(?!\{)")
_ON_ONE_LINE = bytes.maketrans(b"\n\t" + _OTHER_CONTROL, b"  \n")
"""Takes line ends and tabs from between a document's tokens, within strings it has none; then ends each row."""


class JsonLines:
    """One record a line. A line that is none is a row as well: the engine tells which can be read."""

    def __init__(self, layout: Layout) -> None:
        self._kept = _RawNumbers(layout).kept
        self._line = self._first = 1
        self._left_out = list[int]()

    def of(self, block: bytes) -> bytes:
        """Return the rows of ``block``, which is whole lines without the last line end."""
        text, lines = block, block.count(_LINE_FEED) + 1
        if not block.startswith(b"{") or _NO_OBJECT.search(block):
            # A line that does not begin as an object does may be blank.
            text = _LINE_FEED.join(
                line if line.strip() else self._blank(number)
                for number, line in enumerate(block.split(_LINE_FEED), self._line)
            )
        if _SEPARATOR in text:
            # Another control character: it makes the same records unreadable, and does not end a cell.
            text = text.replace(_SEPARATOR, _OTHER_CONTROL)
        self._line += lines
        return self._kept(text) + _LINE_FEED

    def end(self) -> bytes:
        """Return nothing: no row is ever left."""
        return b""

    def part(self, path: Path) -> Part:
        """Describe the rows since the last part, which stand in ``path``."""
        part = Part(path=path, rows=self._line - self._first, first=self._first, left_out=tuple(self._left_out))
        self._first = self._line
        self._left_out.clear()
        return part

    def _blank(self, number: int) -> bytes:
        self._left_out.append(number)
        return _PLACEHOLDER


class JsonRecords:
    """The records of a document: each behind its line, before the fields around it."""

    def __init__(self, layout: Layout) -> None:
        self._kept = _RawNumbers(layout).kept
        self._count = self._first = 0

    def of(self, block: Sequence[Record]) -> bytes:
        """Return the rows of ``block``.

        Raises
        ------
        FileRejectedError
            If a record is longer than any may be.
        """
        self._count += len(block)
        rows = b"".join([_ROW % record for record in block])
        if len(rows) > MAX_RECORD_BYTES:
            _refuse_long_records(block)
        # Most files have nothing to put on one line, and to end the rows alone is faster.
        several = _LINE_FEED in rows or b"\t" in rows
        return self._kept(rows.translate(_ON_ONE_LINE) if several else rows.replace(_OTHER_CONTROL, _LINE_FEED))

    def end(self) -> bytes:
        """Return nothing: the document has been read as a whole."""
        return b""

    def part(self, path: Path) -> Part:
        """Describe the rows since the last part, which stand in ``path``."""
        part = Part(path=path, rows=self._count - self._first, first=self._first)
        self._first = self._count
        return part


def _refuse_long_records(records: Iterable[Record]) -> None:
    for line, text, _ in records:
        if len(text) > MAX_RECORD_BYTES:
            detail = f"the record on line {line} is longer than {MAX_RECORD_BYTES} bytes"
            raise FileRejectedError(FileCode.MALFORMED_JSON, detail)


class _RawNumbers:
    """Keeps numbers as they are written.

    A quote within a JSON string has a backslash before it, so that a name between bare quotes, before a colon, is
    always a key.
    """

    def __init__(self, layout: Layout) -> None:
        names = {steps(field.name)[-1] for field in layout.schema.fields if field.json_type == "number"}
        keys = b"|".join(re.escape(name).encode() for name in sorted(names))
        self._number = re.compile(rb'((?<!\\)"(?:%b)"[ \t]*:[ \t]*)(-?[0-9][0-9.eE+-]*)' % keys) if names else None

    def kept(self, records: bytes) -> bytes:
        """Wrap each number of the layout's fields into an object that holds its text."""
        if not self._number:
            return records
        parts = self._number.split(records)
        parts[2::3] = [_WRAPPED % number for number in parts[2::3]]
        return b"".join(parts)
