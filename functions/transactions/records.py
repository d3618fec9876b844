"""What a reader hands to the engine: the file's records, numbered by their lines, in one plain shape."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import msgspec

from transactions.codes import RowCode
from transactions.layout import Layout
from transactions.sql import SHOWN_CHARACTERS

MAX_RECORD_CHARACTERS = 250_000
"""No record is longer. Four bytes a character at most: well below the engine's limit of a line, 2 MB."""


class Broken(msgspec.Struct, frozen=True):
    """A record that cannot be split into cells. ``line`` is where it begins, ``text`` its beginning."""

    line: int
    code: RowCode
    text: str

    @classmethod
    def of(cls, line: int, code: RowCode, record: str) -> Self:
        """Keep of ``record`` what is shown of it: a file may have millions of broken ones."""
        return cls(line, code, record[:SHOWN_CHARACTERS])


class Records(msgspec.Struct, frozen=True):
    """The file's records, counted independently of the engine.

    Each record stands in ``path`` (UTF-8, line feeds) behind the number of the partner's line on which it begins: a CSV
    record as it was written, behind its own delimiter; a JSON record on one line, behind tabs, and behind its number in
    the array too, since several records may begin on a line. Blank lines, the header and what stands above it are left
    out; ``broken`` records are held back. ``count`` is the number in ``path``. ``columns`` are the names of the
    fields in the file's order.
    """

    layout: Layout
    path: Path
    columns: tuple[str, ...]
    count: int
    captures: Mapping[str, str]
    broken: tuple[Broken, ...] = ()
