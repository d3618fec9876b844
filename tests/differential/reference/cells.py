"""What stands in one row: the text of each field, and what a field asks of its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.differential.reference.answer import Fault
from tests.differential.reference.codes import is_iban
from tests.differential.reference.paths import list_of
from tests.differential.reference.patterns import full_match, search


@dataclass(frozen=True)
class Cells:
    """A row's cells by the fields' names: None where there is no value.

    ``mistyped`` are JSON values of another type. A JSON record ``repeats`` a name where a field is looked for, or in an
    object that nobody reads (``may_repeat``). ``path`` leads to it, where there are several.
    """

    line: int
    texts: dict[str, str | None]
    mistyped: frozenset[str] = frozenset()
    repeats: bool = False
    may_repeat: bool = False
    path: str = ""


def field_faults(layout: Mapping[str, Any], cells: Cells) -> list[Fault]:
    """Return what is wrong with the texts that have constraints or a format."""
    found = list[Fault]()
    for field in (*layout["schema"]["fields"], *(made["field"] for made in layout.get("derived", ()))):
        name, text = field["name"], cells.texts[field["name"]]
        if text is None or name in cells.mistyped or field["type"] != "string":
            continue
        codes = set[str]()
        pattern = field.get("constraints", {}).get("pattern")
        if pattern is not None and not full_match(pattern, text):
            codes.add("FIELD_FORMAT")
        if field.get("format", "default") != "default" and not is_iban(text, field["format"]):
            codes.add("IBAN_INVALID")
        if codes:
            found.append(Fault.of(name, *codes))
    return found


def is_dropped(layout: Mapping[str, Any], cells: Cells) -> bool:
    """Return whether one of the layout's conditions for rows that are no transactions holds."""
    return any(
        all(_holds(layout, condition, cells) for condition in (predicate, *predicate.get("also", ())))
        for predicate in layout.get("drop", ())
    )


def _holds(layout: Mapping[str, Any], condition: Mapping[str, Any], cells: Cells) -> bool:
    text = cells.texts[condition["field"]]
    made = [one["of"] for one in layout.get("derived", ()) if one["field"]["name"] == condition["field"]]
    columns = {field["name"] for field in layout["schema"]["fields"]}
    lists = {list_of(layout, name) for name in (made[0] if made else [condition["field"]]) if name in columns}
    if not lists & {"", cells.path}:
        return False
    if condition.get("pattern") is not None:
        return text is not None and bool(search(condition["pattern"], text))
    return (text or "") in condition["values"]
