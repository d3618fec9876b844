"""Finds out which layout a CSV file has: by its header, or without one by its first rows."""

import codecs
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import msgspec
from msgspec.structs import replace

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import MAX_HEADER_WITHIN, Capture, Layout
from transactions.patterns import compiled
from transactions.reading.csv_cells import Cells, cells_of
from transactions.reading.file_types import refuse_other_type
from transactions.reading.intake import is_empty, unmarked_utf16, utf8
from transactions.reading.leading import LeadingLines
from transactions.reading.lines import LineFilter
from transactions.reading.misses import Miss, fields_of, miss_of_header, miss_of_rows
from transactions.reading.shapes import fits

ROWS_LOOKED_AT = 20
"""The number of first rows by which the layout of a file without a header is chosen: more than half must fit."""
MISSES_TOLD = 3
_HALF = 0.5

_HowItMisses = Callable[[], Miss]
"""Compares a file with a layout that it does not fit: asked for only where no layout fits."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A file's layout, its columns in the file's order, and the facts captured down to its header.

    A row has as many cells as there are columns; it may end early only before columns that the header lacks, or that
    are optional in rows, so that it has at least ``fewest_cells``. Without ``captures``, a file of several sections has
    them below its header. ``above`` are the lines above the header, or without one above the first row;
    ``lines_above`` counts them and the header.
    """

    layout: Layout
    columns: tuple[str, ...]
    fewest_cells: int
    captures: dict[str, str]
    above: tuple[str, ...] = ()
    lines_above: int = 0


def find_layout(head: bytes, layouts: Iterable[Layout]) -> Found:
    """Find the one layout that fits the file's first lines.

    Raises
    ------
    FileRejectedError
        If the file is empty, or if no layout fits, or more than one.
    """
    if is_empty(head):
        raise FileRejectedError(FileCode.EMPTY_FILE)
    layouts = tuple(layouts)
    outcomes = [_by_header(head, layout) if layout.dialect.header else _by_rows(head, layout) for layout in layouts]
    found = [outcome for outcome in outcomes if isinstance(outcome, Found)]
    if len(found) > 1:
        found = [fit for fit in found if _share_that_fits(_first_rows(head, fit), fit) > _HALF] or found
    if len(found) > 1:
        raise FileRejectedError(FileCode.AMBIGUOUS_LAYOUT, ", ".join(fit.layout.name for fit in found))
    if not found:
        refuse_other_type(head, expects_json=False)
        for layout in layouts:
            _refuse_undecodable(head, layout)
        misses = sorted((miss() for miss in outcomes if not isinstance(miss, Found)), key=lambda miss: -miss.nearness)
        raise FileRejectedError(FileCode.HEADER_MISMATCH, f"nearest layout {_told(misses)}")
    return found[0]


def _told(misses: Sequence[Miss]) -> str:
    return "; then ".join(miss.detail for miss in misses[:MISSES_TOLD])


def captured(capture: Capture, texts: Iterable[str], layout: Layout) -> str:
    """Take a fact from the first of ``texts`` that has it; FileRejectedError if none has."""
    found = filter(None, map(compiled(capture.pattern).search, texts))
    fact: str | None = next(filter(None, (match[1] for match in found)), None)
    if not fact:
        raise FileRejectedError(FileCode.CAPTURE_MISSING, capture.name, layout=layout.name)
    return fact


def _by_header(head: bytes, layout: Layout) -> Found | _HowItMisses:
    lines = _first_lines(head, layout, layout.dialect.header_within + layout.header_breaks)
    records = [_header_record(layout, lines[number:]) for number in range(len(lines))][: layout.dialect.header_within]
    rows = [cells_of(record, layout.dialect) for record in records]
    for number, row in enumerate(rows):
        if fit := match_columns(layout, row):
            columns, facts = fit
            return Found(
                layout=layout,
                columns=columns,
                fewest_cells=layout.fewest_cells_below(len(row)),
                captures=_first_facts(layout, facts, lines[:number]),
                above=tuple(lines[:number]),
                lines_above=number + 1 + records[number].count("\n"),
            )
    return partial(miss_of_header, layout, rows)


