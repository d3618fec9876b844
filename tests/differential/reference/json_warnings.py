"""What a JSON file is warned of: fields that no record has, arrays of objects that nobody reads."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tests.differential.reference.derived import file_fields
from tests.differential.reference.json_text import Node
from tests.differential.reference.mapping import fields_of
from tests.differential.reference.paths import ARRAY, arrays_of, paths_of, place_of, steps_of

Record = tuple[Node, tuple[Node, ...]]
"""A record, and the values within which it stands."""


def absent_fields(layout: Mapping[str, Any], records: Iterable[Record]) -> tuple[int, int]:
    """Count the fields that a column or a drop reads and no record has, not even as null: at least, and at most.

    The rejected rows of a file show that its records have none of the fields.
    """
    drops = [condition for drop in layout.get("drop", ()) for condition in (drop, *drop.get("also", ()))]
    used = {name for function in layout["mapping"].values() for name in fields_of(function)}
    used |= {condition["field"] for condition in drops}
    used = {one for name in used for one in file_fields(layout, name)}
    fields = [field for field in layout["schema"]["fields"] if field["name"] in used and not field.get("optional")]
    found, perhaps = set[str](), set[str]()
    for record, around in records:
        here = {field["name"] for field in fields if _leads(*place_of(field["name"], record, around))}
        # Where a name stands twice, nobody knows which of them counts.
        (perhaps if any(node.repeats for node in record.walk()) else found).update(here)
    absent = [field["name"] for field in fields if field["name"] not in found]
    inner = [field["name"] for field in fields if not field["name"].startswith("$")]
    least = len(set(absent) - perhaps)
    return (0 if set(inner) <= set(absent) else least), len(absent)


def unread_arrays(layout: Mapping[str, Any], root: Node) -> int:
    """Count the paths of arrays of objects outside of the records."""
    ignored = {*layout.get("ignoredArrays", ()), *arrays_of(layout)}
    beside = (_beside(root, steps_of(path), "$", ignored) for path in paths_of(layout))
    return len({array for arrays in beside for array in arrays} - ignored)


def _leads(node: Node, names: Sequence[str]) -> bool:
    """Return whether there is a value at the end of ``names``, or null there or on the way."""
    if not names or node.is_null:
        return True
    return any(_leads(inner, names[1:]) for own, inner in node.members if own == names[0])


def _beside(node: Node, steps: Sequence[str], path: str, known: Collection[str]) -> Iterator[str]:
    """Yield the paths of arrays of objects beside the way to the records."""
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


def _arrays(node: Node, path: str, known: Collection[str]) -> Iterator[str]:
    """Yield the arrays of objects in a value; of those ``known`` nothing."""
    if node.kind == "array":
        if path + ARRAY in known:
            return
        if any(element.kind == "object" for element in node.elements):
            yield path + ARRAY
        else:
            for element in node.elements:
                yield from _arrays(element, path + ARRAY, known)
    elif not node.repeats:
        for name, inner in node.members:
            yield from _arrays(inner, f"{path}.{name}", known)
