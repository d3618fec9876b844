"""Lines that continue the row above them. They have dice of their own, as sections have."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from tests.differential.generate import texts
from tests.differential.generate.chance import chance

_ON_ONE_LINE = ("transaction_id", "account_id", "booking_date", "value_date", "amount", "currency")


def add(dice: Random, layout: dict[str, Any]) -> None:
    """Let some layouts have lines that continue a row."""
    if layout["dialect"].get("lineBreaksInCells") or not chance(dice, 0.25):
        return
    read = str([layout["mapping"].get(column) for column in _ON_ONE_LINE])
    fields = [field["name"] for field in layout["schema"]["fields"] if field["type"] == "string"]
    free = [name for name in fields if repr(name) not in read]
    if free:
        separator = dice.choice([" ", "", "/", " - "])
        joined = dice.sample(free, dice.randint(1, min(2, len(free))))
        layout["continuationLines"] = {"join": joined, "separator": separator}
        if layout["dialect"]["delimiter"] in separator:
            del layout["continuationLines"]["separator"]


def among(
    dice: Random, layout: dict[str, Any], lines: list[str], columns: Sequence[str], written: Callable[[list[str]], str]
) -> list[str]:
    """Put lines that continue a row behind some, and others that look as if they did."""
    declared, found = layout.get("continuationLines"), list[str]()
    for line in lines if declared else []:
        while chance(dice, 0.25):
            found.append(written(_cells(dice, layout, columns)) if chance(dice, 0.9) else "")
        found.append(line)
    return found if declared else lines


def _cells(dice: Random, layout: dict[str, Any], columns: Sequence[str]) -> list[str]:
    missing = layout["schema"].get("missingValues", [""])
    joined = layout["continuationLines"]["join"]
    cells = [dice.choice(missing) if chance(dice, 0.1) and missing else "" for _ in columns]
    for place, name in enumerate(columns):
        if name in joined and chance(dice, 0.8):
            cells[place] = texts.any_text(dice)
    if cells and chance(dice, 0.1):
        cells[dice.randrange(len(cells))] = dice.choice(["x", "1", "2025-10-01", " "])
    return cells
