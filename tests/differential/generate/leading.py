"""Lines with facts above the rows of files without a header. They have dice of their own, as sections have."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.differential.generate.chance import chance

_PATTERN = "Konto[: ]+([A-Z0-9]+)"
_FACTS = ("DE02", "0012345", "X9")


def add(dice: Random, layout: dict[str, Any], facts: dict[str, str]) -> None:
    """Let some layouts without a header capture a fact from the lines above the rows."""
    if layout["dialect"].get("header", True) or "account_id" in layout["mapping"] or not chance(dice, 0.7):
        return
    layout["captures"] = [{"name": "account", "pattern": _PATTERN, "source": "preamble"}]
    layout["mapping"]["account_id"] = {"function": "captured", "capture": "account"}
    facts["preamble"] = dice.choice(_FACTS)


def lines(
    dice: Random,
    layout: dict[str, Any],
    facts: dict[str, str],
    written: Callable[[list[str]], str],
    rows: list[list[str]],
) -> list[str]:
    """Write the lines above the rows: mostly one with the fact, sometimes in a record like a row."""
    if layout["dialect"].get("header", True) or "preamble" not in facts:
        return []
    found = [f"Konto: {facts['preamble']}"] if chance(dice, 0.95) else []
    if rows and chance(dice, 0.3):
        found = [written(_record(dice, layout, rows[0], facts["preamble"]))]
    if chance(dice, 0.2):
        again = f"Konto: {facts['preamble']}"
        found.append(dice.choice(["", "  ", "Statement", "Total", "Konto: 77", "Konto:", again, again]))
    return found


def _record(dice: Random, layout: dict[str, Any], row: list[str], fact: str) -> list[str]:
    """Put the fact in a text of a row, and often a word into a text that only certain words may be."""
    fields, cells = layout["schema"]["fields"], list(row)
    free = [place for place, field in enumerate(fields) if field["type"] == "string" and "constraints" not in field]
    constrained = [place for place, field in enumerate(fields) if "constraints" in field]
    if constrained and chance(dice, 0.8):
        cells[dice.choice(constrained)] = "~H"
    if free:
        cells[dice.choice(free)] = f"Konto: {fact}"
    return cells
