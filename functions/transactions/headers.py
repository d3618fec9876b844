"""Finds out which layout a CSV file has, by its header."""

import codecs
import csv
import re
from collections.abc import Iterable

import msgspec

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.intake import BYTE_ORDER_MARK, CHUNK_BYTES, decoded
from transactions.layout import Dialect, Layout
from transactions.records import MAX_RECORD_CHARACTERS


class Header(msgspec.Struct, frozen=True):
    """Where the header was found: its layout, its line (from 1), and the facts captured above it."""

    layout: Layout
    line: int
    captures: dict[str, str]


def find_header(head: bytes, layouts: Iterable[Layout]) -> Header:
    """Find the one layout whose header stands, cell by cell, in the file's first lines.

    Raises
    ------
    FileRejectedError
        If the file is empty, or if no layout fits, or more than one.
    """
    if not head.removeprefix(codecs.BOM_UTF8).strip() and len(head) < CHUNK_BYTES:
        raise FileRejectedError(FileCode.EMPTY_FILE)
    found, misses = list[Header](), list[_Miss]()
    for layout in layouts:
        lines = _first_lines(head, layout)
        rows = [_cells(line, layout.dialect) for line in lines]
        if layout.header in rows:
            line = rows.index(layout.header)
            found.append(Header(layout, line + 1, _captures(layout, lines[:line])))
        else:
            misses.append(_nearest(layout, rows))
            _refuse_undecodable(head, lines, layout)
    if len(found) > 1:
        raise FileRejectedError(FileCode.AMBIGUOUS_LAYOUT, ", ".join(header.layout.name for header in found))
    if not found:
        nearest = min(misses, key=lambda miss: miss.distance)
        raise FileRejectedError(FileCode.HEADER_MISMATCH, nearest.detail)
    return found[0]


class _Miss(msgspec.Struct, frozen=True):
    distance: int
    detail: str


def _first_lines(head: bytes, layout: Layout) -> list[str]:
    # A wrong byte further down is none of the header's business: reading the file will tell.
    text = head.decode(layout.encoding, errors="replace").removeprefix(BYTE_ORDER_MARK)
    return re.split("\r\n|\r|\n", text, maxsplit=layout.dialect.header_within)[: layout.dialect.header_within]


def _refuse_undecodable(head: bytes, lines: list[str], layout: Layout) -> None:
    if any("\ufffd" in line for line in lines):
        for _ in decoded(iter([head]), layout.encoding):
            pass


def _cells(line: str, dialect: Dialect) -> tuple[str, ...]:
    if len(line) > MAX_RECORD_CHARACTERS:
        return ()
    rows = csv.reader([line], delimiter=dialect.delimiter, quotechar=dialect.quote_char)
    try:
        return tuple(next(rows, ()))
    except csv.Error:
        return ()


def _captures(layout: Layout, lines: list[str]) -> dict[str, str]:
    facts = dict[str, str]()
    for capture in layout.captures:
        found = next(filter(None, (re.search(capture.pattern, line) for line in lines)), None)
        if not found:
            raise FileRejectedError(FileCode.CAPTURE_MISSING, capture.name, layout=layout.name)
        facts[capture.name] = found[1]
    return facts


def _nearest(layout: Layout, rows: list[tuple[str, ...]]) -> _Miss:
    row = max(rows, key=lambda cells: len(set(layout.header) & set(cells)))
    missing = [name for name in layout.header if name not in row]
    # Only names from the layout are told: what stands in the file instead of a header may be customer data.
    extra = sum(cell not in layout.header for cell in row)
    if missing:
        detail = f"nearest layout {layout.name}: lacks {', '.join(missing)}; {extra} unknown columns"
    elif extra:
        detail = f"nearest layout {layout.name}: {extra} unknown columns"
    else:
        detail = f"nearest layout {layout.name}: columns in another order, or repeated"
    return _Miss(len(missing) + extra, detail)
