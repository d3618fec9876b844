"""Sections of a CSV file: rows with lines above them that say whose they are, such as one account after another."""

from collections.abc import Sequence
from itertools import accumulate

import msgspec

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import MAX_HEADER_WITHIN, Layout
from transactions.reading.csv_cells import Cells, cells_of, misplaced_quote, open_quote
from transactions.reading.headers import Found, match_columns
from transactions.reading.leading import fact_patterns, facts_in, is_of_rows, may_be_row
from transactions.reading.records import MAX_RECORD_LINES, Section
from transactions.reading.shapes import is_dated


class SectionLines:
    """Recognizes the lines of a layout that begin a section: its header, and lines with a captured fact.

    A line with a booking date in its place is a row, whatever else stands in it.
    """

    def __init__(self, found: Found) -> None:
        self._found, self._layout = found, found.layout
        self._patterns = fact_patterns(found.layout)
        self._in_header = _text_in_header(found.layout)

    @property
    def stand_above_headers(self) -> bool:
        """Whether the layout captures facts from lines above its header, or its rows."""
        return bool(self._patterns)

    def header_facts(self, number: int, line: str) -> dict[str, str] | None:
        """Return the facts in a header of the layout, which stands on the line with this number; None of another line.

        Raises
        ------
        FileRejectedError
            HEADER_MISMATCH, with the line's number, if its columns are not those of the file's first header.
        """
        if not self._layout.dialect.header or self._in_header not in line:
            return None
        cells = cells_of(line, self._layout.dialect)
        header = match_columns(self._layout, cells)
        if header is None:
            return None
        columns, facts = header
        fewest_cells = self._layout.fewest_cells_below(len(cells))
        if (columns, fewest_cells) != (self._found.columns, self._found.fewest_cells):
            raise FileRejectedError(
                FileCode.HEADER_MISMATCH, f"header on line {number}: other columns than the first header"
            )
        return facts

    def facts(self, line: str) -> dict[str, str]:
        """Return the facts in a line that stands above a section's rows."""
        found = facts_in(self._patterns, line)
        return {} if not found or self.is_row(line) else found

    def is_row(self, line: str) -> bool:
        """Return whether a booking date stands in its place in ``line``, and no cell tells that it is no row."""
        cells = cells_of(line, self._layout.dialect)
        return is_dated(self._layout, self._found.columns, cells) and is_of_rows(self._layout, cells)

    def may_be_row(self, line: str) -> bool:
        """Return whether ``line`` has a booking date in its place, or a row's cells with an amount."""
        cells = cells_of(line, self._layout.dialect)
        return may_be_row(self._layout, self._found.columns, self._found.fewest_cells, cells)


class SectionGuard:
    """Refuses a file with several sections by a layout that knows of none: its rows would have the first one's facts.

    It is to see each line below the header that is no accepted row.
    """

    def __init__(self, found: Found) -> None:
        self._lines, self._found = SectionLines(found), found

    def check(self, number: int, line: str) -> None:
        """Refuse the file if ``line`` begins another section; a header does wherever facts stand above the first one.

        Raises
        ------
        FileRejectedError
            SECTION_UNDECLARED, with the line's number.
        """
        in_header = self._lines.header_facts(number, line)
        if in_header is not None and self._lines.stand_above_headers:
            raise self._undeclared(number)
        self._refuse_others(number, in_header or self._lines.facts(line))

    def check_facts(self, number: int, line: str) -> None:
        """Refuse the file if ``line`` has another fact: of a header that the layout skips, only that counts."""
        self._refuse_others(number, self._lines.header_facts(number, line) or self._lines.facts(line))

    def _refuse_others(self, number: int, facts: dict[str, str]) -> None:
        if any(self._found.captures[name] != fact for name, fact in facts.items()):
            raise self._undeclared(number)

    def _undeclared(self, number: int) -> FileRejectedError:
        return FileRejectedError(FileCode.SECTION_UNDECLARED, f"line {number}", layout=self._found.layout.name)


