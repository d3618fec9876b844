"""Reads a CSV file in one streaming pass: decoded, counted and put into shape, before the engine sees it."""

from collections.abc import Iterable
from pathlib import Path

from transactions.codes import FileCode
from transactions.layouts.layout import Layout
from transactions.reading.csv_rows import CsvRows
from transactions.reading.headers import find_layout
from transactions.reading.intake import Intake, LastByte, utf8, whole_lines
from transactions.reading.parts import in_parts
from transactions.reading.records import Records
from transactions.reading.sections import SectionGuard


def read_csv(intake: Intake, layouts: Iterable[Layout], workdir: Path) -> Records:
    """Find the file's layout; its parts are read as they are asked for.

    Raises
    ------
    FileRejectedError
        If the file is empty or fits no layout. While the parts are read: if it is not of the layout's encoding, or
        cannot be split into records.
    """
    found = find_layout(intake.peek(), layouts)
    texts = LastByte(utf8(intake.chunks(), found.layout.encoding))
    blocks = whole_lines(texts, FileCode.MALFORMED_CSV)
    guard = SectionGuard(found) if found.layout.names_above_rows and not found.layout.sections else None
    parts = in_parts(blocks, CsvRows(found, texts, guard), found.layout, workdir)
    return Records(found.layout, found.columns, found.captures, parts, guard)
