"""Reads a file of an unknown format into columns."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from cli.drafting.closing import with_years
from cli.drafting.columns import MADE_UP, Column, settled, typed
from cli.drafting.encoding import Decoded, decode
from cli.drafting.lines import Facts, facts_above, skip_lines
from cli.drafting.rows import Row, split
from cli.drafting.shape import Shape, is_data, shape_of
from cli.tables import counted
from transactions.layouts.layout import MAX_HEADER_WITHIN, Dialect

LOOKED_AT_BYTES: Final = 1_000_000
"""So much of a CSV file is looked at; a JSON document is read whole."""
_LINES_MORE: Final = 5
"""The next file may have so many more lines above its header."""
_ANY_TEXT: Final = ".+"
"""The pattern of a header's cell that has data in it."""


class DraftError(Exception):
    """Nothing can be drafted from this file; the message says why, without its content."""


@dataclass(frozen=True, kw_only=True)
class SampleTable:
    """What was read: its columns, the layout's keys that say how, what a person decides, and what was found.

    ``facts`` are what stands above the columns.
    """

    format: str
    columns: tuple[Column, ...]
    keys: dict[str, Any]
    dialect: dict[str, Any]
    facts: Facts = field(default_factory=Facts)
    questions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def read_csv(content: bytes) -> SampleTable:
    """Read the beginning of a CSV file.

    Raises
    ------
    DraftError
        If it is no table.
    """
    is_whole = len(content) <= LOOKED_AT_BYTES
    decoded = decode(content if is_whole else content[: content.rfind(b"\n", 0, LOOKED_AT_BYTES) + 1])
    dialect, rows = split(decoded.text)
    shape = shape_of(rows)
    if shape is None:
        raise DraftError("no table with dates and amounts is found in it: is it a file of transactions?")
    if shape.header and shape.header.line > MAX_HEADER_WITHIN:
        raise DraftError(f"its header would stand on line {shape.header.line}: is it a file of transactions?")
    columns = tuple(map(typed, _columns(shape)))
    lines = re.split("\r\n|\r|\n", decoded.text)
    skipped = skip_lines(shape, lines, dialect)
    above = [lines[row.line - 1] for row in shape.above] if shape.header and not shape.is_header_longer else []
    dated = with_years(settled(columns, datetime.now(UTC).date()), above)
    return SampleTable(
        format="csv",
        columns=dated.columns,
        keys={} if decoded.encoding == "utf-8" else {"encoding": decoded.encoding},
        dialect=_dialect(dialect, shape, skipped),
        facts=replace(facts_above(shape, lines, dialect), closing=dated.pattern),
        questions=(*_questions(decoded, shape, skipped), *_doubts_about_quotes(rows), *dated.questions),
        reasons=tuple(_reasons(decoded, shape, is_whole=is_whole)),
    )


def _dialect(dialect: Dialect, shape: Shape, skipped: Sequence[str]) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    if dialect.delimiter != ",":
        keys["delimiter"] = dialect.delimiter
    if dialect.quote_char != '"':
        keys["quoteChar"] = dialect.quote_char
    if dialect.escape_char:
        keys["escapeChar"] = dialect.escape_char
    if shape.header is None or shape.is_header_longer:
        keys["header"] = False
    elif shape.header.line > 1:
        keys["headerWithin"] = min(MAX_HEADER_WITHIN, shape.header.line + _LINES_MORE)
    if shape.is_padded:
        keys["trim"] = True
    if dialect.line_breaks_in_cells:
        keys["lineBreaksInCells"] = True
    if skipped:
        keys["skipLines"] = list(skipped)
    return keys


def _questions(decoded: Decoded, shape: Shape, skipped: Sequence[str]) -> Iterator[str]:
    if shape.header is None:
        yield "no header is recognized: if a line is one, leave out header: false and name the fields after its cells"
    if shape.is_header_longer:
        yield "rows end before the header does, so the header is skipped as a line: is the order of the columns fixed?"
    if shape.header and shape.longer:
        yield f"{shape.longer} rows have values behind the header's last column: or is one of their cells split in two?"
    if len(skipped) > shape.is_header_longer:
        yield "skipLines leaves out totals and lines without a delimiter: is nothing booked in them?"
    if decoded.encoding not in {"utf-8", "utf-16", "utf-32"}:
        others = f" or {', '.join(decoded.others[:3])}" if decoded.others else ""
        yield f"not UTF-8: {decoded.encoding}{others}? See that all letters are right"


def _doubts_about_quotes(rows: Sequence[Row]) -> Iterator[str]:
    if malformed := [row.line for row in rows if not row.cells]:
        where = f"{counted(len(malformed), 'line')}, from line {malformed[0]} on"
        yield f"quotes are malformed in {where}: rejected. Can the bank double a quote within a quoted cell?"


def _reasons(decoded: Decoded, shape: Shape, *, is_whole: bool) -> Iterator[str]:
    if shape.header and shape.header.line > 1 and not shape.is_header_longer:
        yield f"the header stands on line {shape.header.line} here; headerWithin leaves room for more lines above it"
    if shape.others:
        yield f"{len(shape.others)} rows below have another number of cells: rejected, unless skipLines leaves them out"
    if is_whole and not decoded.text.endswith(("\n", "\r")):
        yield "the last line has no line end, which gives a warning; if that is usual, set finalLineEnd: false"


def _columns(shape: Shape) -> Iterator[Column]:
    header = shape.header.stripped if shape.header else ()
    raw = shape.header.cells if shape.header else ()
    is_matched = shape.header is not None and not shape.is_header_longer
    trimmed = shape.is_padded
    repeated = Counter(header)
    names = set[str]()
    for place in range(shape.width):
        cell = (header if trimmed else raw)[place] if place < len(header) else ""
        own = shape.header is not None and bool(cell) and repeated[cell] == 1 and not is_data(cell)
        name = _unused(cell if own else _made_up(cell, place), names)
        names.add(name)
        yield Column(
            name=name,
            cells=tuple(row.stripped[place] if place < len(row.cells) else "" for row in shape.records),
            header=None if own or not is_matched or is_data(cell) else cell,
            header_pattern=_ANY_TEXT if is_matched and is_data(cell) else None,
            optional=place >= shape.width - shape.optional,
        )


def _made_up(cell: str, place: int) -> str:
    """Name a column by its place where the header has no name for it alone."""
    return f"{cell} {place + 1}" if cell and not is_data(cell) else f"{MADE_UP}{place + 1}"


def _unused(name: str, names: set[str]) -> str:
    return name if name not in names else _unused(f"{name}'", names)
