"""One kind of bad file, and what must come of it."""

from enum import StrEnum

import msgspec

from tests.unit.transactions.support import alpine_file, good_rows
from transactions.codes import FileCode, RowCode, WarningCode
from transactions.layouts.layout import Layout
from transactions.results import FileFormat, Verdict

GOOD = 4
"""Good rows beside the bad ones."""


class Trap(StrEnum):
    """What the engine alone would do with a file."""

    ROWS_SWALLOWED = "an open quote swallows the rows below it"
    LONG_LINE = "a line that is too long ends the file without an error"
    HEADER_IGNORED = "cells are read by position, whatever the header says"
    ROWS_SCRAMBLED = "a test against many constants mixes up the rows, and so their lines"
    LINES_SHIFTED = "blank lines are not counted, so that errors name the wrong line"
    LINE_ENDS = "mixed line ends are an error, or no rows"
    ENCODING = "another encoding than UTF-8 is refused, or read wrong"
    GZIP_UNNAMED = "a gzip file without its extension has no rows and no error"
    LOOSE_NUMBERS = "a cast rounds, and takes exponents, spaces and underscores"
    LOOSE_DATES = "a cast takes other formats and words, and drops the zone"
    JSON_FLOATS = "numbers go through a float, and other types pass for them"
    NESTED_DOCUMENT = "a nested document is built in memory as a whole"
    BROKEN_DOCUMENT = "a broken array fails as a whole, and a broken line loses its text"
    EMPTY_FILE = "an empty file has no rows and no error"


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A file by its kind, and the outcome.

    ``lines`` are those of the first errors, in the order of code and line, where they matter. ``totals`` likewise.
    """

    name: str
    content: bytes
    partner: str = "alpine"
    format: FileFormat = "csv"
    layouts: tuple[Layout, ...] = ()
    file_code: FileCode | None = None
    accepted: int = 0
    rejected: int = 0
    dropped: int = 0
    errors: dict[RowCode, int] = {}
    warnings: dict[WarningCode, int] = {}
    lines: tuple[int, ...] = ()
    totals: dict[str, str] | None = None
    trap: Trap | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict that goes with the outcome."""
        if self.file_code:
            return "REJECTED"
        return "VALID_WITH_REJECTED_ROWS" if self.rejected else "VALID"


def refused(name: str, code: FileCode, content: bytes, **facts: object) -> Case:
    """Expect that the file is rejected before its rows are counted."""
    return msgspec.structs.replace(Case(name=name, content=content, file_code=code), **facts)


def among_good(name: str, row: str, errors: dict[RowCode, int], **facts: object) -> Case:
    """Expect that of an alpine file with good rows only ``row`` is rejected; it stands last."""
    content = alpine_file(*good_rows(GOOD), row)
    case = Case(name=name, content=content, accepted=GOOD, rejected=1, errors=errors, lines=(GOOD + 2,) * len(errors))
    return msgspec.structs.replace(case, **facts)
