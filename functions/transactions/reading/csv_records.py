"""Reads a CSV file in one streaming pass: decoded, counted and put into shape, before the engine sees it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace

from transactions.codes import FileCode, RowCode
from transactions.layouts.layout import Dialect, Layout
from transactions.reading.csv_rows import CsvRows, placeholder, well_formed
from transactions.reading.headers import find_layout
from transactions.reading.intake import Intake, utf8, whole_lines
from transactions.reading.parts import in_parts
from transactions.reading.records import Broken, Part, Records


def read_csv(intake: Intake, layouts: Iterable[Layout], workdir: Path) -> Records:
    """Find the file's layout; its parts are read as they are asked for.

    Raises
    ------
    FileRejectedError
        If the file is empty or fits no layout. While the parts are read: if it is not of the layout's encoding, or
        cannot be split into records.
    """
    found = find_layout(intake.peek(), layouts)
    blocks = whole_lines(utf8(intake.chunks(), found.layout.encoding), FileCode.MALFORMED_CSV)
    parts = in_parts(blocks, CsvRows(found), found.layout, workdir)
    return Records(found.layout, found.columns, found.captures, parts)


def hold_back_malformed(part: Part, dialect: Dialect, columns: int) -> Part:
    """Check exactly how every record is split into ``columns`` cells; hold back those that are not.

    What is left of the part is split alike by any reader: no record can run on past its end.
    """
    path, broken, left_out = part.path.with_suffix(".checked"), list(part.broken), set(part.left_out)
    whole, any_number = well_formed(dialect, columns), well_formed(dialect)
    with part.path.open(encoding="utf-8", newline="") as copy, path.open("w", encoding="utf-8", newline="") as checked:
        for number, row in enumerate(_rows(copy, dialect.quote_char), part.first):
            record = row.removesuffix("\n")
            if whole.fullmatch(record):
                checked.write(row)
                continue
            code = RowCode.FIELD_COUNT if any_number.fullmatch(record) else RowCode.QUOTE_MALFORMED
            broken.append(Broken.of(number, code, record))
            left_out.add(number)
            checked.write(f"{placeholder(dialect, columns)}\n")
    path.replace(part.path)
    return replace(part, broken=tuple(broken), left_out=tuple(left_out))


def _rows(lines: Iterable[str], quote: str | None) -> Iterator[str]:
    """Join the lines of each row: it ends where its quotes are paired."""
    row = ""
    for line in lines:
        row += line
        if not quote or row.count(quote) % 2 == 0:
            yield row
            row = ""
