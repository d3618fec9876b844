"""Reads a JSON document's records, each as the exact text it has in the file."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.intake import Intake, decoded
from transactions.layout import Layout
from transactions.records import MAX_RECORD_CHARACTERS, Records

MAX_DOCUMENT_BYTES = 384 << 20
"""A document is held in memory while its records are cut out, so it must fit beside the engine."""
_LINE_FEED = b"\n"
_LINE_ENDS_TO_BLANKS = bytes.maketrans(b"\n\r\t", b"   ")


def read_json(
    intake: Intake, layouts: Iterable[Layout], workdir: Path, *, max_bytes: int = MAX_DOCUMENT_BYTES
) -> Records:
    """Find the document's layout by its record path and write its records for the engine.

    Raises
    ------
    FileRejectedError
        If the document is empty, too large, not well-formed, or has no records where a layout expects them.
    """
    document = _document(intake, max_bytes)
    found = [(layout, records) for layout in layouts if (records := _array(document, layout.record_path)) is not None]
    if not found:
        paths = ", ".join(layout.record_path for layout in layouts)
        raise FileRejectedError(FileCode.RECORD_PATH_MISSING, f"expected {paths}")
    if len(found) > 1:
        raise FileRejectedError(FileCode.AMBIGUOUS_LAYOUT, ", ".join(layout.name for layout, _ in found))
    layout, array = found[0]
    path, count = workdir / "records.tsv", 0
    with path.open("wb") as copy:
        for line, record in _numbered(document, array):
            if len(record) > MAX_RECORD_CHARACTERS:
                detail = f"the record on line {line} is longer than {MAX_RECORD_CHARACTERS} bytes"
                raise FileRejectedError(FileCode.MALFORMED_JSON, detail, layout=layout.name)
            copy.write(b"%d\t%d\t%b\n" % (count, line, record.translate(_LINE_ENDS_TO_BLANKS)))
            count += 1
    return Records(layout, path, count, {})


def _document(intake: Intake, max_bytes: int) -> bytes:
    document = bytearray()
    for text in decoded(intake.chunks(), "utf-8"):
        document += text.encode()
        if len(document) > max_bytes:
            raise FileRejectedError(FileCode.FILE_TOO_LARGE, f"a JSON document of more than {max_bytes} bytes")
    if not document.strip():
        raise FileRejectedError(FileCode.EMPTY_FILE)
    return bytes(document)


def _array(document: bytes, record_path: str) -> bytes | None:
    """Return the text of the array at ``record_path``, None if the document has none there."""
    names = record_path.removeprefix("$").removesuffix("[*]").split(".")[1:]
    kind: Any = msgspec.Raw
    for name in reversed(names):
        kind = msgspec.defstruct("Level", [("inner", kind)], rename={"inner": name})
    try:
        found = msgspec.json.decode(document, type=kind)
    except msgspec.ValidationError:
        return None
    except (msgspec.DecodeError, RecursionError) as error:
        raise FileRejectedError(FileCode.MALFORMED_JSON, _where(error, document)) from error
    for _ in names:
        found = found.inner
    array = bytes(found)
    return array if array.startswith(b"[") else None


def _where(error: Exception, document: bytes) -> str:
    if isinstance(error, RecursionError):
        return "nested too deep"
    position = re.search(r"\(byte (\d+)\)", str(error))
    return f"line {document.count(_LINE_FEED, 0, int(position[1])) + 1}" if position else "it is cut off"


def _numbered(document: bytes, array: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each record of ``array`` behind the document's line on which it begins."""
    start = document.find(array)
    line, position = 1 + document.count(_LINE_FEED, 0, start), 0
    for raw in msgspec.json.decode(array, type=list[msgspec.Raw]):
        record = bytes(raw)
        begin = array.find(record, position)
        line += array.count(_LINE_FEED, position, begin)
        yield line, record
        line += record.count(_LINE_FEED)
        position = begin + len(record)
