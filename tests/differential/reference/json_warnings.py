"""What a JSON file is warned of: fields that no record has, arrays of objects that nobody reads."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tests.differential.reference.derived import file_fields
from tests.differential.reference.json_text import Node
from tests.differential.reference.mapping import REQUIRED, fields_of
from tests.differential.reference.paths import ARRAY, arrays_of, is_outer, list_of, paths_of, place_of, steps_of

Record = tuple[Node, tuple[Node, ...]]
"""A record, and the values within which it stands."""


def absent_fields(layout: Mapping[str, Any], records: Iterable[Record], lists: Collection[str]) -> tuple[int, int]:
    """Count the fields that a column or a drop reads and no record has, not even as null: at least, and at most.

    The rejected rows of a file show that its records have none of the fields. ``lists`` are those with records.
    """
    drops = [condition for drop in layout.get("drop", ()) for condition in (drop, *drop.get("also", ()))]
    used = {name for function in layout["mapping"].values() for name in fields_of(function)}
    used |= {condition["field"] for condition in drops}
    used = {one for name in used for one in file_fields(layout, name)}
    fields = [field for field in layout["schema"]["fields"] if field["name"] in used and not field.get("optional")]
    found, perhaps = set[str](), set[str]()
    for record, around in records:
        here = {field["name"] for field in fields if _leads(*place_of(layout, field["name"], record, around))}
        # Where a name stands twice, nobody knows which of them counts.
        (perhaps if any(node.repeats for node in record.walk()) else found).update(here)
    absent = {field["name"] for field in fields} - found
    inner = {field["name"] for field in fields if not is_outer(layout, field["name"])}
    missed = {name for name in absent if list_of(layout, name) in {"", *lists}}
    return (0 if inner <= absent else len(missed - perhaps)), len(missed)


def unread_arrays(layout: Mapping[str, Any], root: Node) -> dict[str, Node]:
    """Return the paths of arrays of objects outside of the records, with the first object of each."""
    ignored, found = {*layout.get("ignoredArrays", ()), *arrays_of(layout)}, dict[str, Node]()
    for path in paths_of(layout):
        for array, first in _beside(root, steps_of(path), "$", ignored):
            found.setdefault(array, first)
    return {path: first for path, first in found.items() if path not in ignored}


def is_like_a_record(layout: Mapping[str, Any], node: Node) -> bool:
    """Return whether an object has, for each column that every row needs, one of the fields in records that make it."""
    made = (fields_of(layout["mapping"][column]) for column in REQUIRED)
    fields = [[one for name in names for one in file_fields(layout, name)] for names in made]
    inner = [[name for name in names if not is_outer(layout, name)] for names in fields]
    ways = [[name.removeprefix(f"{list_of(layout, name)}.").split(".") for name in names] for names in inner if names]
    return bool(ways) and all(any(_has(node, way) for way in of_column) for of_column in ways)


def _has(node: Node, names: Sequence[str]) -> bool:
    value: Node | None = node
    for name in names:
        value = value.member(name) if value is not None else None
    return value is not None and not value.is_null


def _leads(node: Node | None, names: Sequence[str]) -> bool:
    """Return whether there is a value at the end of ``names``, or null there or on the way."""
    if node is None:
        return False
    if not names or node.is_null:
        return True
    return any(_leads(inner, names[1:]) for own, inner in node.members if own == names[0])


def _beside(node: Node, steps: Sequence[str], path: str, known: Collection[str]) -> Iterator[tuple[str, Node]]:
    """Yield the arrays of objects beside the way to the records: the path, and the first object."""
    if not steps:
        return
    step, *further = steps
    if step == ARRAY:
        for element in node.elements:
            yield from _beside(element, further, path + ARRAY, known)
        return
    for name, inner in node.members:
        if name == step:
            yield from _beside(inner, further, f"{path}.{name}", known)
        else:
            yield from _arrays(inner, f"{path}.{name}", known)


def _arrays(node: Node, path: str, known: Collection[str]) -> Iterator[tuple[str, Node]]:
    """Yield the arrays of objects in a value; of those ``known`` nothing."""
    if node.kind == "array":
        if path + ARRAY in known:
            return
        first = next((element for element in node.elements if element.kind == "object"), None)
        if first:
            yield path + ARRAY, first
        else:
            for element in node.elements:
                yield from _arrays(element, path + ARRAY, known)
    elif not node.repeats:
        for name, inner in node.members:
            yield from _arrays(inner, f"{path}.{name}", known)
