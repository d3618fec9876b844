"""Tables of the overview's page: cells are HTML already, and on a narrow screen each row becomes a card."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple


class Column(NamedTuple):
    """A column's heading. Numbers are set right; the first column heads the rows."""

    heading: str
    number: bool = True


class Rows(NamedTuple):
    """Rows that belong together, below a heading that spans them; empty for none."""

    heading: str
    rows: Iterable[Sequence[str]]


NONE = "0"
"""Such a cell is shown softly, and not at all on a card."""


def cards(columns: Sequence[Column], groups: Iterable[Rows]) -> str:
    """Write a table; ``columns`` and the headings of ``groups`` are plain text."""
    heads = "".join(f"<th{_number(column)}>{escape(column.heading)}</th>" for column in columns)
    bodies = "\n".join(_body(columns, group) for group in groups)
    return f'<table class="cards">\n<thead><tr>{heads}</tr></thead>\n{bodies}\n</table>'


def _body(columns: Sequence[Column], group: Rows) -> str:
    heading = f'<tr class="group"><th colspan="{len(columns)}" scope="rowgroup">{escape(group.heading)}</th></tr>\n'
    rows = "\n".join(_row(columns, cells) for cells in group.rows)
    return f"<tbody>\n{heading if group.heading else ''}{rows}\n</tbody>"


def _row(columns: Sequence[Column], cells: Sequence[str]) -> str:
    first, *others = cells
    written = "".join(_cell(column, cell) for column, cell in zip(columns[1:], others, strict=True))
    return f'<tr><th scope="row">{first}</th>{written}</tr>'


def _cell(column: Column, cell: str) -> str:
    classes = " ".join(name for name, given in (("number", column.number), ("none", cell in {"", NONE})) if given)
    mark = f' class="{classes}"' if classes else ""
    return f'<td{mark} data-heading="{escape(column.heading)}">{cell}</td>'


def _number(column: Column) -> str:
    return ' class="number"' if column.number else ""
