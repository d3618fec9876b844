"""Random layouts: parts put together, and how a file of theirs is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.differential.generate import columns, parts
from tests.differential.generate.chance import chance, weighted
from tests.differential.generate.parts import Flow, Names, Part, Row, Spec

PARTNER = "bank"
_LONGEST = 1_000_000
"""Bytes that a record has at most."""


@dataclass(frozen=True)
class Drawn:
    """A layout, and the parts that fill the rows of its files."""

    layout: dict[str, Any]
    parts: Sequence[Part]

    def row(self, rng: Random) -> Row:
        """Fill one row: the text of each field."""
        flow: Flow = "in" if chance(rng, 0.4) else "out"
        return {name: cell for part in self.parts for name, cell in part.write(rng, flow).items()}

    def lengthen(self, rng: Random, rows: Sequence[Row]) -> bool:
        """Make a text of some files about as long as a record may be; return whether one is."""
        plain = [
            field["name"]
            for field in self.layout["schema"]["fields"]
            if field["type"] == "string" and not {"constraints", "format"} & set(field)
        ]
        if not rows or not plain or not chance(rng, 0.004):
            return False
        letters, longest = rng.choice(["x", "é", "; ", '"']), _LONGEST + rng.randint(-900, 100)
        rng.choice(rows)[rng.choice(plain)] = letters * (longest // len(letters.encode()))
        return True


def draw(rng: Random, file_format: str) -> Drawn:
    """Draw a layout."""
    names = Names(rng, json=file_format == "json")
    amount = weighted(
        rng,
        {
            parts.signed_amount: 4.0,
            parts.amount_with_direction: 2.0,
            parts.debit_credit: 2.0,
            parts.amount_by_account: 0.8,
        },
    )
    drawn = [
        columns.transaction_id(rng, names),
        parts.booking_date(rng, names),
        amount(rng, names),
        columns.currency(rng, names),
    ]
    optional = [columns.remittance, columns.kind, columns.parties]
    drawn += [make(rng, names) for make in optional if chance(rng, 0.6)]
    if chance(rng, 0.2):
        balance = rng.choice([parts.signed_amount, parts.amount_with_direction])
        drawn.append(balance(rng, names, "balance_after"))
    if chance(rng, 0.2):
        drawn.append(columns.unused(names))
    specs = [spec for part in drawn for spec in part.specs]
    _name_one_currency(specs, drawn[3].mapping["currency"])
    rng.shuffle(specs)
    layout: dict[str, Any] = {
        "name": "case",
        "partner": PARTNER,
        "title": "A case",
        "format": file_format,
        "schema": {"fields": specs},
        # What comes first stays: of two parts that know an account, the amount's says whose it is.
        "mapping": {column: function for part in reversed(drawn) for column, function in part.mapping.items()},
        "sample": {"accepted": 0, "totals": {}},
    }
    if drops := [drop for part in drawn for drop in part.drop]:
        layout["drop"] = _with_further(rng, drops, specs)
    if chance(rng, 0.15):
        layout["schema"]["missingValues"] = rng.choice(
            [["", "--"], ["", "NULL", "null"], ["", "0", "n/a"], ["", "?", "--", "x", "NULL", "0.00"]]
        )
    if chance(rng, 0.5):
        layout["limits"] = {"rejectedShare": weighted(rng, {1.0: 6.0, 0.0: 1.0, 0.1: 1.0, 0.5: 1.0, 0.25: 1.0})}
    if chance(rng, 0.1):
        key, most = rng.choice([("bookingDates", 10), ("spanDays", 90), ("ageDays", 90)])
        layout["limits"] = {**layout.get("limits", {}), key: rng.randint(1, most)}
    return Drawn(layout, drawn)


def _name_one_currency(specs: list[Spec], currency: Spec) -> None:
    """Let no code stand beside a number where all rows are of another currency."""
    if currency.get("value", "EUR") != "EUR":
        for spec in specs:
            if " EUR" in spec.get("suffixes", []):
                spec["suffixes"].remove(" EUR")


def _with_further(rng: Random, drops: list[Spec], specs: list[Spec]) -> list[Spec]:
    """Let a condition sometimes ask for more."""
    if chance(rng, 0.2):
        return [{**drops[0], "also": [{"field": rng.choice(specs)["name"], "values": [""]}]}, *drops[1:]]
    return drops
