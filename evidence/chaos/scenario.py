"""Draws a scenario from a seed: what partners upload, and what breaks meanwhile."""

import json
import random
from dataclasses import dataclass
from typing import Final

ALPINE: Final = "alpine"
OBIE: Final = "obie"
_PARTNERS: Final = {ALPINE: "csv", OBIE: "json"}

ACCIDENTS: Final = "accidents.json"
"""The file in the emulator's folder, its working directory, that says which accidents happen."""

_COLUMNS: Final = (
    "transaction_id,account,booking_date,value_date,amount,currency,type,"
    "counterparty_name,counterparty_iban,remittance_information,balance"
)
_CURRENCIES: Final = ("CHF", "EUR", "GBP")
_DAYS: Final = tuple(f"2025-11-{day:02}" for day in range(1, 7))
_LARGE_ROWS: Final = (15, 40)
"""Rows of a file that outgrows the threshold of these runs, and takes the direct route."""


@dataclass(frozen=True, kw_only=True)
class PlannedRow:
    """One booking as its partner wrote it; a bad one has an amount that nobody can read."""

    transaction_id: str
    day: str
    amount: str
    currency: str
    good: bool


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a file says. A refused one has no column or record that its partner's layout knows."""

    partner: str
    rows: tuple[PlannedRow, ...]
    refused: bool

    def encode(self) -> bytes:
        """Write the file as its partner does."""
        if self.refused:
            marks = [row.transaction_id for row in self.rows]
            return json.dumps({"nothing": marks}).encode() if self.partner == OBIE else "\n".join(marks).encode()
        return _obie(self.rows) if self.partner == OBIE else _alpine(self.rows)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One upload, some seconds after the one before."""

    pause: float
    key: str
    content: Content


@dataclass(frozen=True, kw_only=True)
class Storm:
    """What breaks while the files are processed.

    Attributes
    ----------
    duplicates
        Share of the events that come twice.
    delay
        Seconds by which events are late at most, each by its own: they overtake each other.
    failing, lost, throttled
        Share of the state machine's calls that are throttled, or carried out without their answer coming back; share
        of the functions' own calls that are throttled.
    permission
        Which of the deployed roles' permissions is taken away, as a number without limit; None for none.
    kills
        Seconds after which a function's process is killed.
    abort
        Seconds after which a running execution is stopped; None for never.
    """

    duplicates: float
    delay: float
    failing: float
    lost: float
    throttled: float
    permission: int | None
    kills: tuple[float, ...]
    abort: float | None


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A scenario follows from its seed alone."""

    seed: int
    deliveries: tuple[Delivery, ...]
    storm: Storm


def draw(seed: int) -> Scenario:
    """Draw the scenario of a seed."""
    dice = random.Random(seed)  # noqa: S311 no secret
    return Scenario(seed=seed, deliveries=tuple(_deliveries(dice, seed)), storm=_storm(dice, seed))


def _deliveries(dice: random.Random, seed: int) -> list[Delivery]:
    deliveries: list[Delivery] = []
    for number in range(dice.randint(4, 9)):
        before = [delivery.key for delivery in deliveries]
        if before and _chance(dice, 0.45):
            key = dice.choice(before)
        else:
            partner = dice.choice(list(_PARTNERS))
            key = f"incoming/{partner}/seed {seed}/file-{number}.{_PARTNERS[partner]}"
        partner = key.split("/")[1]
        known = [delivery.content for delivery in deliveries if delivery.content.partner == partner]
        content = dice.choice(known) if known and _chance(dice, 0.3) else _content(dice, partner, f"{seed}-{number}")
        pause = 0.0 if _chance(dice, 0.6) else dice.uniform(0.0, 0.8)
        deliveries.append(Delivery(pause=pause, key=key, content=content))
    return deliveries


def _content(dice: random.Random, partner: str, mark: str) -> Content:
    count = dice.randint(*_LARGE_ROWS) if _chance(dice, 0.3) else dice.randint(2, 6)
    bad = {dice.randrange(1, count)} if _chance(dice, 0.25) else set()
    rows = tuple(
        PlannedRow(
            transaction_id=f"{mark}-{number}",
            day=dice.choice(_DAYS),
            amount=f"{dice.choice(['', '-'])}{dice.randint(1, 99999)}.{dice.randint(0, 99):02}",
            currency=dice.choice(_CURRENCIES),
            good=number not in bad,
        )
        for number in range(count)
    )
    return Content(partner=partner, rows=rows, refused=_chance(dice, 0.1))


def _storm(dice: random.Random, seed: int) -> Storm:
    def sometimes(chance: float, value: float) -> float:
        return value if _chance(dice, chance) else 0.0

    # One kind of lasting trouble at a time: the promise is to survive any single one, and repeated accidents besides.
    lasting = dice.choice(["permission", "permission", "calls", "functions", "none"])
    return Storm(
        duplicates=sometimes(0.6, 0.4),
        delay=sometimes(0.6, 1.5),
        failing=0.15 if lasting == "calls" else 0.0,
        lost=0.15 if lasting == "calls" else 0.0,
        throttled=0.15 if lasting == "functions" else 0.0,
        permission=seed if lasting == "permission" else None,
        kills=tuple(dice.uniform(0.5, 5.0) for _ in range(dice.choice([0, 0, 1, 2, 3]))),
        abort=dice.uniform(0.5, 4.0) if _chance(dice, 0.2) else None,
    )


def _chance(dice: random.Random, share: float) -> bool:
    return dice.random() < share


def _alpine(rows: tuple[PlannedRow, ...]) -> bytes:
    lines = [
        f"{row.transaction_id},CH01,{row.day},,{row.amount if row.good else 'unreadable'},{row.currency},CARD,,,,"
        for row in rows
    ]
    return "\n".join([_COLUMNS, *lines, ""]).encode()


def _obie(rows: tuple[PlannedRow, ...]) -> bytes:
    transactions = [
        {
            "AccountId": "70001",
            "TransactionId": row.transaction_id,
            "Status": "Booked",
            "Amount": {"Amount": row.amount.lstrip("-") if row.good else "unreadable", "Currency": row.currency},
            "CreditDebitIndicator": "Debit" if row.amount.startswith("-") else "Credit",
            "BookingDateTime": f"{row.day}T10:00:00Z",
        }
        for row in rows
    ]
    return json.dumps({"Data": {"Transaction": transactions}}).encode()
