"""Fields that are made of others. They have dice of their own, as sections have."""

from random import Random
from typing import Any

from tests.differential.generate.chance import chance

Row = dict[str, str]
_OF_A_COLUMN = {"name", "header", "headerPattern", "optional"}
_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"(.+?)(?: \(refund [0-9.]+\))?", ("{}", "{} (refund 89.84)", "{}(refund 89.84)")),
    (r"(.+?)(?: as of .+)?", ("{}", "{} as of 2025-01-14", "{} as of")),
    (r"(?:Card|Cash): (.+)", ("Card: {}", "Cash: {}", "card: {}", "{}")),
    (r"([^ ]*)(?: .*)?", ("{}", "{} more", " {}")),
)
"""Patterns that take a part of a text, and how the part stands in it, rightly or not."""


def add(dice: Random, layout: dict[str, Any], rows: list[Row]) -> None:
    """Let some layouts make fields of a part of a column, or of several, and write ``rows`` accordingly."""
    if not chance(dice, 0.2):
        return
    fields, joined = layout["schema"]["fields"], layout.get("continuationLines", {}).get("join", ())
    free = [
        field["name"]
        for field in fields
        if "jsonType" not in field and field["name"] not in joined and not field["name"].startswith("$")
    ]
    layout["derived"] = []
    for name in dice.sample(free, min(len(free), dice.randint(1, 3))):
        _take_part(dice, layout, rows, name)
    texts = [name for name in free if _field(layout, name)["type"] == "string"]
    if len(texts) > 1 and "remittance_information" in layout["mapping"] and chance(dice, 0.4):
        _join(dice, layout, dice.sample(texts, 2))
    if not layout["derived"]:
        del layout["derived"]


def _take_part(dice: Random, layout: dict[str, Any], rows: list[Row], name: str) -> None:
    """Let what the field ``name`` was be a part of its text."""
    field, (pattern, ways) = _field(layout, name), dice.choice(_PARTS)
    column = {key: value for key, value in field.items() if key in _OF_A_COLUMN} | {"type": "string"}
    part = {key: value for key, value in field.items() if key not in _OF_A_COLUMN} | {"name": f"part of {name}"}
    if chance(dice, 0.2):
        part["optional"] = True
    layout["schema"]["fields"] = [column if one is field else one for one in layout["schema"]["fields"]]
    layout["derived"].append({"of": [name], "pattern": pattern, "field": part})
    parts = layout["mapping"]["amount"].get("currencies", {})
    for function in (*layout["mapping"].values(), *parts.values()):
        words = {"credit", "debit"} if function["function"] == "amount_with_direction" else set()
        _rename(function, name, part["name"], {"field", "unless", "fee", "of", "payer", "payee", "direction"} - words)
        _rename(function, name, part["name"], {"credit", "debit"} - words)
    for drop in layout.get("drop", ()):
        for condition in (drop, *drop.get("also", ())):
            _rename(condition, name, part["name"], {"field"})
    for row in rows:
        if row.get(name):
            row[name] = (ways[0] if chance(dice, 0.7) else dice.choice(ways)).format(row[name])


def _join(dice: Random, layout: dict[str, Any], names: list[str]) -> None:
    """Let the text be several columns, or a fact as well."""
    facts = [capture["name"] for capture in layout.get("captures", ())]
    made: dict[str, Any] = {"of": [*names, *facts[:1]], "field": {"name": "all of it", "type": "string"}}
    if chance(dice, 0.6):
        made["separator"] = dice.choice(["", "-", ", "])
    if chance(dice, 0.3):
        made["pattern"] = dice.choice(["(.*?)[0-9]*", "([^-]*).*"])
    layout["derived"].append(made)
    layout["mapping"]["remittance_information"] = {"function": "text", "field": "all of it"}


def _rename(part: dict[str, Any], old: str, new: str, keys: set[str]) -> None:
    for key in keys & part.keys():
        if part[key] == old:
            part[key] = new
        elif isinstance(part[key], list):
            part[key] = [new if name == old else name for name in part[key]]


def _field(layout: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(field for field in layout["schema"]["fields"] if field["name"] == name)
    return found
