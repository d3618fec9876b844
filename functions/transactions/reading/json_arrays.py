"""Cuts the records out of a document's array while the document is read, so that it is never in memory as a whole."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Self

import msgspec

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Layout
from transactions.reading.json_borders import last_border
from transactions.reading.json_documents import Block, Document
from transactions.reading.json_nodes import NO_JSON, PLACE, begins, place_of

_BOUNDARY = b"},"
_TRIES = 4
_CANDIDATES = 100
"""No document has more places that look like its array's beginning. One that has is read as a whole."""
_STAND_IN = b'"records"'
_NOTHING_AROUND = b"{}"
_LINE_FEED = b"\n"
_CLOSED = re.compile(r"trailing characters \(byte (\d+)\)")


class OpenArray:
    """A document of which the array of records has begun.

    The array is cut into pieces. One may end behind a record if it is well-formed with a bracket put there: within a
    string or within a record that cannot be. Where the last places that look like a record's end are none, it is found
    by going through all strings and brackets, which takes ten times as long.
    """

    def __init__(self, before: bytes, rest: bytes, way: Sequence[str]) -> None:
        self._before, self._rest, self._way = before, bytearray(rest), way
        self._line = 1 + before.count(_LINE_FEED)
        self._opening = b"["
        self._whole: Document | None = None

    @classmethod
    def find(cls, beginning: bytes, way: Sequence[str]) -> Self | None:
        """Find the array to which the names ``way`` lead; None if the document's ``beginning`` does not show it."""
        key = rb'"%b"\s*:\s*' % re.escape(way[-1].encode()) if way else rb"\A\s*"
        for match in islice(re.finditer(key + rb"\[", beginning), _CANDIDATES):
            before, rest = beginning[: match.end()], beginning[match.end() :]
            try:
                if _with_stand_in(before, b"]" + b"}" * len(way)).value(way):
                    return cls(before, rest, way)
            except FileRejectedError:
                continue
        return None

    def blocks(self, texts: Iterator[bytes], max_bytes: int) -> Iterator[Block]:
        """Yield the records, some at a time. ``texts`` is what follows of the document.

        Raises
        ------
        FileRejectedError
            If the document is not well-formed, or if it would have to be held in memory beyond ``max_bytes``.
        """
        wanted = 0
        for text in texts:
            self._rest += text
            if len(self._rest) > max_bytes:
                raise self._too_large(max_bytes)
            if len(self._rest) >= wanted:
                before = len(self._rest)
                if block := self._piece():
                    yield block
                # What could not be cut is not tried again before there is twice as much: it would take for ever.
                wanted = 0 if len(self._rest) < before else 2 * before
        block = self._last_piece()
        if block.records:
            yield block

    def _piece(self) -> Block | None:
        end = len(self._rest)
        for _ in range(_TRIES):
            end = self._rest.rfind(_BOUNDARY, 0, end)
            if end < 0:
                break
            if block := self._taken_if_whole(end + 1):
                return block
        border = last_border(self._rest)
        # A comma before the first record is wrong, and must not be cut off.
        return self._taken_if_whole(border) if self._rest[:border].strip() else None

    def _taken_if_whole(self, end: int) -> Block | None:
        try:
            return self._taken(end, b"]") if end else None
        except NO_JSON:
            return None

    def _too_large(self, max_bytes: int) -> FileRejectedError:
        """Distinguish a document that is broken where it could not be cut from one that is not."""
        try:
            msgspec.json.decode(self._opening + self._rest, type=list[msgspec.Raw])
        except NO_JSON as error:
            if PLACE.search(str(error)):
                return self._malformed(error)
        return FileRejectedError(FileCode.FILE_TOO_LARGE, f"no end of a record within {max_bytes} bytes")

    def _malformed(self, error: Exception) -> FileRejectedError:
        return FileRejectedError(FileCode.MALFORMED_JSON, place_of(error, self._opening + self._rest, self._line))

    def _last_piece(self) -> Block:
        try:
            block = self._taken(len(self._rest))
        except NO_JSON as error:
            closed = _CLOSED.search(str(error))
            if not closed:
                raise self._malformed(error) from error
            block = self._taken(int(closed[1]) - 1 - len(self._opening))
        self._whole = _with_stand_in(self._before, b"]" + self._rest, first_line=1 + self._lines_within)
        # To go the way once more is to see that no name on it stands twice: of two arrays, one would be lost.
        self._whole.value(self._way)
        return block

    def unread(self, layout: Layout) -> dict[str, int]:
        """Return the arrays of objects that ``layout`` neither reads nor ignores: their paths, and their lines.

        All records must have been read before.

        Raises
        ------
        FileRejectedError
            If one of the arrays has records.
        """
        if not self._whole:
            return {}
        whole, end = self._whole, len(self._before)
        beside = whole.beside(self._way, layout)
        return beside.lines(lambda at: whole.line_of(at) + (self._lines_within if at > end else 0))

    @property
    def _lines_within(self) -> int:
        return self._line - 1 - self._before.count(_LINE_FEED)

    def _taken(self, end: int, closing: bytes = b"") -> Block:
        """Take what has been read up to ``end``; DecodeError or RecursionError if it is no piece of the array."""
        piece = self._rest[:end]
        elements = msgspec.json.decode(self._opening + piece + closing, type=list[msgspec.Raw])
        if self._opening != b"[":
            del elements[0]
        texts = list(map(bytes, elements))
        line_ends = piece.count(_LINE_FEED)
        lines = _lines(piece, texts, self._line, line_ends) or list(_line_of_each(piece, texts, self._line))
        self._line += line_ends
        # The next piece begins with the comma behind this one's last record.
        self._opening, self._rest = b"[0", self._rest[end:]
        return Block(lines, texts, [_NOTHING_AROUND] * len(texts))


def _lines(piece: bytearray, records: Sequence[bytes], line: int, line_ends: int) -> Sequence[int]:
    """Return the line of each record where all are equally far apart and none has a line end within; else nothing.

    So it is in most files, and it is faster to check all together than each.
    """
    if len(records) < 2:  # noqa: PLR2004 - it takes two to be apart
        return ()
    begin = piece.find(records[0][:1])
    end = begin + len(records[0])
    apart = piece[end : piece.find(records[1][:1], end)]
    together, step = apart.join(records), apart.count(_LINE_FEED)
    above, below = piece.count(_LINE_FEED, 0, begin), piece.count(_LINE_FEED, begin + len(together))
    if not piece.startswith(together, begin) or line_ends != above + step * (len(records) - 1) + below:
        return ()
    first = line + above
    return range(first, first + step * len(records), step) if step else [first] * len(records)


def _line_of_each(piece: bytearray, records: Iterable[bytes], line: int) -> Iterator[int]:
    counted = 0
    for begin in begins(piece, records):
        line += piece.count(_LINE_FEED, counted, begin)
        counted = begin
        yield line


def _with_stand_in(before: bytes, after: bytes | bytearray, first_line: int = 1) -> Document:
    return Document(before + _STAND_IN + after, first_line)