class SectionReader:
    """Takes the lines between sections out of a file, and keeps the facts of each section.

    Down to a header, these are as many lines as may stand above the first one, up to the row above them; without a
    header, those with captured facts. They must have every fact that the layout captures. Where a cell may span lines,
    its lines are one, with line feeds in it.
    """

    def __init__(self, found: Found) -> None:
        self._lines, self._found = SectionLines(found), found
        self._held, self._cells = list[str](), Cells(found.layout.dialect)
        self._has_begun = bool(found.captures)
        self._names = found.layout.names_above_rows

    def complete(self, lines: list[str], first: int, *, last: bool = False) -> list[str]:
        """Return the lines down to the last row, with those held back before; the others wait for what is below.

        ``first`` is the number of the first line that was not returned yet.

        Raises
        ------
        FileRejectedError
            MALFORMED_CSV if cells may span lines, and it is not certain where one ends.
        """
        lines = self._held + lines
        lines, unfinished = self._joined(lines, first, last=last)
        end = len(lines)
        while not last and end > 0 and len(lines) - end < MAX_HEADER_WITHIN and not self._lines.is_row(lines[end - 1]):
            end -= 1
        self._held = lines[end:] + unfinished
        return lines[:end]

    def _joined(self, lines: list[str], first: int, *, last: bool) -> tuple[list[str], list[str]]:
        """Join lines that a cell spans; return also those of a cell that is not closed yet."""
        if not self._found.layout.dialect.line_breaks_in_cells:
            return lines, []
        joined, unfinished, number = list[str](), list[str](), first
        for line in lines:
            unfinished.append(line)
            record = "\n".join(unfinished)
            if not self._cells.is_open(record):
                if self._cells.split(record) is None:
                    raise misplaced_quote(number, self._found.layout.dialect)
                joined.append(record)
                number += count_lines(record)
                unfinished = []
            elif count_lines(record) >= MAX_RECORD_LINES:
                raise open_quote(number)
        if unfinished and last:
            raise open_quote(number)
        return joined, unfinished

    def sections(self, numbers: Sequence[int], lines: Sequence[str]) -> list[tuple[range, Section]]:
        """Find the sections that begin in ``lines``, which have the ``numbers`` that ``numbers_of`` returns.

        Returns
        -------
        list of tuple
            The places in ``lines`` that are above the section's rows, and the section.

        Raises
        ------
        FileRejectedError
            If one lacks a fact, or has other columns.
        """
        place, found = 0, list[tuple[range, Section]]()
        clues = [
            _Clue(self._lines.header_facts(number, line), self._lines.facts(line))
            for number, line in zip(numbers, lines, strict=False)
        ]
        while place < len(lines):
            if clues[place].any:
                start, place = self._extent(lines, clues, place, above=found[-1][0].stop if found else 0)
                facts = self._facts(numbers[start], clues[start:place])
                found.append((range(start, place), Section(numbers[place], facts)))
            else:
                place += 1
        self._refuse_rows_before(numbers, lines[: found[0][0].start] if found else lines)
        self._has_begun = self._has_begun or bool(found)
        return found

    def _refuse_rows_before(self, numbers: Sequence[int], lines: Sequence[str]) -> None:
        row = None if self._has_begun else next(filter(self._lines.is_row, lines), None)
        if row is not None:
            number = numbers[lines.index(row)]
            raise FileRejectedError(FileCode.CAPTURE_MISSING, f"{min(self._names)}, line {number}")

    def _extent(self, lines: Sequence[str], clues: "Sequence[_Clue]", place: int, *, above: int) -> tuple[int, int]:
        """Return where the lines above a section's rows begin and end: ``place`` has the first clue.

        They begin below ``above``, where those of the section before end.
        """

        def may_be_row(at: int) -> bool:
            return not clues[at].any and self._lines.may_be_row(lines[at])

        within = self._found.layout.dialect.header_within
        below = range(place, min(place + within, len(lines)))
        end = next((at for at in below if clues[at].in_header is not None or may_be_row(at)), None)
        if end is not None and clues[end].in_header is not None:
            start = place
            while start > max(above, end + 1 - within) and not may_be_row(start - 1):
                start -= 1
            return start, end + 1
        end, facts = place + 1, dict(clues[place].facts)
        # A fact that stands again begins the next section.
        while end < len(lines) and (more := clues[end].facts) and not more.keys() & facts.keys():
            facts |= more
            end += 1
        return place, end

    def _facts(self, number: int, clues: "Sequence[_Clue]") -> dict[str, str]:
        """Return the facts of a section, the first of whose lines has the ``number``."""
        facts = dict(clues[-1].in_header or {})
        for name in sorted(self._names - facts.keys()):
            found = {line.facts[name] for line in clues if name in line.facts}
            if len(found) != 1:
                code = FileCode.CAPTURE_AMBIGUOUS if found else FileCode.CAPTURE_MISSING
                raise FileRejectedError(code, f"{name}, section on line {number}")
            facts[name] = found.pop()
        return facts


def numbers_of(lines: Sequence[str], first: int) -> list[int]:
    """Return the number of each of ``lines``, some of which have line feeds in them, and of the line below them."""
    return [*accumulate(map(count_lines, lines), initial=first)]


def count_lines(record: str) -> int:
    """Return how many lines of the file ``record`` takes."""
    return record.count("\n") + 1


class _Clue(msgspec.Struct, frozen=True):
    """What a line says of a section: the facts in it if it is a header, and those captured from it."""

    in_header: dict[str, str] | None
    facts: dict[str, str]

    @property
    def any(self) -> bool:
        return self.in_header is not None or bool(self.facts)


def _text_in_header(layout: Layout) -> str:
    """Return a text that stands in every header of ``layout`` as it is, for a quick look; empty if none is certain."""
    # These are written with another character before them.
    special = set(filter(None, (layout.dialect.quote_char, layout.dialect.escape_char)))
    fields = (field for field in layout.schema.fields if field.in_every_header and field.header_pattern is None)
    certain = (field.header_cell for field in fields if special.isdisjoint(field.header_cell))
    return max(certain, key=len, default="")
