"""Tables and names that fit a console of any width without cutting a word in two."""

import re
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

_PIECE: Final = re.compile(r"[0-9a-f]{64}(?=\.)|[^/:_-]*[/:_-]+|[^/:_-]+")
"""A file's id before an ending, which no terminal of 80 columns has room for beside a label; or up to a separator."""
_UNLIMITED: Final = 1_000_000
_WIDE: Final = (0, 1, 0, 0)
_NARROW: Final = (0, 0, 0, 0)
"""Padding of a cell, besides the space that parts the columns."""


class FittingTable(Table):
    """A table; where the console is too narrow for the longest word of each column, a list of records instead."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for padding in (_WIDE, _NARROW):
            self.padding = padding
            if self._fit(console, options):
                yield from super().__rich_console__(console, options)
                return
        yield self._records()

    def _fit(self, console: Console, options: ConsoleOptions) -> bool:
        """Set the widths of the columns; False if the console has no room for them."""
        for column in self.columns:
            column.width = None
        ranges = [_column_range(console, options, column) for column in self.columns]
        unlimited = Measurement.get(console, options.update(max_width=_UNLIMITED), self)
        room = options.max_width - (unlimited.maximum - sum(found.maximum for found in ranges))
        if sum(found.minimum for found in ranges) > room:
            return False
        for column, width in zip(self.columns, _widths(ranges, room), strict=True):
            column.width = width
        return True

    def _records(self) -> RenderableType:
        """List the rows one below the other: a line for each cell, and one for all numbers."""
        records: list[RenderableType] = []
        labels = max(cell_len(str(column.header)) for column in self.columns if column.justify != "right")
        for cells in zip(*(column.cells for column in self.columns), strict=True):
            told = [pair for pair in zip(self.columns, cells, strict=True) if str(pair[1])]
            record = Table.grid(padding=(0, 1, 0, 0))
            record.add_column(style="dim", no_wrap=True, min_width=labels)
            record.add_column(overflow="fold")
            for column, cell in told:
                if column.justify != "right":
                    record.add_row(column.header, cell)
            numbers = [f"{column.header} {cell}" for column, cell in told if column.justify == "right"]
            records += ["", record, _Pieces(numbers, between=", ")] if numbers else ["", record]
        return Group(*records)


def _column_range(console: Console, options: ConsoleOptions, column: Column) -> Measurement:
    """Measure a column: as wide as its longest word at least, as its longest line at most."""
    unlimited = options.update(max_width=_UNLIMITED)
    found = [Measurement.get(console, unlimited, cell) for cell in (column.header, *column.cells)]
    maximum = max(one.maximum for one in found)
    return Measurement(maximum if column.no_wrap else max(one.minimum for one in found), maximum)


def _widths(ranges: list[Measurement], room: int) -> list[int]:
    """Give each column its least width, and what is left to those that want more, the narrowest first."""
    widths = [found.minimum for found in ranges]
    left = room - sum(widths)
    by_want = sorted(range(len(ranges)), key=lambda number: ranges[number].span)
    for place, number in enumerate(by_want):
        share = left // (len(by_want) - place)
        widths[number] += min(share, ranges[number].span)
        left -= min(share, ranges[number].span)
    return widths


class _Pieces:
    """Pieces of a text that stay whole where they can: lines end behind them."""

    def __init__(self, pieces: list[str], between: str = "") -> None:
        self._pieces = [*(piece + between for piece in pieces[:-1]), *pieces[-1:]]

    def __str__(self) -> str:
        return "".join(self._pieces)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widths = [cell_len(piece) for piece in self._pieces]
        return Measurement(max(widths, default=0), sum(widths))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = [""]
        for piece in self._pieces:
            if lines[-1] and cell_len(lines[-1] + piece.rstrip()) > options.max_width:
                lines.append("")
            lines[-1] += piece
        yield Text("\n".join(lines), overflow="fold")


class Name(_Pieces):
    """A key, a path, an ARN: its lines end behind a separator."""

    def __init__(self, text: str) -> None:
        super().__init__(_PIECE.findall(text))
