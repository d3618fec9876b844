"""The header of a CSV file: which columns it has, and the facts captured in it, above it and in the file's name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.differential.reference.answer import RefusedError
from tests.differential.reference.csv_cells import QuoteMisplacedError, QuoteOpenError, has_values, is_open, split
from tests.differential.reference.dates import has_shape, read_date
from tests.differential.reference.leading import count_leading, leading_facts, stands_above
from tests.differential.reference.numbers import read_number
from tests.differential.reference.patterns import full_match, search
from tests.differential.reference.skipped_lines import is_skipped

ROWS_LOOKED_AT = 20

_Field = Mapping[str, Any]


@dataclass(frozen=True)
class Header:
    """The ``lines`` down to the header, or without one above the first row, and the fields that its columns are.

    A row has at least ``least_cells``. ``breaks`` are the line breaks in the header's cells. Where there is no header,
    the first rows may leave open whether the file is of this layout.
    """

    lines: int
    columns: tuple[str, ...]
    least_cells: int
    facts: Mapping[str, str] = field(default_factory=dict)
    breaks: int = 0
    may_be_another: bool = False


def find_header(layout: Mapping[str, Any], lines: list[str]) -> Header:
    """Find the header in the first lines; Refused if it is not there, or a fact above it is not."""
    dialect, fields = layout.get("dialect", {}), layout["schema"]["fields"]
    fewest = max(number for number, field in enumerate(fields, 1) if not field.get("optional"))
    if not dialect.get("header", True):
        above = count_leading(layout, lines)
        header = Header(above, tuple(field["name"] for field in fields), fewest)
        certain, possible = first_rows_fit(layout, header, lines)
        if not possible:
            raise RefusedError("HEADER_MISMATCH")
        if layout.get("sections"):
            return replace(header, lines=0, may_be_another=not certain)
        try:
            facts = leading_facts(layout, lines[:above])
        except RefusedError as refused:
            raise RefusedError(*refused.codes, *([] if certain else ["HEADER_MISMATCH"])) from refused
        return replace(header, facts=facts, may_be_another=not certain)
    for number in range(min(dialect.get("headerWithin", 1), len(lines))):
        record = header_record(layout, lines[number:])
        cells = _cells(record, dialect)
        matched = _matched(fields, cells, any_order=dialect.get("anyOrder", False))
        if matched is not None:
            columns, facts = matched
            try:
                facts |= captured(layout, "preamble", lines[:number])
            except RefusedError:
                if not layout.get("sections"):
                    raise
                # They may stand below the header.
                facts = {}
            least, breaks = _least_cells(fields, len(cells)), record.count("\n")
            return Header(number + 1 + breaks, columns, least, facts, breaks)
    raise RefusedError("HEADER_MISMATCH")


def header_record(layout: Mapping[str, Any], lines: list[str]) -> str:
    """Return the first of ``lines``, with as many below it as line breaks of the header's cells leave it open."""
    breaks = sum(field.get("header", field["name"]).count("\n") for field in layout["schema"]["fields"])
    dialect, end = layout.get("dialect", {}), 1
    while end <= breaks and end < len(lines) and is_open("\n".join(lines[:end]), dialect):
        end += 1
    return "\n".join(lines[:end])


def header_facts(layout: Mapping[str, Any], line: str) -> dict[str, str] | None:
    """Return the facts in a header of the layout; None of another line."""
    dialect = layout.get("dialect", {})
    if not dialect.get("header", True):
        return None
    any_order = dialect.get("anyOrder", False)
    matched = _matched(layout["schema"]["fields"], _cells(line, dialect), any_order=any_order)
    return None if matched is None else matched[1]


def header_columns(layout: Mapping[str, Any], line: str) -> tuple[tuple[str, ...], int]:
    """Return the fields of a header that is the layout's, and how many cells a row below it has at least."""
    dialect, fields = layout.get("dialect", {}), layout["schema"]["fields"]
    cells = _cells(line, dialect)
    matched = _matched(fields, cells, any_order=dialect.get("anyOrder", False))
    return (matched[0] if matched else ()), _least_cells(fields, len(cells))


