"""Reads a CSV file in one streaming pass: decoded, counted and numbered, before the engine sees it."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from transactions.codes import FileCode, RowCode
from transactions.errors import FileRejectedError
from transactions.headers import Found, find_layout
from transactions.intake import Intake, decoded, too_long, whole_lines
from transactions.layout import Dialect, Layout
from transactions.lines import LeftOut, tidied
from transactions.records import MAX_RECORD_CHARACTERS, Broken, Records

MAX_RECORD_LINES = 100
"""A quote that is not closed so many lines further down was never meant to span them."""


def read_csv(intake: Intake, layouts: Iterable[Layout], workdir: Path) -> Records:
    """Find the file's layout and write its records for the engine.

    Raises
    ------
    FileRejectedError
        If the file is empty, fits no layout, is not of the layout's encoding, or cannot be split into records.
    """
    found = find_layout(intake.peek(), layouts)
    layout = found.layout
    numbering = _Numbering(found)
    path = workdir / "records.csv"
    try:
        with path.open("w", encoding="utf-8", newline="") as copy:
            for block in whole_lines(decoded(intake.chunks(), layout.encoding), FileCode.MALFORMED_CSV):
                copy.write(numbering.numbered(block))
        numbering.close()
    except FileRejectedError as error:
        raise FileRejectedError(error.code, error.detail, layout=layout.name) from error
    return Records(layout, path, found.columns, numbering.count, found.captures, tuple(numbering.broken))


def hold_back_malformed(records: Records, workdir: Path) -> Records:
    """Check the quotes of every record exactly, and hold back those that the engine might read past their end."""
    dialect = records.layout.dialect
    well_formed = _well_formed(dialect)
    path, count, broken = workdir / "checked.csv", 0, list(records.broken)
    with (
        records.path.open(encoding="utf-8", newline="") as copy,
        path.open("w", encoding="utf-8", newline="") as checked,
    ):
        for record in _joined(copy, dialect.quote_char) if dialect.quote_char else copy:
            number, _, text = record.removesuffix("\n").partition(dialect.delimiter)
            if well_formed.fullmatch(text):
                checked.write(record)
                count += 1
            else:
                broken.append(Broken.of(int(number), RowCode.QUOTE_MALFORMED, text))
    return msgspec.structs.replace(records, path=path, count=count, broken=tuple(broken))


class _Numbering:
    """Puts before each record the number of its line. ``count`` and ``broken`` grow on the way."""

    def __init__(self, found: Found) -> None:
        dialect = found.layout.dialect
        self.count = 0
        self.broken = list[Broken]()
        self._dialect = dialect
        self._delimiter = dialect.delimiter
        self._delimiters = len(found.columns) - 1
        # Columns in any order are all there, or not in the header either.
        self._fewest_delimiters = self._delimiters if dialect.any_order else found.layout.fewest_cells - 1
        self._quote = dialect.quote_char or ""
        self._well_formed = _well_formed(dialect)
        self._line_breaks = dialect.line_breaks_in_cells
        self._not_structure = bytes(set(range(256)) - set(f"{self._quote}\n".encode()))
        self._left_out = LeftOut(found.layout)
        self._skip = found.lines_above
        self._line = 1
        self._open = list[str]()
        self._opened_on = 0

    def numbered(self, block: str) -> str:
        """Return the records of ``block``, which is whole lines without the last line end, each behind its number."""
        lines = block.split("\n")
        if max(map(len, lines)) > MAX_RECORD_CHARACTERS:
            raise too_long(FileCode.MALFORMED_CSV)
        first = self._line
        self._line += len(lines)
        if first <= self._skip:
            skipped = min(self._skip - first + 1, len(lines))
            lines, first = lines[skipped:], first + skipped
        if self._left_out.any:
            lines = [self._left_out.blanked(line) for line in lines]
        if self._dialect.trim and not self._line_breaks:
            lines = [tidied(line, self._dialect) for line in lines]
        if self._open or not self._all_quotes_paired(block):
            return self._joined(self._whole(number, record) for number, record in self._by_quotes(lines, first))
        return self._each_line(lines, first)

    def close(self) -> None:
        """End the file; FileRejectedError if a quote is still open."""
        if self._open:
            raise self._never_closed()

    def _all_quotes_paired(self, block: str) -> bool:
        """Tell whether each line has an even number of quotes: drop all but quotes and line ends, then all pairs."""
        if not self._quote or self._quote not in block:
            return True
        quote = self._quote.encode()
        return quote not in block.encode().translate(None, self._not_structure).replace(quote * 2, b"")

    def _each_line(self, lines: list[str], first: int) -> str:
        delimiter, delimiters = self._delimiter, self._delimiters
        if self._fewest_delimiters < delimiters:
            return self._joined(self._whole(number, line) for number, line in enumerate(lines, first))
        counts = [line.count(delimiter) for line in lines]
        if counts.count(delimiters) == len(lines):
            return self._joined([f"{number}{delimiter}{line}\n" for number, line in enumerate(lines, first)])
        return self._joined(
            f"{number}{delimiter}{line}\n" if count == delimiters else self._whole(number, line)
            for number, (line, count) in enumerate(zip(lines, counts, strict=True), first)
        )

    def _joined(self, records: Iterable[str]) -> str:
        present = list(filter(None, records))
        self.count += len(present)
        return "".join(present)

    def _whole(self, number: int, record: str) -> str:
        """Return ``record`` behind its number; nothing if it is blank or has other cells than the header.

        Optional cells that it ends before are added.
        """
        delimiters = record.count(self._delimiter)
        if delimiters != self._delimiters or self._fewest_delimiters < delimiters:
            if not delimiters and not record.strip():
                return ""
            delimiters = self._outside_quotes(record).count(self._delimiter)
            if not self._fewest_delimiters <= delimiters <= self._delimiters:
                self.broken.append(Broken.of(number, RowCode.FIELD_COUNT, record))
                return ""
        return f"{number}{self._delimiter}{record}{self._delimiter * (self._delimiters - delimiters)}\n"

    def _outside_quotes(self, record: str) -> str:
        """Return what of ``record``, whose quotes are paired, stands outside of them."""
        return "".join(record.split(self._quote)[::2]) if self._quote else record

    def _by_quotes(self, lines: list[str], first: int) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(lines, first):
            paired = line.count(self._quote) % 2 == 0
            if self._line_breaks and (self._open or not paired):
                yield from self._continued(number, line, ends=not paired)
            elif paired:
                yield number, line
            else:
                self.broken.append(Broken.of(number, RowCode.QUOTE_MALFORMED, line))

    def _continued(self, number: int, line: str, *, ends: bool) -> Iterator[tuple[int, str]]:
        """Add ``line`` to the open record, or open one; yield the record once its quotes are paired."""
        ends = ends and bool(self._open)
        if not self._open:
            self._opened_on = number
        self._open.append(line)
        if len(self._open) > MAX_RECORD_LINES:
            raise self._never_closed()
        if ends:
            record = "\n".join(self._open)
            if len(record) > MAX_RECORD_CHARACTERS or not self._well_formed.fullmatch(record):
                raise self._never_closed()
            self._open.clear()
            yield self._opened_on, record

    def _never_closed(self) -> FileRejectedError:
        return FileRejectedError(FileCode.MALFORMED_CSV, f"a quote opened on line {self._opened_on} is not closed")


def _joined(lines: Iterable[str], quote: str) -> Iterator[str]:
    record = ""
    for line in lines:
        record += line
        if record.count(quote) % 2 == 0:
            yield record
            record = ""


def _well_formed(dialect: Dialect) -> re.Pattern[str]:
    """Match a record that any reader splits alike: each cell quoted as a whole, or not starting with a quote."""
    delimiter = re.escape(dialect.delimiter)
    if not dialect.quote_char:
        return re.compile(r"[^\n]*")
    quote = re.escape(dialect.quote_char)
    quoted = f" *+{quote}(?:[^{quote}]|{quote}{quote})*+{quote} *+"
    plain = f"(?! *{quote})[^{delimiter}\\n]*+"
    return re.compile(f"(?:{quoted}|{plain})(?:{delimiter}(?:{quoted}|{plain}))*+")
