"""Dates without a year, and the closing date that gives it. They have dice of their own, as sections have."""

from datetime import timedelta
from random import Random
from typing import Any

from tests.differential.generate import dates
from tests.differential.generate.case import RECEIVED_ON
from tests.differential.generate.chance import chance

_WITHOUT_YEAR = {
    "%Y-%m-%d": "%m-%d", "%d.%m.%Y": "%d.%m.", "%m/%d/%Y": "%m/%d", "%d/%m/%Y": "%d/%m", "%Y%m%d": "%m%d",
    "%-d.%-m.%Y": "%-d.%-m.", "%-m/%-d/%y": "%-m/%-d", "%d %b %Y": "%d %b", "%b %-d, %Y": "%b %-d", "%d-%b-%y": "%d-%b",
}  # fmt: skip
_FORMATS = ("%Y-%m-%d", "%d-%b-%Y", "%d%m%y")
_ODD = ("2025-02-30", "31-Okt-2025", "", "251031")


def add(dice: Random, layout: dict[str, Any], facts: dict[str, str]) -> None:
    """Let the dates of some layouts have no year; ``facts`` then has the closing date."""
    fields = layout["schema"]["fields"]
    shortened = [field for field in fields if field["type"] == "date" and str(field["format"]) in _WITHOUT_YEAR]
    if not shortened or not chance(dice, 0.2):
        return
    closing: dict[str, Any] = {"capture": "closing", "format": dice.choice(_FORMATS)}
    if "%y" in closing["format"]:
        closing["pivot"] = 70
    for field in shortened:
        field["format"] = _WITHOUT_YEAR[field["format"]]
        field.pop("pivot", None)
        field["closing"] = closing
    above = layout["dialect"].get("header", True) and chance(dice, 0.5)
    if above:
        layout["dialect"]["headerWithin"] = 15
    pattern = "^Statement to ([0-9A-Za-z-]+)" if above else "_to_([0-9A-Za-z-]+)[.]"
    capture = {"name": "closing", "pattern": pattern, "source": "preamble" if above else "fileName"}
    layout["captures"] = [*layout.get("captures", ()), capture]
    on = RECEIVED_ON - timedelta(days=dice.randint(0, 40))
    facts["closing"] = dice.choice(_ODD) if chance(dice, 0.04) else dates.written(dice, closing, on)
    facts["closing in"] = capture["source"]


def lines(dice: Random, facts: dict[str, str]) -> list[str]:
    """Write the line above the header with the closing date, seldom none."""
    stands = facts.get("closing in") == "preamble" and not chance(dice, 0.04)
    return [f"Statement to {facts['closing']}"] if stands else []


def file_name(name: str, facts: dict[str, str]) -> str:
    """Add the closing date to the file's name, if it stands there."""
    in_name = facts.get("closing in") == "fileName"
    return f"{name.removesuffix('.csv')}_to_{facts['closing']}.csv" if in_name else name
