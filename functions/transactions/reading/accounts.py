"""Keeps account of a file's lines while it is read: those that are no rows, by number, until a part is complete."""

from pathlib import Path

from transactions.codes import FileCode, RowCode
from transactions.errors import FileRejectedError
from transactions.reading.records import Broken, Part, Section, Skipped
from transactions.results import EXAMPLES_PER_CODE, ErrorExample
from transactions.sql import SHOWN_CHARACTERS

MAX_BROKEN_RECORDS = 500_000
"""A file with more records that cannot be split into its layout's cells is refused, before they fill the memory."""


class LineAccount:
    """Counts the rows that go to the engine, one for each line, from line ``first`` on."""

    def __init__(self, first: int) -> None:
        self.line = self._first = first
        self._placeholders = list[int]()
        self._broken = list[Broken]()
        self._broken_count = 0
        self._skipped = dict[str, Skipped]()
        self._joined = dict[int, str]()
        self._sections = list[Section]()

    def add_placeholder(self, line: int) -> None:
        """Note that the row of ``line`` stands for no record of its own."""
        self._placeholders.append(line)

    def reject(self, line: int, code: RowCode, rule: str, record: str) -> None:
        """Note a record that is rejected before the engine sees it.

        Raises
        ------
        FileRejectedError
            If the file has too many of them.
        """
        self._broken_count += 1
        if self._broken_count > MAX_BROKEN_RECORDS:
            detail = f"more than {MAX_BROKEN_RECORDS} records cannot be split into cells"
            raise FileRejectedError(FileCode.TOO_MANY_REJECTED, detail)
        self._joined.pop(line, None)
        self._broken.append(Broken.from_record(line, code, rule, record))

    def skip(self, line: int, text: str, rule: str) -> None:
        """Note a line that is no record by this ``rule`` of the layout."""
        skipped = Skipped(1, ((line, text[:SHOWN_CHARACTERS]),))
        self._skipped[rule] = self._skipped.get(rule, Skipped()).followed_by(skipped)

    def join(self, line: int, text: str) -> None:
        """Note a line that continues a row, which may stand further down than the rows go so far."""
        self._joined[line] = text[:SHOWN_CHARACTERS]

    def begin(self, section: Section) -> None:
        """Note a section, which may begin further down than the rows go so far."""
        self._sections.append(section)

    def part(self, path: Path, warnings: tuple[ErrorExample, ...] = ()) -> Part:
        """Describe the rows since the last part, which stand in ``path``."""
        joined = {line: text for line, text in self._joined.items() if line < self.line}
        part = Part(
            path=path,
            rows=self.line - self._first,
            first=self._first,
            placeholders=tuple(self._placeholders),
            broken=tuple(self._broken),
            skipped=dict(self._skipped),
            joined=Skipped(len(joined), tuple(joined.items())[:EXAMPLES_PER_CODE]),
            sections=tuple(section for section in self._sections if section.first < self.line),
            warnings=warnings,
        )
        self._first = self.line
        self._joined = {line: text for line, text in self._joined.items() if line >= self.line}
        current = max(0, len(part.sections) - 1)
        self._sections = self._sections[current:]
        self._placeholders.clear()
        self._broken.clear()
        self._skipped.clear()
        return part
