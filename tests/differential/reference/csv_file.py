"""A CSV file: the lines that are no records, and its rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.differential.reference.answer import Fault, RefusedError, Row
from tests.differential.reference.cells import Cells
from tests.differential.reference.csv_cells import QuoteMisplacedError, QuoteOpenError, has_stray_quote, split
from tests.differential.reference.headers import Header
from tests.differential.reference.left_out import blanked
from tests.differential.reference.not_yet import NOT_YET

MOST_LINES_OF_A_RECORD = 100
_UNSPLIT = {"MALFORMED_CSV", "RECORDS_LOST"}


@dataclass
class CsvRows:
    """The rows of one file, read by one layout. ``doubts`` are codes with which it may be refused all the same."""

    layout: Mapping[str, Any]
    lines: list[str]
    header: Header
    doubts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.header.may_be_another:
            self.doubts.add("HEADER_MISMATCH")

    @property
    def _dialect(self) -> Mapping[str, Any]:
        return dict(self.layout.get("dialect", {}))

    def rows(self) -> Iterator[Cells | Row]:
        """Yield every row below the header; Refused if they cannot be told apart."""
        lines = list(blanked(self._dialect, self.lines[self.header.lines :], self.header.fewest_cells))
        number = 0
        while number < len(lines):
            first, record = number, lines[number]
            number += 1
            while self._dialect.get("lineBreaksInCells") and self._is_open(record):
                if number == len(lines) or number - first >= MOST_LINES_OF_A_RECORD:
                    raise RefusedError("MALFORMED_CSV")
                record += "\n" + lines[number]
                number += 1
            if record.strip() or self._dialect.get("delimiter", ",") in record:
                row = self._row(self.header.lines + first + 1, record)
                if row:
                    yield row

    def _is_open(self, record: str) -> bool:
        try:
            split(record, self._dialect)
        except QuoteOpenError:
            return True
        except QuoteMisplacedError:
            return False
        return False

    def _row(self, line: int, record: str) -> Cells | Row | None:
        try:
            cells = split(record, self._dialect)
            stray = has_stray_quote(record, self._dialect)
        except (QuoteOpenError, QuoteMisplacedError):
            self._doubt()
            return Row(line, faults=(Fault.of("", "QUOTE_MALFORMED", "FIELD_COUNT"),))
        if stray:
            self._doubt()
        if not any(cells) and "blank rows" not in NOT_YET:
            return None
        if not self.header.least_cells <= len(cells) <= len(self.header.columns):
            return Row(line, faults=(Fault.of("", "FIELD_COUNT", *(["QUOTE_MALFORMED"] if stray else [])),))
        missing = self.layout["schema"].get("missingValues", [""])
        texts: dict[str, str | None] = {field["name"]: None for field in self.layout["schema"]["fields"]}
        present = zip(self.header.columns, cells, strict=False)
        texts |= {name: cell if cell and cell not in missing else None for name, cell in present}
        return Cells(line, texts, doubtful=stray)

    def _doubt(self) -> None:
        """Where cells may span lines, a misplaced quote leaves open where rows end: the file may be refused."""
        if self._dialect.get("lineBreaksInCells"):
            self.doubts |= _UNSPLIT
