"""Sections of a CSV file: lines further down that begin another, which a layout without sections refuses."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from tests.differential.reference.answer import RefusedError, Row
from tests.differential.reference.csv_cells import (
    MOST_LINES_OF_A_RECORD,
    QuoteMisplacedError,
    QuoteOpenError,
    is_open,
    split,
)
from tests.differential.reference.headers import Header, header_columns, header_facts, header_record
from tests.differential.reference.leading import is_other_record
from tests.differential.reference.patterns import search
from tests.differential.reference.places import has_amount, has_date


@dataclass
class Sections:
    """The lines that stand above the rows of a section, by number, and the facts of the rows from a line on.

    Where a cell may span lines, its lines are one, under the number of the first.
    """

    above: dict[int, str] = field(default_factory=dict)
    facts: dict[int, Mapping[str, str]] = field(default_factory=dict)

    def facts_of(self, line: int) -> Mapping[str, str]:
        """Return the facts of a row; none above the first section."""
        return next((facts for start, facts in sorted(self.facts.items(), reverse=True) if start <= line), {})


def find_sections(layout: Mapping[str, Any], header: Header, lines: list[str]) -> Sections:
    """Find the sections of a file whose layout has some; RefusedError if a section lacks a fact, or has two."""
    found = Sections(facts={1: header.facts} if header.facts else {})
    lines = [*lines[: header.lines], *_records(layout, lines[header.lines :])]
    numbers = [*accumulate((line.count("\n") + 1 for line in lines), initial=1)]
    place = floor = header.lines
    while place < len(lines):
        if not _tells(layout, header, lines[place]):
            if not found.facts and _is_dated(layout, header, lines[place]):
                raise RefusedError("CAPTURE_MISSING")
            place += 1
            continue
        start, end = _extent(layout, header, lines, place, floor=floor)
        found.above |= {numbers[at]: lines[at] for at in range(start, end)}
        found.facts[numbers[end]] = _facts_of_section(layout, header, lines[start:end])
        place = floor = end
    return found


def _records(layout: Mapping[str, Any], lines: list[str]) -> list[str]:
    """Join lines that a cell spans; RefusedError if it is not certain where one ends, and so what further up says."""
    dialect = layout.get("dialect", {})
    if not dialect.get("lineBreaksInCells"):
        return lines
    records, unfinished = list[str](), list[str]()
    for line in lines:
        unfinished.append(line)
        record = "\n".join(unfinished)
        if is_open(record, dialect):
            if len(unfinished) == MOST_LINES_OF_A_RECORD:
                break
            continue
        if not _split(layout, record):
            break
        records.append(record)
        unfinished = []
    if unfinished:
        raise RefusedError("MALFORMED_CSV", "CAPTURE_MISSING", "CAPTURE_AMBIGUOUS", "HEADER_MISMATCH")
    return records


def other_columns(layout: Mapping[str, Any], header: Header, lines: list[str]) -> set[str]:
    """Return the code of a file in which a header of other columns stands further down, if one does."""
    own = (header.columns, header.least_cells)
    headers = (line for line in lines[header.lines :] if header_facts(layout, line) is not None)
    return {"HEADER_MISMATCH"} if any(header_columns(layout, line) != own for line in headers) else set()


def _extent(layout: Mapping[str, Any], header: Header, lines: list[str], place: int, *, floor: int) -> tuple[int, int]:
    """Return the places of the lines above a section's rows: down to a header near by, or lines with facts alone."""
    within = layout["dialect"].get("headerWithin", 1)
    for end in range(place, min(place + within, len(lines))):
        if header_facts(layout, lines[end]) is not None:
            start = place
            while start > max(floor, end + 1 - within) and not _may_be_row(layout, header, lines[start - 1]):
                start -= 1
            return start, end + 1
        if not _tells(layout, header, lines[end]) and _may_be_row(layout, header, lines[end]):
            break
    seen, end = set(_preamble_facts(layout, header, lines[place])), place + 1
    while end < len(lines):
        more = set(_preamble_facts(layout, header, lines[end]))
        if not more or more & seen:
            break
        seen, end = seen | more, end + 1
    return place, end


