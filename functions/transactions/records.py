"""What a reader hands to the engine: the file's records, part by part, in one plain shape."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import msgspec

from transactions.codes import RowCode
from transactions.layout import Layout
from transactions.sql import SHOWN_CHARACTERS

MAX_RECORD_CHARACTERS = 250_000
"""No record is longer. Four bytes a character at most: well below the engine's limit of a line, 2 MB."""
PART_BYTES = 16 << 20
"""A part is complete once it is as large: the engine works on one while the next is read."""


class Broken(msgspec.Struct, frozen=True):
    """A record that cannot be split into cells. ``line`` is where it begins, ``text`` its beginning."""

    line: int
    code: RowCode
    text: str

    @classmethod
    def of(cls, line: int, code: RowCode, record: str) -> Self:
        """Keep of ``record`` what is shown of it: a file may have millions of broken ones."""
        return cls(line, code, record[:SHOWN_CHARACTERS])


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Consecutive records in a file for the engine (UTF-8, line feeds), counted independently of it.

    Of a CSV file, each line from ``first_line`` on is one of ``rows``, so that a row's place tells its line. Lines
    that are no record of their own are rows of placeholders, and ``left_out`` has their numbers: blank lines, lines
    that belong to the record above, ``broken`` records.

    Of a JSON document, each record is a row: behind tabs, its number in the document and its line, since several
    records may begin on a line, then its text and the fields around it.
    """

    path: Path
    rows: int
    first_line: int = 1
    left_out: tuple[int, ...] = ()
    broken: tuple[Broken, ...] = ()

    @property
    def count(self) -> int:
        """The number of records that the engine must find."""
        return self.rows - len(self.left_out)


class Records(msgspec.Struct, frozen=True):
    """The file's records. ``columns`` are the names of the fields in the file's order, ``captures`` the facts above.

    To go through ``parts`` is to read the file: a FileRejectedError may come at any of them. A part's file is the
    consumer's to remove.
    """

    layout: Layout
    columns: tuple[str, ...]
    captures: Mapping[str, str]
    parts: Iterator[Part]
