"""Lets the balances of a file's rows continue from row to row, mostly."""

from decimal import Decimal
from random import Random
from typing import Any

from tests.differential.generate import numbers
from tests.differential.generate.chance import chance
from tests.differential.reference.amounts import Till
from tests.differential.reference.cells import Cells
from tests.differential.reference.codes import CURRENCIES

Row = dict[str, str]


def add(rng: Random, layout: dict[str, Any], rows: list[Row]) -> None:
    """Let some layouts with a balance expect that it continues, and write it so into ``rows``."""
    balance = layout["mapping"].get("balance_after", {})
    if balance.get("function") != "amount" or balance.get("inverted") or chance(rng, 0.3):
        return
    layout["runningBalance"] = rng.choice(["ascending", "descending"])
    spec = next(field for field in layout["schema"]["fields"] if field["name"] == balance["field"])
    constant = layout["mapping"]["currency"].get("value", "EUR")
    if "currencies" in layout["mapping"]["amount"]:
        return
    running = Decimal(rng.randrange(10_000))
    for row in rows if layout["runningBalance"] == "ascending" else reversed(rows):
        running += _amount(layout, row, CURRENCIES[constant])
        if chance(rng, 0.05):
            running += 1
        row[spec["name"]] = "" if chance(rng, 0.03) else _written(rng, spec, running)


def _amount(layout: dict[str, Any], row: Row, minor_units: int) -> Decimal:
    texts = {field["name"]: row.get(field["name"]) or None for field in layout["schema"]["fields"]}
    return Till(layout, Cells(0, texts), minor_units).money(
        layout["mapping"]["amount"], required=True
    ).value or Decimal(0)


def _written(rng: Random, spec: dict[str, Any], balance: Decimal) -> str:
    if spec.get("minorUnits"):
        return f"{balance * 100:.0f}"
    return numbers.written(rng, {**spec, "scale": 5}, abs(balance), "-" if balance < 0 else "")