def captured(layout: Mapping[str, Any], source: str, texts: Iterable[str]) -> dict[str, str]:
    """Take the facts of one ``source`` from the first of ``texts`` that has each; Refused if none has."""
    facts = {}
    searched = list(texts)
    for capture in layout.get("captures", ()):
        if capture.get("source", "preamble") == source:
            found = next(filter(None, (search(capture["pattern"], text) for text in searched)), None)
            if not found:
                raise RefusedError("CAPTURE_MISSING")
            facts[capture["name"]] = found[1]
    return facts


def _least_cells(fields: list[_Field], header_cells: int) -> int:
    """Return how many cells a row has at least: those of the header, but for columns that only rows may lack."""
    may_lack: int = sum(field.get("optional") == "inRows" for field in fields)
    return header_cells - may_lack


def _matched(
    fields: list[_Field], cells: list[str], *, any_order: bool
) -> tuple[tuple[str, ...], dict[str, str]] | None:
    """Match the header cell by cell; None if it is not the layout's."""
    left, columns, facts = list(fields), list[str](), dict[str, str]()
    for cell in cells:
        fitting = [field for field in (fields if any_order else left[:1]) if _is_header_of(field, cell)]
        if len(fitting) != 1 or fitting[0] not in left:
            return None
        for name, fact in _facts(fitting[0], cell).items():
            if facts.setdefault(name, fact) != fact:
                return None
        columns.append(fitting[0]["name"])
        left.remove(fitting[0])
    if not all(field.get("optional") is True for field in left):
        return None
    # Rows may be longer than a header that ends before an optional column.
    return (tuple(columns) if any_order else tuple(field["name"] for field in fields)), facts


def _is_header_of(field: _Field, cell: str) -> bool:
    if field.get("headerPattern"):
        return bool(full_match(field["headerPattern"], cell))
    return bool(cell == field.get("header", field["name"]))


def _facts(field: _Field, cell: str) -> dict[str, str]:
    found = full_match(field["headerPattern"], cell) if field.get("headerPattern") else None
    return found.groupdict() if found else {}


def first_rows_fit(layout: Mapping[str, Any], header: Header, lines: list[str]) -> tuple[bool, bool]:
    """Return whether the first rows below ``header`` certainly fit the layout, and whether they may.

    More than half of them must have the layout's cells, numbers, dates and patterns. The pages leave open whether a
    day must exist for that, and what the first rows are where lines are blank or cells span them.
    """
    dialect, lines = layout.get("dialect", {}), lines[header.lines :]
    skipped = is_skipped(dialect, lines)
    kept = [(place, line) for place, line in enumerate(lines) if has_values(line, dialect) and not skipped[place]]
    if not dialect.get("header", True):
        kept = [(place, line) for place, line in kept if not stands_above(layout, line)]
    choices = [[line for place, line in kept if place < ROWS_LOOKED_AT], [line for _, line in kept[:ROWS_LOOKED_AT]]]
    spans = dialect.get("lineBreaksInCells") and any(not _cells(line, dialect) for line in lines[:ROWS_LOOKED_AT])
    certain = [2 * sum(_fits(layout, header, line, read_date) for line in rows) > len(rows) for rows in choices]
    possible = [2 * sum(_fits(layout, header, line, has_shape) for line in rows) > len(rows) for rows in choices]
    return all(certain) and not spans, any(possible) or bool(spans)


def _fits(layout: Mapping[str, Any], header: Header, line: str, dated: Callable[[str, dict[str, Any]], object]) -> bool:
    cells, fields = (
        _cells(line, layout.get("dialect", {})),
        {field["name"]: field for field in layout["schema"]["fields"]},
    )
    missing = layout["schema"].get("missingValues", [""])
    return header.least_cells <= len(cells) <= len(header.columns) and all(
        cell in missing or _is_of(fields[name], cell, dated) for name, cell in zip(header.columns, cells, strict=False)
    )


def _is_of(field: _Field, cell: str, dated: Callable[[str, dict[str, Any]], object]) -> bool:
    match field["type"]:
        case "number":
            return read_number(cell, dict(field)) is not None
        case "date" | "datetime":
            return bool(dated(cell, dict(field)))
        case _:
            pattern = field.get("constraints", {}).get("pattern")
            return pattern is None or bool(full_match(pattern, cell))


def _cells(line: str, dialect: Mapping[str, Any]) -> list[str]:
    try:
        return split(line, dialect)
    except (QuoteOpenError, QuoteMisplacedError):
        return []