def _header_record(layout: Layout, lines: Sequence[str]) -> str:
    """Return the first of ``lines``, with those below it over which a quoted cell of a header may go on."""
    record, cells = lines[0], Cells(layout.dialect)
    for line in lines[1 : 1 + layout.header_breaks]:
        if not cells.is_open(record):
            break
        record = f"{record}\n{line}"
    return record


def _first_facts(layout: Layout, in_header: dict[str, str], above: Sequence[str]) -> dict[str, str]:
    """Return the facts of the rows below the header: none where they may stand in lines below it, and not above."""
    captures = [capture for capture in layout.captures if capture.source == "preamble"]
    try:
        return in_header | {capture.name: captured(capture, above, layout) for capture in captures}
    except FileRejectedError:
        if layout.sections:
            return {}
        raise


def match_columns(layout: Layout, cells: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]] | None:
    """Return the fields in the order of a header's cells and the facts in it, None if it is not the layout's."""
    fields = list(layout.schema.fields)
    columns, facts = list[str](), dict[str, str]()
    for cell in cells:
        meant = fields_of(cell, layout) if layout.dialect.any_order else fields[:1]
        if len(meant) != 1 or meant[0] not in fields or not meant[0].match_header(cell):
            return None
        field = meant[0]
        here = field.facts_in(cell)
        if any(facts.get(name, fact) != fact for name, fact in here.items()):
            return None
        facts |= here
        columns.append(field.name)
        fields.remove(field)
    if any(field.in_every_header for field in fields):
        return None
    # Rows may be longer than a header that ends before an optional column.
    return (tuple(columns) if layout.dialect.any_order else layout.names), facts


def _by_rows(head: bytes, layout: Layout) -> Found | _HowItMisses:
    leading = LeadingLines(layout)
    lines = _first_lines(head, layout, MAX_HEADER_WITHIN)
    above = tuple(lines[: leading.count(lines)])
    found = Found(
        layout=layout,
        columns=layout.names,
        fewest_cells=layout.fewest_cells,
        captures={},
        above=above,
        lines_above=len(above),
    )
    rows = _first_rows(head, found)
    share = _share_that_fits(rows, found)
    if share <= _HALF:
        return partial(miss_of_rows, layout, rows, share)
    if layout.sections:
        # The lines above the first rows begin a section as those further down do.
        return replace(found, above=(), lines_above=0)
    return replace(found, captures=leading.facts(above))


def _first_rows(head: bytes, found: Found) -> list[tuple[str, ...]]:
    """Return the cells of the first rows: none of a line that is blank, is skipped, or stands above rows."""
    layout, line_filter, leading = found.layout, LineFilter(found.layout.dialect), LeadingLines(found.layout)
    cells = Cells(layout.dialect)
    lines = _first_lines(head, layout, found.lines_above + ROWS_LOOKED_AT)[found.lines_above :]
    lines = [line for line in lines if line_filter.rule(line) is None and cells.has_values(line)]
    return [cells_of(line, layout.dialect) for line in lines if layout.dialect.header or not leading.has(line)]


def _share_that_fits(rows: Sequence[Sequence[str]], found: Found) -> float:
    """Return the share of ``rows`` that have the layout's number of cells, with values of their types."""
    return sum(_fits(found, row) for row in rows) / max(len(rows), 1)


def _fits(found: Found, cells: Sequence[str]) -> bool:
    return found.fewest_cells <= len(cells) <= len(found.columns) and fits(found.layout, found.columns, cells)


def _first_lines(head: bytes, layout: Layout, count: int) -> list[str]:
    # A wrong byte further down does not concern the header: reading the file finds it.
    text = head.decode(layout.encoding, errors="replace").removeprefix("\ufeff")
    return re.split("\r\n|\r|\n", text, maxsplit=count)[:count]


def _refuse_undecodable(head: bytes, layout: Layout) -> None:
    found, declared = unmarked_utf16(head), codecs.lookup(layout.encoding).name
    if found and declared != found:
        detail = f"the file looks like {found}, and the layout says {layout.encoding}"
        raise FileRejectedError(FileCode.NOT_DECODABLE, detail)
    count = layout.dialect.header_within if layout.dialect.header else ROWS_LOOKED_AT
    if any("\ufffd" in line for line in _first_lines(head, layout, count)):
        for _ in utf8(iter([head]), layout.encoding):
            pass
