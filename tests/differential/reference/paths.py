"""Paths in a JSON document: to its records, and to the values of a field within or around them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.differential.reference.answer import RefusedError
from tests.differential.reference.json_text import Node

ARRAY = "[*]"

Group = list[tuple[Node, tuple[Node, ...]]]
"""Records that stand together, each with the values within which it stands: the root, an element of each array."""


def steps_of(path: str) -> list[str]:
    """Split a path from the root: names, and ``[*]`` for each array."""
    return [step for step in re.split(r"\.|(\[\*\])", path.removeprefix("$")) if step]


def paths_of(layout: Mapping[str, Any]) -> list[str]:
    """Return all paths to records."""
    declared = layout["recordPath"]
    return [declared] if isinstance(declared, str) else list(declared)


def arrays_of(layout: Mapping[str, Any]) -> set[str]:
    """Return the paths of the arrays of records, and of those on the way there."""
    return {path[: match.end()] for path in paths_of(layout) for match in re.finditer(re.escape(ARRAY), path)}


def groups_of(layout: Mapping[str, Any], root: Node) -> Iterator[Group]:
    """Yield the records at all paths; each of several stands as a member of the root, for its field."""
    paths = paths_of(layout)
    for path in paths:
        own = ("recordPath", Node("string", 0, 0, path))
        outermost = replace(root, members=(own, *root.members)) if len(paths) > 1 else root
        yield from records_at(root, steps_of(path), (outermost,))


def own_path(around: tuple[Node, ...]) -> str:
    """Return the path that leads to a record, where there are several; else nothing."""
    own = around[0].member("recordPath") if around else None
    return own.text if own else ""


def list_of(layout: Mapping[str, Any], name: str) -> str:
    """Return the path of the only records in which the field ``name`` is; nothing if it is in those of all paths."""
    declared = layout.get("recordPath")
    several = declared if isinstance(declared, list) else []
    return next((path for path in several if name.startswith(f"{path}.")), "")


def is_outer(layout: Mapping[str, Any], name: str) -> bool:
    """Return whether a field is around the records."""
    return name.startswith("$") and not list_of(layout, name)


def in_order(groups: Iterable[Group]) -> Group:
    """Return the records of all ``groups`` in the document's order."""
    return sorted((pair for group in groups for pair in group), key=lambda pair: pair[0].begin)


def records_at(node: Node, steps: list[str], around: tuple[Node, ...]) -> Iterator[Group]:
    """Yield the records of every array at the path's end, or the one record.

    Raises
    ------
    RefusedError
        If something other than an array, or than the one record, stands there, or than an object on the way there.
    """
    if not steps:
        if node.kind == "object":
            yield [(node, around)]
        elif not node.is_null:
            raise RefusedError("RECORD_PATH_MISSING")
        return
    step, *further = steps
    if step != ARRAY:
        if node.kind != "object" and not node.is_null:
            raise RefusedError("RECORD_PATH_MISSING")
        inner = node.member(step)
        if inner is not None:
            yield from records_at(inner, further, around)
    elif node.kind != "array":
        raise RefusedError("RECORD_PATH_MISSING")
    elif not further:
        yield [(element, around) for element in node.elements]
    else:
        for element in node.elements:
            yield from records_at(element, further, (*around, element))


def on_the_way(node: Node, steps: list[str]) -> Iterator[Node]:
    """Yield every object in which a name of the path is looked for."""
    if not steps:
        return
    step, *further = steps
    if step == ARRAY:
        for element in node.elements:
            yield from on_the_way(element, further)
    elif node.kind == "object":
        yield node
        for name, inner in node.members:
            if name == step:
                yield from on_the_way(inner, further)


def place_of(
    layout: Mapping[str, Any], name: str, record: Node, around: tuple[Node, ...]
) -> tuple[Node | None, list[str]]:
    """Return where a field's path begins, and the names that lead on from there; None in the records of other lists."""
    if not name.startswith("$"):
        return record, name.split(".")
    own = list_of(layout, name)
    if own:
        return record if own == own_path(around) else None, name.removeprefix(f"{own}.").split(".")
    _, _, names = name.removeprefix("$").rpartition(ARRAY)
    return around[name.count(ARRAY)], [step for step in names.split(".") if step]


def reached(node: Node | None, names: list[str]) -> tuple[Node | None, bool]:
    """Return what stands at the end of ``names``, and whether a name stands twice on the way there."""
    value: Node | None = node
    repeats = False
    for name in names:
        if value is None:
            break
        repeats = repeats or value.repeats
        value = value.member(name)
    return value, repeats
