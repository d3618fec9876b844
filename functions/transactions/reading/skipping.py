"""Takes lines out of a CSV file that are no rows of their own: above rows, skipped, or joined to a row."""

from transactions.codes import RowCode
from transactions.layouts.exclusions import SECTIONS, above_rows
from transactions.reading.accounts import LineAccount
from transactions.reading.continuations import Continuations
from transactions.reading.csv_cells import Cells
from transactions.reading.headers import Found
from transactions.reading.leading import is_of_rows
from transactions.reading.lines import LineFilter
from transactions.reading.records import Section
from transactions.reading.sections import SectionGuard, SectionReader, numbers_of
from transactions.reading.shapes import is_booked

SKIPPED_RULE = "no booking date and amount in the columns of a row"


class SkippedLines:
    """Makes such lines blank, so that a line keeps its place, and notes them in ``account``."""

    def __init__(self, found: Found, cells: Cells, account: LineAccount, guard: SectionGuard | None) -> None:
        self._found, self._cells, self._account, self._guard = found, cells, account, guard
        self._filter = LineFilter(found.layout.dialect)
        self._sections = SectionReader(found) if found.layout.sections else None
        declared = found.layout.continuation_lines
        self._continuations = Continuations(declared, found, account, guard) if declared else None
        if self._sections and found.captures:
            account.begin(Section(1, found.captures))
        for number, line in enumerate(found.above, 1):
            if cells.has_values(line):
                self._skip(number, line, above_rows(found.layout), above_rows=True)

    def blanked(self, block: bytes, first: int, *, last: bool = False) -> list[bytes]:
        """Return ``block`` with such lines made blank, in none or several pieces: some wait for those below.

        Parameters
        ----------
        block
            Lines without the last line end. None are left behind the ``last``, which may be empty.
        first
            The number of the first line that was not returned yet.

        Raises
        ------
        FileRejectedError
            If another section begins that the layout does not know, or that lacks a fact.
        """
        if not self._continuations:
            return self._of_rows(block, first, last=last)
        texts = self._of_rows(block, first + self._continuations.held, last=last)
        joined = [part for text in texts for part in self._continuations.joined(text, first)]
        return [*joined, *self._continuations.rest()] if last else joined

    def _of_rows(self, block: bytes, first: int, *, last: bool) -> list[bytes]:
        if not self._sections:
            return [] if last else [self._without_skipped(block, first)]
        lines = self._sections.complete([] if last else block.decode().split("\n"), first, last=last)
        return [self._without_skipped(self._without_sections(self._sections, lines, first), first)] if lines else []

    def _without_sections(self, reader: SectionReader, lines: list[str], first: int) -> bytes:
        numbers = numbers_of(lines, first)
        for places, section in reader.sections(numbers, lines):
            self._account.begin(section)
            for place in places:
                if self._cells.has_values(lines[place]):
                    self._skip(numbers[place], lines[place], SECTIONS, above_rows=True)
                lines[place] = "\n" * lines[place].count("\n")
        return "\n".join(lines).encode()

    def _without_skipped(self, block: bytes, first: int) -> bytes:
        if not self._filter.any:
            return block
        lines = block.decode().split("\n")
        for place, line in enumerate(lines):
            rule = self._filter.rule(line)
            if rule and self._cells.has_values(line):
                if self._guard:
                    self._guard.check_facts(first + place, line)
                self._skip(first + place, line, rule)
                lines[place] = ""
        return "\n".join(lines).encode()

    def _skip(self, number: int, line: str, rule: str, *, above_rows: bool = False) -> None:
        """Count a line as skipped by ``rule``, or as rejected where it could be a transaction.

        One above the rows could not if it is known to be of no row.
        """
        found, cells = self._found, self._cells.split(line) or []
        if found.layout.dialect.trim:
            cells = [cell.strip() for cell in cells]
        fits = found.fewest_cells <= len(cells) <= len(found.columns)
        is_other = above_rows and not is_of_rows(found.layout, cells)
        if fits and not is_other and is_booked(found.layout, found.columns, cells):
            self._account.reject(number, RowCode.LINE_SKIPPED, SKIPPED_RULE, line)
        else:
            self._account.skip(number, line, rule)
