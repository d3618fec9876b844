"""Reads a JSON file: one record a line, or a document whose records stand at a path."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import msgspec

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Layout
from transactions.layouts.paths import levels
from transactions.reading.file_types import refuse_other_type
from transactions.reading.intake import Intake, utf8, whole_lines
from transactions.reading.json_arrays import OpenArray
from transactions.reading.json_documents import Block, Document
from transactions.reading.json_nodes import NO_JSON
from transactions.reading.json_rows import JsonLines, JsonRecords
from transactions.reading.parts import in_parts
from transactions.reading.records import Records

_WIDEST_CHARACTER = 4
"""Bytes of UTF-32. JSON begins with an ASCII character: in UTF-16 and UTF-32, one of its bytes is zero."""

MAX_DOCUMENT_BYTES = 384 << 20
"""What of a document is held in memory must fit beside the engine: the whole, unless it is read as it comes."""


def read_json(
    intake: Intake, layouts: Iterable[Layout], workdir: Path, *, max_bytes: int = MAX_DOCUMENT_BYTES
) -> Records:
    """Find the document's layout by its record path.

    Raises
    ------
    FileRejectedError
        If the file is of another type, or the document is empty, too large, not UTF-8, not well-formed, or has no
        records where a layout expects them.
    """
    layouts = tuple(layouts)
    refuse_other_type(intake.peek(), expects_json=True)
    if b"\0" in intake.peek()[:_WIDEST_CHARACTER]:
        # Read as UTF-8, it would be a text full of control characters.
        raise FileRejectedError(FileCode.NOT_DECODABLE, "no utf-8 but utf-16 or utf-32")
    by_lines = [layout for layout in layouts if layout.json_lines]
    if by_lines and (len(by_lines) == len(layouts) or _begins_with_object(intake.peek())):
        return _lines(_only(by_lines), intake, workdir)
    texts = utf8(intake.chunks(), "utf-8")
    beginning = next(texts, b"")
    if len(layouts) == 1 and (array := _open_array(beginning, layouts[0])):
        rows = JsonRecords(layouts[0], lambda: array.unread(layouts[0]))
        return _records(layouts[0], array.blocks(texts, max_bytes), rows, workdir)
    document = Document(_whole(chain((beginning,), texts), max_bytes))
    found = [layout for layout in layouts if not layout.json_lines and document.has_records(layout)]
    if not found:
        paths = ", ".join(path for layout in layouts for path in layout.record_paths or ("one record a line",))
        raise FileRejectedError(FileCode.RECORD_PATH_MISSING, f"expected {paths}")
    if len(found) > 1:
        found = [layout for layout in found if document.has_fields(layout)] or found
    layout = _only(found)
    return _records(layout, document.blocks(layout), JsonRecords(layout, lambda: document.unread), workdir)


def _only(layouts: list[Layout]) -> Layout:
    if len(layouts) > 1:
        raise FileRejectedError(FileCode.AMBIGUOUS_LAYOUT, ", ".join(layout.name for layout in layouts))
    return layouts[0]


def _begins_with_object(head: bytes) -> bool:
    """Return whether the first line is an object by itself."""
    lines = (line for line in head.lstrip(b"\xef\xbb\xbf").splitlines() if line.strip())
    try:
        msgspec.json.decode(next(lines, b""), type=dict[str, msgspec.Raw])
    except NO_JSON:
        return False
    return True


def _open_array(beginning: bytes, layout: Layout) -> OpenArray | None:
    """Return the array that may be read as it comes: the only one on the way, with nothing needed from around it."""
    if len(layout.record_paths) > 1:
        return None
    way, *further = levels(*layout.record_paths)
    return OpenArray.find(beginning, way) if further == [()] and not any(map(layout.is_outer, layout.names)) else None


def _whole(texts: Iterable[bytes], max_bytes: int) -> bytearray:
    document = bytearray()
    for text in texts:
        document += text
        if len(document) > max_bytes:
            raise FileRejectedError(FileCode.FILE_TOO_LARGE, f"a JSON document of more than {max_bytes} bytes")
    if not document or document.isspace():
        raise FileRejectedError(FileCode.EMPTY_FILE)
    return document


def _lines(layout: Layout, intake: Intake, workdir: Path) -> Records:
    blocks = _not_blank(whole_lines(utf8(intake.chunks(), "utf-8"), FileCode.MALFORMED_JSON))
    return Records(layout, layout.names, {}, in_parts(blocks, JsonLines(layout), layout, workdir))


def _not_blank(blocks: Iterable[bytes]) -> Iterator[bytes]:
    blank = True
    for block in blocks:
        blank = blank and not block.strip()
        yield block
    if blank:
        raise FileRejectedError(FileCode.EMPTY_FILE)


def _records(layout: Layout, blocks: Iterator[Block], rows: JsonRecords, workdir: Path) -> Records:
    return Records(layout, layout.names, {}, in_parts(blocks, rows, layout, workdir))
