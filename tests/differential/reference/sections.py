"""Lines further down a CSV file that begin another section, which a layout without sections refuses."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.differential.reference.answer import RefusedError, Row
from tests.differential.reference.csv_cells import QuoteMisplacedError, QuoteOpenError, split
from tests.differential.reference.dates import has_shape
from tests.differential.reference.headers import Header, captured, header_facts
from tests.differential.reference.mapping import fields_of


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
    found = [line for line in others if _begins(layout, header, line)]
    open_ones = {"lineBreaksInCells", "skipLines", "footer", "commentChar"} & dialect.keys()
    quoted = (dialect.get("quoteChar", '"') or "\0") in "".join(found)
    return bool(found) and not open_ones and not quoted, bool(found)


def _begins(layout: Mapping[str, Any], header: Header, line: str) -> bool:
    facts = header_facts(layout, line)
    preamble = any(capture.get("source", "preamble") == "preamble" for capture in layout.get("captures", ()))
    if facts is not None:
        return preamble or any(header.facts[name] != fact for name, fact in facts.items())
    if _is_dated(layout, header, line):
        return False
    try:
        return any(header.facts[name] != fact for name, fact in captured(layout, "preamble", [line]).items())
    except RefusedError:
        return False


def _is_dated(layout: Mapping[str, Any], header: Header, line: str) -> bool:
    fields = {field["name"]: field for field in layout["schema"]["fields"]}
    try:
        cells = dict(zip(header.columns, split(line, layout.get("dialect", {})), strict=False))
    except (QuoteOpenError, QuoteMisplacedError):
        return False
    missing = layout["schema"].get("missingValues", [""])
    names = fields_of(layout["mapping"]["booking_date"])
    return any(cells[name] not in missing and has_shape(cells[name], fields[name]) for name in names if name in cells)
