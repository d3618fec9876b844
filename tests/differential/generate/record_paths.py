"""Several lists of records in one document. They have dice of their own, as the sections of CSV files have."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from random import Random
from typing import Any

from tests.differential.generate.chance import chance, some

OWN_PATH = "$recordPath"
_NAMES = ("pending", "credits", "x-2")


def add(dice: Random, layout: dict[str, Any], outer: dict[str, str]) -> Callable[[Any], Any]:
    """Let some layouts read several lists side by side; return what divides a document's list among them.

    ``outer`` gets the field that has a record's own path.
    """
    path = layout.get("recordPath", "")
    before, _, last = path.removesuffix("[*]").rpartition(".")
    if not path.endswith("[*]") or not before or not chance(dice, 0.4):
        return lambda document: document
    names = [last, *(some(dice, _NAMES, 2) or _NAMES[:1])]
    dice.shuffle(names)
    layout["recordPath"] = [f"{before}.{name}[*]" for name in names]
    if chance(dice, 0.6):
        outer[OWN_PATH] = OWN_PATH
        layout["schema"]["fields"].append({"name": OWN_PATH, "type": "string"})
        layout["mapping"]["bank_transaction_code"] = {"function": "text", "field": OWN_PATH}
        if chance(dice, 0.4):
            pending = {"field": OWN_PATH, "values": [dice.choice(layout["recordPath"])]}
            layout["drop"] = [*layout.get("drop", ()), pending]
    return partial(_divided, dice, names, steps_of(path))


def steps_of(path: str) -> list[str]:
    """Split a path from the root: names, and ``[*]`` for each array."""
    return [step for step in re.split(r"\.|(\[\*\])", path.removeprefix("$")) if step]


def _divided(dice: Random, names: list[str], steps: list[str], document: Any) -> Any:
    step, *further = steps
    if step == "[*]" and isinstance(document, tuple):
        return tuple(_divided(dice, names, further, element) for element in document)
    if not isinstance(document, list) or not all(isinstance(member, tuple) for member in document):
        return document
    members: list[tuple[str, Any]] = []
    for name, inner in document:
        if name != step:
            members.append((name, inner))
        elif further == ["[*]"] and isinstance(inner, tuple):
            members += _lists(dice, names, inner)
        else:
            members.append((name, _divided(dice, names, further, inner)))
    return members


def _lists(dice: Random, names: list[str], records: Iterable[Any]) -> list[tuple[str, Any]]:
    """Divide ``records`` among lists of these ``names``, some of which are left out if they are empty."""
    divided: dict[str, list[Any]] = {name: [] for name in names}
    for record in records:
        divided[dice.choice(names)].append(record)
    members: list[tuple[str, Any]] = []
    for name, portion in divided.items():
        if portion or chance(dice, 0.7):
            odd = chance(dice, 0.02)
            members.append((name, dice.choice([None, "text", [("a", 1)]]) if odd else tuple(portion)))
    dice.shuffle(members)
    return members
