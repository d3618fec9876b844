"""Amounts in columns of their currency. They have dice of their own, as sections have."""

from random import Random
from typing import Any

from tests.differential.generate.chance import chance
from tests.differential.generate.names import listed

Row = dict[str, str]
_NUMBERS = ("field", "debit", "credit", "fee")
"""The keys of a function that name its fields with numbers."""
_CODES = ("EUR", "JPY", "BHD", "USD", "EEK")


def add(dice: Random, layout: dict[str, Any]) -> None:
    """Let some layouts have the amount in one of several columns, each of a currency."""
    function, fields = layout["mapping"]["amount"], layout["schema"]["fields"]
    if function["function"] not in {"amount", "debit_credit"} or not chance(dice, 0.12):
        return
    if any(field.get("headerPattern") or field.get("header") for field in fields):
        return
    currencies = dict[str, dict[str, Any]]()
    for number, code in enumerate(dice.sample(_CODES, dice.randint(2, 3))):
        currencies[code] = {key: _renamed(value, key, number) for key, value in function.items()}
    names = _numbers(function)
    for field in [field for field in fields if field["name"] in names]:
        for affix in ("prefixes", "suffixes"):
            # A code beside it is of one currency only.
            field.pop(affix, None)
        copies = [{**field, "name": _name(field["name"], number)} for number in range(1, len(currencies))]
        fields[:0] = copies if not field.get("optional") else [_without_optional(copy) for copy in copies]
    layout["mapping"]["amount"] = {"function": "amount_by_currency", "currencies": currencies}
    layout["mapping"]["currency"] = {"function": "by_amount"}


def fill(dice: Random, layout: dict[str, Any], rows: list[Row]) -> None:
    """Move the amount of some rows to another currency's fields; the others are empty, zero, or also have one."""
    function = layout["mapping"]["amount"]
    if function["function"] != "amount_by_currency":
        return
    first, *others = function["currencies"].values()
    for row in rows:
        own = dice.choice([first, *others])
        filled = {name: row[of] for of, name in zip(_numbers(first), _numbers(own), strict=True)}
        for part in (first, *others):
            row.update({name: _of_another(dice, filled) for name in _numbers(part)})
        row.update(filled)


def _of_another(dice: Random, filled: Row) -> str:
    if chance(dice, 0.03):
        return dice.choice([*filled.values(), "x"])
    return dice.choice(["0", "0.00"]) if chance(dice, 0.1) else ""


def _numbers(function: dict[str, Any]) -> list[str]:
    return [name for key in _NUMBERS for name in listed(function.get(key, ()))]


def _renamed(value: Any, key: str, number: int) -> Any:
    if key not in _NUMBERS:
        return value
    return [_name(name, number) for name in value] if isinstance(value, list) else _name(value, number)


def _name(name: str, number: int) -> str:
    return f"{name} {number}" if number else name


def _without_optional(field: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in field.items() if key != "optional"}
