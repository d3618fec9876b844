"""Lines with captured facts above the rows of a CSV file without a header."""

from collections.abc import Mapping
from typing import Any

from tests.differential.reference.answer import RefusedError
from tests.differential.reference.csv_cells import QuoteMisplacedError, QuoteOpenError, split
from tests.differential.reference.patterns import full_match, search
from tests.differential.reference.places import has_amount, has_date
from tests.differential.reference.skipped_lines import is_skipped

_MOST_LINES = 100
_BLANK = " \t\v\f"


def count_leading(layout: Mapping[str, Any], lines: list[str]) -> int:
    """Count the lines above the first row: down to the last with facts, among blank and skipped lines."""
    count, first = 0, lines[:_MOST_LINES]
    for number, (line, skipped) in enumerate(zip(first, is_skipped(layout.get("dialect", {}), first), strict=True), 1):
        if stands_above(layout, line):
            count = number
        elif not skipped and not _is_blank(layout, line):
            break
    return count


def leading_facts(layout: Mapping[str, Any], lines: list[str]) -> dict[str, str]:
    """Return the facts in ``lines``; RefusedError if one is missing or has two values."""
    captures = [one for one in layout.get("captures", ()) if one.get("source", "preamble") == "preamble"]
    facts, codes = dict[str, str](), set[str]()
    for capture in captures:
        matches = (search(capture["pattern"], line) for line in lines)
        values = {match[1] for match in matches if match and match[1]}
        codes |= set() if len(values) == 1 else {"CAPTURE_AMBIGUOUS" if values else "CAPTURE_MISSING"}
        facts |= dict.fromkeys([capture["name"]], min(values, default=""))
    if codes:
        raise RefusedError(*codes)
    return facts


def stands_above(layout: Mapping[str, Any], line: str) -> bool:
    """Return whether ``line`` has a fact, and neither a date nor, in a row's width, an amount in its place."""
    captures = [one for one in layout.get("captures", ()) if one.get("source", "preamble") == "preamble"]
    matches = (search(capture["pattern"], line) for capture in captures)
    if not any(match and match[1] for match in matches):
        return False
    if not _cells(layout, line):
        return False
    if is_other_record(layout, line):
        return True
    fields = layout["schema"]["fields"]
    cells = _cells(layout, line)
    fewest = max(number for number, field in enumerate(fields, 1) if not field.get("optional"))
    found = {field["name"]: cell for field, cell in zip(fields, cells, strict=False)}
    as_wide = fewest <= len(cells) <= len(fields)
    return not has_date(layout, found) and not (as_wide and has_amount(layout, found))


def is_other_record(layout: Mapping[str, Any], line: str) -> bool:
    """Return whether a cell, in a file without a header, contradicts the constraints or the format of its field."""
    if layout.get("dialect", {}).get("header", True):
        return False
    missing = layout["schema"].get("missingValues", [""])
    return any(
        "constraints" in field and cell not in missing and not full_match(field["constraints"]["pattern"], cell)
        for field, cell in zip(layout["schema"]["fields"], _cells(layout, line), strict=False)
        if field["type"] == "string"
    )


def _is_blank(layout: Mapping[str, Any], line: str) -> bool:
    if not line.strip(_BLANK):
        return True
    cells = _cells(layout, line)
    return bool(cells) and not any(cell.strip(_BLANK) for cell in cells)


def _cells(layout: Mapping[str, Any], line: str) -> list[str]:
    try:
        return split(line, layout.get("dialect", {}))
    except (QuoteOpenError, QuoteMisplacedError):
        return []
