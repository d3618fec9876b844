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


def with_derived(layout: Mapping[str, Any], cells: Cells, facts: Mapping[str, str]) -> tuple[Cells, list[Fault]]:
    """Return the row with the derived fields as well, and FIELD_FORMAT for texts that are not as agreed."""
    texts, faults = dict(cells.texts), list[Fault]()
    for made in layout.get("derived", ()):
        name, pattern = made["field"]["name"], made.get("pattern")
        present = any(cells.texts.get(one) is not None for one in made["of"])
        known = {**facts, **cells.texts}
        joined = made.get("separator", " ").join(text for one in made["of"] if (text := known[one]) is not None)
        texts[name] = joined if present else None
        if present and pattern is not None:
            found = full_match(pattern, joined)
            texts[name] = (found[1] or None) if found else None
            if texts[name] is None and not made["field"].get("optional"):
                faults.append(Fault.of(name, "FIELD_FORMAT"))
    return replace(cells, texts=texts), faults
