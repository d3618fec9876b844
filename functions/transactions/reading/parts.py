"""Writes what a reader makes of a file, part by part."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from msgspec.structs import replace

from transactions.errors import FileRejectedError
from transactions.layouts.layout import Dialect, Layout
from transactions.reading.csv_cells import Cells
from transactions.reading.records import Part

PART_BYTES = 16 << 20
"""A part is complete once it is as large: some are loaded by the engine while the next one is read."""
Block_contra = TypeVar("Block_contra", contravariant=True)


class Rows(Protocol[Block_contra]):
    """Makes the engine's rows of a file, block by block, and keeps account of them."""

    def from_block(self, block: Block_contra) -> bytes:
        """Return the rows of ``block``."""

    def end(self) -> bytes:
        """Return the rows that are left at the end of the file."""

    def part(self, path: Path) -> Part:
        """Describe the rows since the last part, which stand in ``path``."""


def in_parts(
    blocks: Iterator[Block_contra],
    rows: Rows[Block_contra],
    layout: Layout,
    workdir: Path,
    part_bytes: int = PART_BYTES,
) -> Iterator[Part]:
    """Write the rows of ``blocks`` below ``workdir``, in files of about ``part_bytes`` each.

    Raises
    ------
    FileRejectedError
        If ``blocks`` or ``rows`` refuse the file; it names the layout.
    """
    number = 0
    try:
        block = next(blocks, None)
        while block is not None:
            path, number = workdir / f"records-{number}", number + 1
            with path.open("wb") as copy:
                while block is not None and copy.tell() < part_bytes:
                    copy.write(rows.from_block(block))
                    block = next(blocks, None)
                if block is None:
                    copy.write(rows.end())
            yield rows.part(path)
    except FileRejectedError as error:
        raise FileRejectedError(error.code, error.detail, layout=layout.name) from error


def numbered_rows(part: Part, dialect: Dialect) -> Iterator[tuple[int, str]]:
    """Yield the rows of a part of a CSV file, each with its number; a row may span lines where its cells may.

    A row with a quote that the file escapes has it doubled in the part, for the engine: here it is escaped again.
    """
    own, cells, row, number = Cells(dialect), Cells(replace(dialect, escape_char=None)), "", part.first
    with part.path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            row += line
            if not (dialect.line_breaks_in_cells and cells.is_open(row)):
                row = row.removesuffix("\n")
                is_own = not dialect.escape_char or own.split(row) == cells.split(row)
                yield number, row if is_own else own.write_own(cells.split(row) or [])
                row, number = "", number + 1
