"""What a reader hands to the engine: the file's records, part by part, in one plain shape."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol, Self

import msgspec

from transactions.codes import RowCode
from transactions.layouts.layout import Layout
from transactions.results import EXAMPLES_PER_CODE, ErrorExample
from transactions.sql import SHOWN_CHARACTERS

MAX_RECORD_BYTES = 1_000_000
"""No record is longer, in UTF-8: well below the engine's limit of a line, 2 MB."""
MAX_RECORD_LINES = 100
"""A quote that is not closed so many lines further down was never meant to span them."""


class Broken(msgspec.Struct, frozen=True):
    """A record that cannot be split into cells. ``line`` is where it begins, ``text`` its beginning.

    ``rule`` says in words what is asked of it.
    """

    line: int
    code: RowCode
    rule: str
    text: str

    @classmethod
    def from_record(cls, line: int, code: RowCode, rule: str, record: str) -> Self:
        """Keep of ``record`` what is shown of it: a file may have millions of broken ones."""
        return cls(line, code, rule, record[:SHOWN_CHARACTERS])


class Skipped(msgspec.Struct, frozen=True):
    """Lines that are no records of their own: how many, and the beginnings of the first, by line."""

    count: int = 0
    first: tuple[tuple[int, str], ...] = ()

    def followed_by(self, further: Self) -> Self:
        """Add lines that stand further down."""
        return type(self)(self.count + further.count, (*self.first, *further.first)[:EXAMPLES_PER_CODE])


class Section(msgspec.Struct, frozen=True):
    """Rows from the line ``first`` on, down to the next section, that have the same captured ``facts``."""

    first: int
    facts: Mapping[str, str]


class ChecksLines(Protocol):
    """Looks at the lines of a file that are no accepted rows."""

    def check(self, number: int, line: str) -> None:
        """Raise FileRejectedError if the file must not be read because of this line."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Consecutive records in a file for the engine (UTF-8, line feeds), counted independently of it.

    Where records are lines, each of the partner's lines is one of ``rows``, and ``first`` the number of the first of
    them, so that a row's place gives its line. Lines that are no record of their own are rows of placeholders, and
    ``placeholders`` has their numbers: blank lines, lines that belong to the record above, ``broken`` records.

    ``skipped`` are lines that are no records, by the rule of the layout that says so, such as ``dialect.footer``;
    ``joined`` are those that continue one. ``sections`` are those
    that its rows belong to, in order; none where the whole file is one. ``warnings`` are of the file so far; they
    reject nothing.

    Of a JSON document, each record is a row, and ``first`` the number of the first of them in the document. Before its
    text stands its line, since several records may begin on one; behind its text the fields around it.
    """

    path: Path
    rows: int
    first: int = 1
    placeholders: tuple[int, ...] = ()
    broken: tuple[Broken, ...] = ()
    skipped: Mapping[str, Skipped] = {}
    joined: Skipped = Skipped()
    sections: tuple[Section, ...] = ()
    warnings: tuple[ErrorExample, ...] = ()

    @property
    def count(self) -> int:
        """The number of records that the engine must find."""
        return self.rows - len(self.placeholders)


class Records(msgspec.Struct, frozen=True):
    """The file's records. ``columns`` are the names of the fields in the file's order.

    ``captures`` are the facts above the rows: of a file with sections, above the first ones. ``guard`` is to check the
    line of each row that is not accepted.

    To go through ``parts`` is to read the file: a FileRejectedError may come at any of them. A part's file is the
    consumer's to remove.
    """

    layout: Layout
    columns: tuple[str, ...]
    captures: Mapping[str, str]
    parts: Iterator[Part]
    guard: ChecksLines | None = None
