"""Quotes that are escaped in place of being doubled. They have dice of their own, as sections have."""

from random import Random
from typing import Any

from tests.differential.generate.chance import chance


def add(dice: Random, dialect: dict[str, Any]) -> None:
    """Let some dialects have an escape character."""
    if dialect.get("quoteChar", '"') and chance(dice, 0.15):
        dialect["escapeChar"] = "\\" if chance(dice, 0.9) else "?"


def written(rng: Random, dialect: dict[str, Any], cell: str) -> str:
    """Write a cell's text without the quotes around it, as the dialect says, and seldom otherwise."""
    quote, escape = dialect.get("quoteChar", '"'), dialect.get("escapeChar")
    if not escape:
        return cell.replace(quote, quote * 2)
    if chance(rng, 0.004):
        doubled, half = cell.replace(quote, quote * 2), cell.replace(quote, escape + quote)
        return rng.choice([cell, doubled, half, f"{cell}{escape}"])
    return cell.replace(escape, escape * 2).replace(quote, escape + quote)
