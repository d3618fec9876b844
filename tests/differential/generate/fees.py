"""Fees beside an amount. They have dice of their own, as sections have."""

from random import Random
from typing import Any

from tests.differential.generate import numbers
from tests.differential.generate.chance import chance
from tests.differential.generate.names import listed

Row = dict[str, str]


def add(dice: Random, layout: dict[str, Any]) -> None:
    """Let some amounts have a fee, and some fees a sign."""
    function, fields = layout["mapping"]["amount"], layout["schema"]["fields"]
    if function["function"] == "debit_credit" and chance(dice, 0.3):
        fee = numbers.number_field(dice, "Charge")
        # A code beside it could be another currency than the rows'.
        fee.pop("suffixes", None)
        fields.insert(dice.randint(0, _required(fields)), fee)
        function["fee"] = dice.choice([fee["name"], [fee["name"]]])
    if function.get("fee") and chance(dice, 0.6):
        function["feeSign"] = dice.choice(["none", "agrees", "reverses"])


def fill(dice: Random, layout: dict[str, Any], rows: list[Row]) -> None:
    """Fill the fees that the rows do not have yet, or that have a sign; some rows have nothing else."""
    function = layout["mapping"]["amount"]
    function = next(iter(function.get("currencies", {}).values()), function)
    named, sign = function.get("fee", ()), function.get("feeSign", "none")
    for fee in listed(named):
        spec = next(field for field in layout["schema"]["fields"] if field["name"] == fee)
        for row in rows:
            if fee not in row or sign != "none":
                row[fee] = _written(dice, spec, signed=chance(dice, 0.03 if sign == "none" else 0.9))
            if "debit" in function and chance(dice, 0.15):
                row |= {function["debit"]: "", function["credit"]: ""}


def _written(dice: Random, spec: dict[str, Any], *, signed: bool) -> str:
    if chance(dice, 0.3):
        return ""
    if chance(dice, 0.02) and spec.get("jsonType") != "number":
        return numbers.odd_number(dice)
    sign = dice.choice(["-", "-", "", "+"]) if signed else ""
    return numbers.written(dice, spec, numbers.amount(dice, zero=0.2), sign)


def _required(fields: list[dict[str, Any]]) -> int:
    """Return how many fields there are down to the last that no row ends before."""
    return max((place for place, field in enumerate(fields, 1) if not field.get("optional")), default=0)
