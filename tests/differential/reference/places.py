"""Whether what a column is made of stands in its place among the cells of a line."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.differential.reference.dates import has_shape
from tests.differential.reference.derived import all_fields, text_of
from tests.differential.reference.mapping import fields_of
from tests.differential.reference.numbers import read_number

_SHAPES: dict[str, Callable[[str, dict[str, Any]], bool]] = {
    "date": has_shape,
    "datetime": has_shape,
    "number": lambda text, field: read_number(text, field) is not None,
}


def has_date(layout: Mapping[str, Any], cells: Mapping[str, str]) -> bool:
    """Return whether a booking date stands among ``cells``, written as the layout says."""
    return _has(layout, cells, "booking_date", "date", "datetime")


def has_amount(layout: Mapping[str, Any], cells: Mapping[str, str]) -> bool:
    """Return whether an amount stands among ``cells``, written as the layout says."""
    return _has(layout, cells, "amount", "number")


def _has(layout: Mapping[str, Any], cells: Mapping[str, str], column: str, *types: str) -> bool:
    missing = layout["schema"].get("missingValues", [""])
    present = {name: cell for name, cell in cells.items() if cell not in missing}
    fields = {field["name"]: field for field in all_fields(layout)}
    read = (fields[name] for name in fields_of(layout["mapping"][column]))
    return any(field["type"] in types and _is_there(layout, field, present) for field in read)


def _is_there(layout: Mapping[str, Any], field: dict[str, Any], present: Mapping[str, str]) -> bool:
    made = next((one for one in layout.get("derived", ()) if one["field"]["name"] == field["name"]), None)
    columns = {one["name"] for one in layout["schema"]["fields"]}
    if made and set(made["of"]) - columns:
        # A part of the text is a fact of the file: any other part is taken for such a text.
        return not present.keys().isdisjoint(made["of"])
    text = text_of(made, present) if made else present.get(field["name"])
    return text is not None and _SHAPES[field["type"]](text, field)
