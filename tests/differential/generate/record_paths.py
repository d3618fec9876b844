"""Several lists of records in one document. They have dice of their own, as the sections of CSV files have."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from random import Random
from typing import Any

from tests.differential.generate.chance import chance, some
from tests.differential.generate.names import listed

OWN_PATH = "$recordPath"
_AMOUNTS = ("amount", "amount_with_direction", "debit_credit")
_OF_ONE = {"text": "first_of", "date": "first_date"}
_OF_SEVERAL = (*_OF_ONE, "first_of", "join", "first_date", "by_direction")
_SEVERAL = ("of", "credit", "debit")
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


def tell_apart(dice: Random, layout: dict[str, Any]) -> None:
    """Let fields of some layouts be one for each list, which has the values under the same names."""
    paths, mapping = layout.get("recordPath"), layout["mapping"]
    if not isinstance(paths, list) or not chance(dice, 0.6):
        return
    if mapping["amount"]["function"] in _AMOUNTS and chance(dice, 0.5):
        mapping["amount"] = {
            "function": "amount_by_list",
            "lists": {path: _varied(dice, layout, mapping["amount"]) for path in paths},
        }
    for field in list(layout["schema"]["fields"]):
        name, fields = field["name"], layout["schema"]["fields"]
        if name.startswith("$") or not chance(dice, 0.5) or not all(_fits(part, name) for part in mapping.values()):
            continue
        own = [f"{path}.{name}" for path in paths]
        place = fields.index(field)
        fields[place : place + 1] = [{**field, "name": one} for one in own]
        for column, function in mapping.items():
            mapping[column] = _with_own(function, name, paths)
        for made in layout.get("derived", ()):
            made["of"] = [one for of in made["of"] for one in (own if of == name else [of])]
        for drop in layout.get("drop", ()):
            for condition in (drop, *drop.get("also", ())):
                condition["field"] = dice.choice(own) if condition["field"] == name else condition["field"]


def _varied(dice: Random, layout: dict[str, Any], function: dict[str, Any]) -> dict[str, Any]:
    """Let the numbers of a list be the other way round, or without a sign, where no words give the direction."""
    fields = [*layout["schema"]["fields"], *(made["field"] for made in layout.get("derived", ()))]
    worded = {field["name"] for field in fields if "debitWords" in field}
    if function["function"] != "amount" or function["field"] in worded:
        return function
    return {**function, **{key: True for key in ("inverted", "unsigned") if chance(dice, 0.3)}}


def _fits(function: dict[str, Any], name: str) -> bool:
    """Return whether ``function`` can read a field of each list in place of the field ``name``, if it reads that."""
    if name not in _read(function):
        return True
    if function["function"] == "amount_by_list":
        return True
    return function["function"] in _OF_SEVERAL and not function.get("upper")


def _read(function: dict[str, Any]) -> set[str]:
    if "lists" in function:
        return {name for own in function["lists"].values() for name in _read(own)}
    words = function["function"] == "amount_with_direction"
    keys = ("field", "unless", "payer", "payee", "direction", "of", "fee", *(() if words else ("credit", "debit")))
    named = [function[key] for key in keys if key in function]
    return {name for names in named for name in listed(names)}


def _with_own(function: dict[str, Any], name: str, paths: list[str]) -> dict[str, Any]:
    """Let ``function`` read the fields of the lists in place of the field ``name``."""
    if name not in _read(function):
        return function
    own = [f"{path}.{name}" for path in paths]
    if "lists" in function:
        lists = {path: _renamed(part, name, f"{path}.{name}") for path, part in function["lists"].items()}
        return {**function, "lists": lists}
    if function["function"] in _OF_ONE:
        return {"function": _OF_ONE[function["function"]], "of": own}
    return {
        key: [one for of in listed(value) for one in (own if of == name else [of])] if key in _SEVERAL else value
        for key, value in function.items()
    }


def _renamed(function: dict[str, Any], name: str, new: str) -> dict[str, Any]:
    words = {"credit", "debit"} if function["function"] == "amount_with_direction" else set()
    return {
        key: value
        if key in words or key == "function"
        else [new if one == name else one for one in value]
        if isinstance(value, list)
        else new
        if value == name
        else value
        for key, value in function.items()
    }


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
    if members and chance(dice, 0.05):
        members[-1] = ("undeclared", members[-1][1])
    dice.shuffle(members)
    return members
