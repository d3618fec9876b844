"""Chooses where the currency of the amount stands: in a column beside it, in its header, or in its cells."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from cli.drafting import header_words as words
from cli.drafting.cell_words import CURRENCIES
from cli.drafting.columns import Column
from cli.drafting.filling import Filling, from_field, listed
from cli.drafting.words import plain
from transactions.currencies import MINOR_UNITS, VALIDITY
from transactions.layouts.layout_file import TO_DO

_CODE: Final = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_CURRENT: Final = MINOR_UNITS.keys() - VALIDITY.keys()
"""A code of a withdrawn currency may be the name of another one: RUR is still written for RUB."""
_NEARLY_ALL: Final = 0.7


def choose_currency(columns: Sequence[Column], amounts: Sequence[Column], captured: str = "") -> Filling:
    """Choose the currency of ``amounts`` among ``columns`` and what stands around the amounts, or is ``captured``."""
    if code := _in_names(amounts) or _in_cells(amounts):
        return Filling(column="currency", function={"function": "constant", "value": code})
    if captured:
        return Filling(column="currency", function={"function": "captured", "capture": "currency"})
    return _in_column(columns, amounts)


def _in_column(columns: Sequence[Column], amounts: Sequence[Column]) -> Filling:
    holding = [column for column in columns if _lookup(column) is not None]
    if not holding:
        question = "no column holds currency codes: which is it?"
        return Filling(column="currency", function={"function": "constant", "value": TO_DO}, questions=(question,))
    best = max(holding, key=lambda column: _nearness(column, columns, amounts))
    others = [column for column in holding if column is not best and column.cells != best.cells]
    if _is_of_another(best, amounts):
        question = f"which is it? {listed(holding)} rather belongs to what was paid in another currency"
        return Filling(column="currency", function={"function": "constant", "value": TO_DO}, questions=(question,))
    question = f"{best.name} or {listed(others)}? The amount must be in it" if others else ""
    empty = "" if best.share == 1 else f"rows without {best.name} are rejected: or is it a constant?"
    if all(value.upper() in _CURRENT for value in best.present) and any(value.islower() for value in best.present):
        filling = from_field("currency", "text", best, question, empty)
        return replace(filling, function=filling.function | {"upper": True})
    if table := _lookup(best):
        filling = from_field("currency", "lookup", best, question, empty)
        return replace(filling, function=filling.function | {"values": table})
    return from_field("currency", "text", best, question, empty)


def _in_names(amounts: Sequence[Column]) -> str:
    """Return the currency that the headers of the amounts name, if they name one."""
    found = {code_in(column.name) for column in amounts if column.is_number or not column.present}
    return found.pop() if len(found) == 1 else ""


def code_in(name: str) -> str:
    """Return the code of the one currency that ``name`` has a code or a sign of, or ""."""
    codes = {code for code in _CODE.findall(name) if code in _CURRENT}
    words = {*name.split(), *re.findall(r"[^\w\s()\[\]/.,:-]+", name), *re.split(r"[\s()\[\]/,:\uff08\uff09]+", name)}
    found = codes | {CURRENCIES[word.lower()] for word in words if word.lower() in CURRENCIES}
    return found.pop() if len(found) == 1 else ""


def _in_cells(amounts: Sequence[Column]) -> str:
    """Return the currency that stands beside every number, if it is one and no other currency has its sign."""
    cells = [cell for column in amounts if column.numbers for cell in column.numbers.cells if cell]
    signs = {(cell.prefix + cell.suffix).strip() for cell in cells}
    found = {sign if sign in _CURRENT else CURRENCIES.get(sign.lower(), "") for sign in signs}
    return found.pop() if len(found) == 1 else ""


def _lookup(column: Column) -> dict[str, str] | None:
    """Return a table of the column's signs and names of currencies, empty if it has codes; None if it has neither."""
    if column.is_date or column.is_number or not column.present:
        return None
    values = set(column.present)
    codes = {value for value in values if value in MINOR_UNITS and value.lower() not in CURRENCIES}
    if sum(value in codes for value in column.present) >= _NEARLY_ALL * len(column.present):
        return {}
    table = {value: _meant(value) for value in values}
    return {value: code for value, code in table.items() if code} if all(table.values()) else None


def _meant(value: str) -> str:
    upper = value.upper()
    return CURRENCIES.get(value.lower(), upper if upper in MINOR_UNITS else "")


def _nearness(column: Column, columns: Sequence[Column], amounts: Sequence[Column]) -> tuple[float, ...]:
    """Say how near a column of codes is to the amounts: of the same kind, object and words, and beside it."""
    amount = amounts[0] if amounts else column
    same_parent = column.name.rpartition(".")[0] == amount.name.rpartition(".")[0]
    own, its = set(plain(column.name).split()), set(plain(amount.name).split())
    places = [one.name for one in columns]
    distance = places.index(column.name) - places.index(amount.name)
    named = words.CURRENCY.found_in(column.name)
    return (
        -_is_of_another(column, amounts),
        named or column.share > _NEARLY_ALL,
        same_parent if "." in amount.name else 0,
        named,
        len(own & its),
        -len(own - its),
        -abs(distance - 1),
    )


def _is_of_another(column: Column, amounts: Sequence[Column]) -> bool:
    """Return whether the codes belong to a foreign or original amount, and ``amounts`` do not."""
    foreign = words.ORIGINAL.found_in(column.name) or words.BALANCE.found_in(column.name)
    return foreign and not any(words.ORIGINAL.found_in(amount.name) for amount in amounts)
