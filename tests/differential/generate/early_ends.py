"""Rows that end before the last columns of the header."""

from collections.abc import Iterator
from random import Random
from typing import Any

from tests.differential.generate.chance import chance

_REQUIRED = ("transaction_id", "account_id", "booking_date", "amount", "currency")


def add(rng: Random, layout: dict[str, Any]) -> None:
    """Let rows end before those of the last columns that decide nothing."""
    fields, dialect = layout["schema"]["fields"], layout["dialect"]
    if not dialect.get("header", True) or dialect.get("anyOrder") or any(field.get("optional") for field in fields):
        return
    mapped = [function for column, function in layout["mapping"].items() if column in _REQUIRED]
    needed = {*_texts([mapped, layout.get("drop", []), layout.get("derived", [])])}
    most = next((count for count, field in enumerate(reversed(fields)) if field["name"] in needed), 0)
    if most and chance(rng, 0.4):
        for field in fields[-rng.randint(1, most) :]:
            field["optional"] = "inRows"


def row(rng: Random, layout: dict[str, Any], cells: list[str]) -> list[str]:
    """Let some rows end early."""
    most = sum(field.get("optional") == "inRows" for field in layout["schema"]["fields"])
    return cells[: len(cells) - rng.randint(0, most)] if chance(rng, 0.5) else cells


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            yield from _texts([*value.values()])
