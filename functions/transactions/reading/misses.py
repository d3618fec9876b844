"""How a file that fits no layout differs from one, without anything that may be customer data.

Fields are named as the layout names them. A cell of the file is named only in a line that is certain to be a header.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from transactions.layouts.fields import Field
from transactions.layouts.layout import Layout
from transactions.reading.shapes import first_unlike, shape_rule

COLUMNS_TOLD: Final = 5
_MOST_COMPARED: Final = 200
"""Cells of a line that are compared with names in any spelling: no bank's header has more."""
_HALF: Final = 0.5
_FEWEST_KNOWN: Final = 2
_MOST_CHARACTERS, _MOST_DIGITS = 40, 3
_LIKE_AN_ADDRESS: Final = re.compile(r"@|//|\w\.\w")
_SPELLINGS: Final[dict[str, Callable[[str], str]]] = {
    "a character that is not seen": lambda text: "".join(c for c in text if unicodedata.category(c) != "Cf"),
    "the composition of its characters": lambda text: unicodedata.normalize("NFC", text),
    "case": str.casefold,
    "white space": lambda text: "".join(text.split()),
}
"""How two spellings of a name differ, and what makes them the same: each works on what the one before it makes."""


class Miss(msgspec.Struct, frozen=True):
    """How near a file came to a layout: ``nearness`` is the share that fits."""

    nearness: float
    detail: str


def fields_of(cell: str, layout: Layout) -> list[Field]:
    """Return the fields that a cell of the header may stand for."""
    return [field for field in layout.schema.fields if field.match_header(cell)]


def miss_of_header(layout: Layout, rows: Sequence[Sequence[str]]) -> Miss:
    """Compare the layout's header with the one of ``rows`` that is most like it."""
    fields = layout.schema.fields
    row = max(rows, key=lambda cells: _names_in(cells, layout))
    meant = [fields_of(cell, layout) for cell in row]
    unknown = [cell for cell, found in zip(row, meant, strict=True) if not found]
    missing = [field for field in fields if field.in_every_header and not any(map(field.match_header, row))]
    respelled = dict(_respelled(missing, unknown))
    lacking = [field.name for field in missing if field.name not in respelled]
    for cell in respelled.values():
        unknown.remove(cell)
    told = [f"{name} differs only in {_difference(layout, name, cell)}" for name, cell in respelled.items()]
    if lacking:
        told.append(f"lacks {_listed(lacking, len(lacking))}")
    if unknown:
        told.append(_unknown(unknown, is_header=_is_header(row, layout, tuple(respelled.values()))))
    if not told:
        told.append(_out_of_order(layout, meant))
    return Miss(1 - (len(lacking) + len(unknown)) / (len(fields) + len(row)), f"{layout.name}: {'; '.join(told)}")


def miss_of_rows(layout: Layout, rows: Sequence[Sequence[str]], share: float) -> Miss:
    """Say what most of the first rows have that do not fit: a field that fails, or another number of cells."""
    detail = f"{layout.name}: {share:.0%} of the first rows fit"
    reasons = Counter(filter(None, (_reason(layout, cells) for cells in rows)))
    for reason, count in reasons.most_common(1):
        detail += f"; in {count} of {len(rows)}, {reason}"
    return Miss(share, detail)


def expected_cells(fewest: int, most: int) -> str:
    """Say how many cells a row has."""
    return f"{most}" if fewest == most else f"{fewest} to {most}"


def _reason(layout: Layout, cells: Sequence[str]) -> str:
    fewest, most = layout.fewest_cells, len(layout.names)
    if not fewest <= len(cells) <= most:
        return f"expected {expected_cells(fewest, most)} cells, found {len(cells)}"
    field = first_unlike(layout, layout.names, cells)
    return f"{field.name} is not {shape_rule(field)}" if field else ""


def _spelling(text: str, *, but: str = "") -> str:
    """Return what all spellings of a name have in common, ``but`` for one way in which they differ."""
    for difference, common in _SPELLINGS.items():
        text = text if difference == but else common(text)
    return text


def _names_in(cells: Sequence[str], layout: Layout) -> int:
    """Count the columns of the layout whose header is among ``cells``, in any spelling."""
    varying = [field for field in layout.schema.fields if field.header_pattern is not None]
    names = {_spelling(field.header_cell) for field in layout.schema.fields if field not in varying}
    spelled = {_spelling(cell) for cell in cells[:_MOST_COMPARED]}
    return len(names & spelled) + sum(any(map(field.match_header, cells)) for field in varying)


def _respelled(missing: Sequence[Field], unknown: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the fields whose name is there in another spelling, each with its cell."""
    cells = {_spelling(cell): cell for cell in unknown[:_MOST_COMPARED]}
    for field in missing:
        cell = cells.pop(_spelling(field.header_cell), None) if field.header_pattern is None else None
        if cell is not None:
            yield field.name, cell


def _difference(layout: Layout, name: str, cell: str) -> str:
    header = layout.field(name).header_cell
    needed = [way for way in _SPELLINGS if _spelling(cell, but=way) != _spelling(header, but=way)]
    return " and ".join(needed) or "spelling"


def _is_header(row: Sequence[str], layout: Layout, respelled: Sequence[str]) -> bool:
    """Return whether most cells of a line are names of the layout's columns: it is no row of data then."""
    names = {field.header_cell for field in layout.schema.fields if field.header_pattern is None}.union(respelled)
    cells = {cell for cell in row if cell.strip()}
    known = len(cells & names)
    return known >= _FEWEST_KNOWN and known > _HALF * len(cells)


def _unknown(cells: Sequence[str], *, is_header: bool) -> str:
    plain = (" ".join(cell.split()) for cell in cells)
    shown = [f'"{cell}"' for cell in plain if is_header and _is_name(cell)]
    if not shown:
        return "1 unknown column" if len(cells) == 1 else f"{len(cells)} unknown columns"
    return f"unknown {'column' if len(cells) == 1 else 'columns'} {_listed(shown, len(cells))}"


def _is_name(cell: str) -> bool:
    """Return whether a header's cell is shown: no number of an account or a card, no address, nothing that is long."""
    is_short = 0 < len(cell) <= _MOST_CHARACTERS and sum(map(str.isdigit, cell)) <= _MOST_DIGITS
    return is_short and cell.isprintable() and not _LIKE_AN_ADDRESS.search(cell)


def _listed(names: Sequence[str], count: int) -> str:
    """List the first ``names``, and say how many of all ``count`` are left out."""
    told = names[:COLUMNS_TOLD]
    return ", ".join(told) + (f" and {count - len(told)} more" if count > len(told) else "")


def _out_of_order(layout: Layout, meant: Sequence[Sequence[Field]]) -> str:
    of_several = next((fields for fields in meant if len(fields) > 1), ())
    if layout.dialect.any_order and of_several:
        return f"one column may be {' or '.join(field.name for field in of_several)}"
    return "columns in another order, or repeated"
