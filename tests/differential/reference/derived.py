"""Fields that are made of others: their texts are joined, and a part is taken that all of the text must agree with."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.differential.reference.answer import Fault
from tests.differential.reference.cells import Cells
from tests.differential.reference.patterns import full_match


def all_fields(layout: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the file's fields and those that are made of them."""
    return [*layout["schema"]["fields"], *(made["field"] for made in layout.get("derived", ()))]


def captures_of(layout: Mapping[str, Any]) -> set[str]:
    """Return the captures that something in a row is made of."""
    columns = {field["name"] for field in layout["schema"]["fields"]}
    mapped = {function["capture"] for function in layout["mapping"].values() if function["function"] == "captured"}
    closing = {field["closing"]["capture"] for field in all_fields(layout) if "closing" in field}
    return mapped | closing | {name for made in layout.get("derived", ()) for name in made["of"]} - columns


def file_fields(layout: Mapping[str, Any], name: str) -> list[str]:
    """Return the file's fields of which the field ``name`` is made: itself, if it is one of them."""
    columns = [field["name"] for field in layout["schema"]["fields"]]
    made = next((one for one in layout.get("derived", ()) if one["field"]["name"] == name), None)
    return [one for one in made["of"] if one in columns] if made else [name]


def with_derived(layout: Mapping[str, Any], cells: Cells, facts: Mapping[str, str]) -> tuple[Cells, list[Fault]]:
    """Return the row with the derived fields as well, and FIELD_FORMAT for texts that are not as agreed.

    What is made of a value of another type is of another type itself.
    """
    texts, faults, mistyped = dict(cells.texts), list[Fault](), set(cells.mistyped)
    present = {name: text for name, text in cells.texts.items() if text is not None}
    for made in layout.get("derived", ()):
        name = made["field"]["name"]
        is_there = not present.keys().isdisjoint(made["of"])
        texts[name] = text_of(made, {**facts, **present}) if is_there else None
        if is_there and texts[name] is None and not made["field"].get("optional"):
            faults.append(Fault.of(name, "FIELD_FORMAT"))
        if mistyped & set(made["of"]):
            mistyped.add(name)
    return replace(cells, texts=texts, mistyped=frozenset(mistyped)), faults


def text_of(made: Mapping[str, Any], texts: Mapping[str, str]) -> str | None:
    """Return the text of a derived field, made of ``texts``; None if its pattern does not match."""
    joined = str(made.get("separator", " ")).join(texts[one] for one in made["of"] if one in texts)
    if "pattern" not in made:
        return joined or None
    found = full_match(made["pattern"], joined)
    return (found[1] or None) if found else None
