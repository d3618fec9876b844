"""Reads a JSON document's records, each as the exact text it has in the file."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

import msgspec

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.intake import Intake, decoded, whole_lines
from transactions.json_documents import Document, Record
from transactions.layout import Layout
from transactions.paths import steps
from transactions.records import MAX_RECORD_CHARACTERS, PART_BYTES, Part, Records

MAX_DOCUMENT_BYTES = 384 << 20
"""A document is held in memory while its records are cut out, so it must fit beside the engine."""
RAW_NUMBER = "#number"
"""A number goes to the engine as an object with its text under this key: the engine reads numbers as floats."""
_WRAPPED = b'{"%b":"%%b"}' % RAW_NUMBER.encode()
_BLOCK_RECORDS = 5000
_SPACES = bytes.maketrans(b"\n\r\t", b"   ")


def read_json(
    intake: Intake, layouts: Iterable[Layout], workdir: Path, *, max_bytes: int = MAX_DOCUMENT_BYTES
) -> Records:
    """Find the document's layout by its record path.

    Raises
    ------
    FileRejectedError
        If the document is empty, too large, not well-formed, or has no records where a layout expects them.
    """
    layouts = tuple(layouts)
    by_lines = [layout for layout in layouts if layout.json_lines]
    if by_lines and (len(by_lines) == len(layouts) or _begins_with_object(intake.peek())):
        return _records(_only(by_lines), _each_line(intake), workdir)
    document = Document(_whole(intake, max_bytes))
    found = [layout for layout in layouts if not layout.json_lines and document.has_records(layout)]
    if not found:
        paths = ", ".join(layout.record_path or "one record a line" for layout in layouts)
        raise FileRejectedError(FileCode.RECORD_PATH_MISSING, f"expected {paths}")
    if len(found) > 1:
        found = [layout for layout in found if document.has_fields(layout)] or found
    layout = _only(found)
    return _records(layout, document.records(layout), workdir)


def _only(layouts: list[Layout]) -> Layout:
    if len(layouts) > 1:
        raise FileRejectedError(FileCode.AMBIGUOUS_LAYOUT, ", ".join(layout.name for layout in layouts))
    return layouts[0]


def _begins_with_object(head: bytes) -> bool:
    """Tell whether the first line is an object by itself."""
    lines = (line for line in head.lstrip(b"\xef\xbb\xbf").splitlines() if line.strip())
    try:
        msgspec.json.decode(next(lines, b""), type=dict[str, msgspec.Raw])
    except msgspec.MsgspecError:
        return False
    return True


def _whole(intake: Intake, max_bytes: int) -> bytes:
    document = bytearray()
    for text in decoded(intake.chunks(), "utf-8"):
        document += text.encode()
        if len(document) > max_bytes:
            raise FileRejectedError(FileCode.FILE_TOO_LARGE, f"a JSON document of more than {max_bytes} bytes")
    if not document.strip():
        raise FileRejectedError(FileCode.EMPTY_FILE)
    return bytes(document)


def _each_line(intake: Intake) -> Iterator[Record]:
    first = 1
    for block in whole_lines(decoded(intake.chunks(), "utf-8"), FileCode.MALFORMED_JSON):
        lines = block.split("\n")
        for number, line in enumerate(lines, first):
            if line and not line.isspace():
                yield Record(number, line.strip().encode(), b"{}")
        first += len(lines)


def _records(layout: Layout, records: Iterable[Record], workdir: Path) -> Records:
    return Records(layout, layout.names, {}, _parts(layout, records, workdir))


def _parts(layout: Layout, records: Iterable[Record], workdir: Path) -> Iterator[Part]:
    kept = _RawNumbers(layout).kept
    numbered = (
        b"%d\t%d\t%b\t%b\n" % (number, line, text.translate(_SPACES), around)
        for number, (line, text, around) in enumerate(_checked(records))
    )
    blocks = iter(lambda: list(islice(numbered, _BLOCK_RECORDS)), [])
    try:
        for number, first in enumerate(blocks):
            path, rows = workdir / f"records-{number}.tsv", 0
            with path.open("wb") as copy:
                for block in chain([first], blocks):
                    copy.write(kept(b"".join(block)))
                    rows += len(block)
                    if copy.tell() >= PART_BYTES:
                        break
            yield Part(path=path, rows=rows)
    except FileRejectedError as error:
        raise FileRejectedError(error.code, error.detail, layout=layout.name) from error


def _checked(records: Iterable[Record]) -> Iterator[Record]:
    for record in records:
        if len(record.text) > MAX_RECORD_CHARACTERS:
            detail = f"the record on line {record.line} is longer than {MAX_RECORD_CHARACTERS} bytes"
            raise FileRejectedError(FileCode.MALFORMED_JSON, detail)
        yield record


class _RawNumbers:
    """Keeps numbers as they are written.

    A quote within a JSON string has a backslash before it, so that a name between bare quotes, before a colon, is
    always a key.
    """

    def __init__(self, layout: Layout) -> None:
        names = {steps(field.name)[-1] for field in layout.schema.fields if field.json_type == "number"}
        keys = b"|".join(re.escape(name).encode() for name in sorted(names))
        self._number = re.compile(rb'((?<!\\)"(?:%b)" *: *)(-?[0-9][0-9.eE+-]*)' % keys) if names else None

    def kept(self, records: bytes) -> bytes:
        """Wrap each number of the layout's fields into an object that holds its text."""
        if not self._number:
            return records
        parts = self._number.split(records)
        parts[2::3] = [_WRAPPED % number for number in parts[2::3]]
        return b"".join(parts)
