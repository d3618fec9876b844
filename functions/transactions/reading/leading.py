"""Lines with captured facts. Above the rows of a file without a header, they are the lines that are no rows."""

import re
from collections.abc import Sequence

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Layout
from transactions.patterns import compiled
from transactions.reading.csv_cells import Cells, cells_of
from transactions.reading.lines import LineFilter
from transactions.reading.shapes import has_amount, is_dated, keeps_constraints

FactPatterns = Sequence[tuple[str, re.Pattern[str]]]


def fact_patterns(layout: Layout) -> FactPatterns:
    """Return what the lines of a file are searched for, with the names of the facts."""
    return [(capture.name, compiled(capture.pattern)) for capture in layout.captures if capture.source == "preamble"]


def facts_in(patterns: FactPatterns, line: str) -> dict[str, str]:
    """Return the facts in ``line``; an empty text is none."""
    return {name: match[1] for name, pattern in patterns if (match := pattern.search(line)) and match[1]}


def is_of_rows(layout: Layout, cells: Sequence[str]) -> bool:
    """Return whether ``cells`` may be a row's: without a header, none of them contradicts its field's constraints.

    So a record type tells rows from other records, even those with a date and an amount in the same places.
    """
    return layout.dialect.header or keeps_constraints(layout, layout.names, cells)


def may_be_row(layout: Layout, columns: Sequence[str], fewest: int, cells: Sequence[str]) -> bool:
    """Return whether ``cells`` have a booking date in its place, or an amount in a line of a row's width.

    A row has at least ``fewest`` cells. A constraint may tell that they are of no row.
    """
    as_wide = fewest <= len(cells) <= len(columns)
    is_like = is_dated(layout, columns, cells) or (as_wide and has_amount(layout, columns, cells))
    return is_like and is_of_rows(layout, cells)


class LeadingLines:
    """The lines above the rows of a file without a header: those with captured facts that cannot be rows."""

    def __init__(self, layout: Layout) -> None:
        self._layout, self._patterns = layout, fact_patterns(layout)

    def has(self, line: str) -> bool:
        """Return whether ``line`` is one.

        It is none if it cannot be split into cells, or may be a row.
        """
        if not self._patterns or not facts_in(self._patterns, line):
            return False
        layout, cells = self._layout, cells_of(line, self._layout.dialect)
        return bool(cells) and not may_be_row(layout, layout.names, layout.fewest_cells, cells)

    def count(self, lines: Sequence[str]) -> int:
        """Count those of ``lines`` above the first row: down to the last with facts.

        Only blank lines, and those that the dialect skips, may stand among them.
        """
        line_filter, cells, count = LineFilter(self._layout.dialect), Cells(self._layout.dialect), 0
        for number, line in enumerate(lines, 1):
            is_skipped = line_filter.rule(line) is not None
            if self.has(line):
                count = number
            elif not is_skipped and cells.has_values(line):
                break
        return count

    def facts(self, above: Sequence[str]) -> dict[str, str]:
        """Return the facts in the lines ``above`` the first row.

        Raises
        ------
        FileRejectedError
            If a fact is missing, or has two values.
        """
        found = dict[str, str]()
        for number, line in enumerate(above, 1):
            for name, fact in facts_in(self._patterns, line).items():
                if found.setdefault(name, fact) != fact:
                    raise self._refused(FileCode.CAPTURE_AMBIGUOUS, f"{name}, line {number}")
        missing = [name for name, _ in self._patterns if name not in found]
        if missing:
            raise self._refused(FileCode.CAPTURE_MISSING, missing[0])
        return found

    def _refused(self, code: FileCode, detail: str) -> FileRejectedError:
        return FileRejectedError(code, detail, layout=self._layout.name)