def _facts_of_section(layout: Mapping[str, Any], header: Header, lines: list[str]) -> dict[str, str]:
    in_header = header_facts(layout, lines[-1])
    facts = dict(in_header or {})
    wanted = {one["name"] for one in layout.get("captures", ()) if one.get("source", "preamble") == "preamble"}
    for field_ in layout["schema"]["fields"]:
        wanted |= set(re.findall(r"\?P<(\w+)>", field_.get("headerPattern", "")))
    for name in sorted(wanted - facts.keys()):
        values = {found[name] for line in lines if name in (found := _preamble_facts(layout, header, line))}
        if len(values) != 1:
            raise RefusedError("CAPTURE_AMBIGUOUS" if values else "CAPTURE_MISSING")
        facts[name] = values.pop()
    if in_header is not None and header_columns(layout, lines[-1]) != (header.columns, header.least_cells):
        raise RefusedError("HEADER_MISMATCH")
    return facts


def _tells(layout: Mapping[str, Any], header: Header, line: str) -> bool:
    return header_facts(layout, line) is not None or bool(_preamble_facts(layout, header, line))


def _preamble_facts(layout: Mapping[str, Any], header: Header, line: str) -> dict[str, str]:
    found = dict[str, str]()
    for capture in layout.get("captures", ()):
        match = search(capture["pattern"], line) if capture.get("source", "preamble") == "preamble" else None
        if match and match[1]:
            found[capture["name"]] = match[1]
    return {} if _is_dated(layout, header, line) else found


def _may_be_row(layout: Mapping[str, Any], header: Header, line: str) -> bool:
    if _is_dated(layout, header, line):
        return True
    if is_other_record(layout, line):
        return False
    as_wide = header.least_cells <= len(_split(layout, line)) <= len(header.columns)
    return as_wide and has_amount(layout, _named_cells(layout, header, line))


def sections_below(
    layout: Mapping[str, Any], header: Header, lines: list[str], rows: Iterable[Row]
) -> tuple[bool, bool]:
    """Return whether another section certainly begins below the header, and whether one may.

    No accepted row does. Where cells span lines or lines are skipped, the pages leave open which lines are looked at.
    """
    accepted = {row.line for row in rows if not row.rejected and not row.dropped}
    dialect = layout.get("dialect", {})
    others = [
        line
        for number, line in enumerate(lines, 1)
        if number > header.lines and number not in accepted and line.strip()
    ]
    if header.breaks:
        others += [header_record(layout, lines[number:]) for number in range(header.lines, len(lines))]
    found = [line for line in others if _begins(layout, header, line)]
    open_ones = {"lineBreaksInCells", "skipLines", "footer", "commentChar"} & dialect.keys()
    quoted = (dialect.get("quoteChar", '"') or "\0") in "".join(found)
    return bool(found) and not open_ones and not quoted, bool(found)


def _begins(layout: Mapping[str, Any], header: Header, line: str) -> bool:
    facts = header_facts(layout, line)
    preamble = any(capture.get("source", "preamble") == "preamble" for capture in layout.get("captures", ()))
    if facts is not None:
        return preamble or any(header.facts[name] != fact for name, fact in facts.items())
    return any(header.facts[name] != fact for name, fact in _preamble_facts(layout, header, line).items())


def _is_dated(layout: Mapping[str, Any], header: Header, line: str) -> bool:
    return not is_other_record(layout, line) and has_date(layout, _named_cells(layout, header, line))


def _named_cells(layout: Mapping[str, Any], header: Header, line: str) -> dict[str, str]:
    return dict(zip(header.columns, _split(layout, line), strict=False))


def _split(layout: Mapping[str, Any], line: str) -> list[str]:
    try:
        return split(line, layout.get("dialect", {}))
    except (QuoteOpenError, QuoteMisplacedError):
        return []
