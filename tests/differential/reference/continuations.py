"""Lines of a CSV file that continue the row above them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.differential.reference.csv_cells import is_open

_MOST_LINES = 100
"""A record has no more lines."""

Split = Callable[[str], list[str] | None]


@dataclass
class Continued:
    """What is joined to the rows at certain places: ``lines``, which stand at ``places``, and their texts by column."""

    lines: dict[int, list[str]] = field(default_factory=dict)
    texts: dict[int, dict[int, list[str]]] = field(default_factory=dict)
    places: set[int] = field(default_factory=set)


def continued(layout: Mapping[str, Any], columns: tuple[str, ...], lines: list[str], row_of: Split) -> Continued:
    """Find the lines that continue a row. ``row_of`` splits a line as wide as a row, and returns None of others."""
    found, row, readings = Continued(), None, _TwoReadings(layout.get("dialect", {}), row_of)
    declared = layout.get("continuationLines")
    if not declared:
        return found
    for place, line in enumerate(lines):
        cells = row_of(line)
        values = {at: cell for at, cell in enumerate(cells or []) if has_value(layout, cell)}
        joins = bool(values) and all(columns[at] in declared["join"] for at in values)
        if joins:
            if row is not None:
                found.places.add(place)
                found.lines.setdefault(row, []).append(line)
                for at, cell in values.items():
                    found.texts.setdefault(row, {}).setdefault(at, []).append(cell)
        else:
            row = None if cells is None else place
        if readings.end_with("" if place in found.places else line):
            row = None
    return found


@dataclass
class _TwoReadings:
    """Lines from one on that leaves a cell open: closed further down, they may be one row as well as several."""

    dialect: Mapping[str, Any]
    row_of: Split
    lines: list[str] = field(default_factory=list)

    def end_with(self, line: str) -> bool:
        """Return whether ``line`` closes the cell so that all lines make one row."""
        self.lines.append(line)
        while self.lines:
            record = "\n".join(self.lines)
            if is_open(record, self.dialect) and len(self.lines) < _MOST_LINES:
                return False
            if len(self.lines) > 1 and self.row_of(record) is not None:
                self.lines.clear()
                return True
            del self.lines[0]
            while self.lines and not is_open(self.lines[0], self.dialect):
                del self.lines[0]
        return False


def has_value(layout: Mapping[str, Any], cell: str) -> bool:
    """Return whether ``cell`` is neither empty nor one of the texts for no value."""
    return bool(cell) and cell not in layout["schema"].get("missingValues", [""])


def joined(layout: Mapping[str, Any], cells: list[str], texts: Mapping[int, list[str]]) -> list[str]:
    """Join ``texts`` to the cells of a row."""
    found = cells + [""] * (max(texts, default=-1) + 1 - len(cells))
    for at, more in texts.items():
        own = [found[at]] if has_value(layout, found[at]) else []
        found[at] = layout["continuationLines"].get("separator", " ").join(own + more)
    return found
