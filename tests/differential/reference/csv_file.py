"""A CSV file: the lines that are skipped, and its rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.differential.reference.answer import Fault, RefusedError, Row
from tests.differential.reference.cells import Cells
from tests.differential.reference.continuations import continued, joined
from tests.differential.reference.csv_cells import (
    MOST_LINES_OF_A_RECORD,
    QuoteMisplacedError,
    QuoteOpenError,
    has_values,
    is_open,
    split,
)
from tests.differential.reference.headers import Header
from tests.differential.reference.leading import is_other_record
from tests.differential.reference.places import has_amount, has_date
from tests.differential.reference.skipped_lines import is_skipped
from tests.differential.reference.texts import FORBIDDEN, MAX_LINE_BYTES


@dataclass
class CsvRows:
    """The rows of one file, read by one layout; ``skipped`` counts the lines that the layout skips, ``joined`` others.

    ``above_sections`` are the lines that stand above a section's rows, by number.
    """

    layout: Mapping[str, Any]
    lines: list[str]
    header: Header
    skipped: int = 0
    joined: int = 0
    above_sections: Mapping[int, str] = field(default_factory=dict)
    _dialect: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self._dialect = self.layout.get("dialect", {})

    def rows(self) -> Iterator[Cells | Row]:
        """Yield every row; RefusedError if it is not certain where each begins and ends."""
        above = self.header.lines - (1 + self.header.breaks if self._dialect.get("header", True) else 0)
        for number, line in enumerate(self.lines[:above], 1):
            yield from self._skip(number, line, above_rows=True)
        lines = self.lines[self.header.lines :]
        for number, record in sorted(self.above_sections.items()):
            yield from self._skip(number, record, above_rows=True)
            place, count = number - 1 - self.header.lines, record.count("\n") + 1
            lines[place : place + count] = [""] * count
        for place, skipped in enumerate(is_skipped(self._dialect, lines)):
            if skipped:
                yield from self._skip(self.header.lines + place + 1, lines[place])
                lines[place] = ""
        continued_ = continued(self.layout, self.header.columns, lines, self._row_of)
        for place in continued_.places:
            lines[place] = ""
        self.joined = len(continued_.places)
        place = 0
        while place < len(lines):
            end = self._end(lines, place)
            record, number = "\n".join(lines[place:end]), self.header.lines + place + 1
            if end > place + 1 and not self._dialect.get("lineBreaksInCells"):
                yield from (_whole(number + below, "QUOTE_MALFORMED") for below in range(end - place))
                self.joined -= len(continued_.places & set(range(place, end)))
            elif has_values(record, self._dialect):
                yield self._row(number, record, continued_.texts.get(place, {}), continued_.lines.get(place, []))
            place = end

    def _end(self, lines: list[str], start: int) -> int:
        """Return where the record ends that begins at ``start``.

        Where cells cannot span lines, a line that leaves one open is a record by itself, unless a later line closes
        the cell so that both readings make rows.
        """
        record, spans = lines[start], self._dialect.get("lineBreaksInCells")
        if not is_open(record, self._dialect):
            return start + 1
        for place in range(start + 1, min(start + MOST_LINES_OF_A_RECORD, len(lines))):
            record += "\n" + lines[place]
            if is_open(record, self._dialect):
                continue
            whole = self._split(record)
            if whole is not None and (spans or self._fits(whole)):
                return place + 1
            break
        if spans:
            raise RefusedError("MALFORMED_CSV")
        return start + 1

    def _row_of(self, line: str) -> list[str] | None:
        cells = self._split(line) if has_values(line, self._dialect) else None
        return cells if cells is not None and self._fits(cells) else None

    def _row(self, line: int, record: str, more: Mapping[int, list[str]], below: list[str]) -> Cells | Row:
        cells, codes = self._split(record), set[str]()
        if cells is None and self._dialect.get("lineBreaksInCells"):
            raise RefusedError("MALFORMED_CSV")  # Nobody knows where the record ends.
        if cells is None:
            codes.add("QUOTE_MALFORMED")
        elif not self._fits(cells):
            codes.add("FIELD_COUNT")
        if any(FORBIDDEN.search(text) for text in (record, *below)):
            codes.add("CHARACTER_FORBIDDEN")
        if codes or cells is None:
            return _whole(line, *codes)
        if len(record.encode()) > MAX_LINE_BYTES:
            raise RefusedError("MALFORMED_CSV")
        cells = joined(self.layout, cells, more) if cells is not None and more else cells
        missing = self.layout["schema"].get("missingValues", [""])
        texts: dict[str, str | None] = {field["name"]: None for field in self.layout["schema"]["fields"]}
        present = zip(self.header.columns, cells, strict=False)
        texts |= {name: cell if cell and cell not in missing else None for name, cell in present}
        return Cells(line, texts)

    def _skip(self, line: int, text: str, *, above_rows: bool = False) -> Iterator[Row]:
        """Count a line as skipped; one that could be a transaction is a rejected row."""
        if not has_values(text, self._dialect):
            return
        cells = self._split(text) or []
        booked = self._is_booked(dict(zip(self.header.columns, cells, strict=False)))
        booked = booked and not (above_rows and is_other_record(self.layout, text))
        if booked and self._fits(cells):
            yield _whole(line, "LINE_SKIPPED")
        elif booked:
            # The pages leave open how many cells it must have.
            self.skipped += 1
            yield Row(line, faults=(Fault.of("", "LINE_SKIPPED", certain=False),), may_be_skipped=True)
        else:
            self.skipped += 1

    def _is_booked(self, cells: Mapping[str, str]) -> bool:
        """Return whether there is a booking date and an amount, each written as the layout says."""
        return has_date(self.layout, cells) and has_amount(self.layout, cells)

    def _split(self, record: str) -> list[str] | None:
        try:
            return split(record, self._dialect)
        except (QuoteOpenError, QuoteMisplacedError):
            return None

    def _fits(self, cells: list[str]) -> bool:
        return self.header.least_cells <= len(cells) <= len(self.header.columns)


def _whole(line: int, *codes: str) -> Row:
    """Return a row that is rejected as a whole."""
    return Row(line, faults=(Fault.of("", *codes),))
