"""Draws a scenario from a seed: what partners upload, and what breaks meanwhile."""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

ALPINE: Final = "alpine"
OBIE: Final = "obie"
BROOK: Final = "brook"
_PARTNERS: Final = {ALPINE: "csv", OBIE: "json", BROOK: "csv"}
_ACCOUNTS: Final = {ALPINE: "CH01", OBIE: "70001"}
"""The account of all rows; that of the third partner's stands in a file's name."""
_BROOKS_ACCOUNTS: Final = ("A1", "B2")
_BROOKS_STATEMENTS: Final = ("1", "2")
_BROOKS_NAME: Final = re.compile(r"account_(?P<account>\w+?)_statement_(?P<statement>[0-9]+)_")

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
_UPLOADS: Final = (4, 9)
_UPLOADS_WITH_JOB: Final = (2, 3)
"""Fewer, as each of them may start Spark twice."""


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
        return {OBIE: _obie, BROOK: _brook, ALPINE: _alpine}[self.partner](self.rows)


@dataclass(frozen=True, kw_only=True)
class PlannedUpload:
    """One upload, some seconds after the one before."""

    pause: float
    key: str
    content: Content


def account_of(key: str) -> str:
    """Return the account of a file's rows, by its key."""
    named = _BROOKS_NAME.search(key)
    return named["account"] if named else _ACCOUNTS[key.split("/")[1]]


def delivery_of(key: str) -> str:
    """Return the delivery of a file: from its name, or its key."""
    named = _BROOKS_NAME.search(key)
    return f"{named['account']} {named['statement']}" if named else key


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """A file that is taken back once all is calm: one of the completed, by ``number``, and what comes after it.

    With ``again`` the same content is submitted once more, under a key of its own.
    """

    number: int
    again: bool


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
    killed_runs, stopped_runs
        Seconds after which a process of one of the job's runs is killed, or a run is stopped.
    timed_out
        Share of the job's runs that have next to no time.
    """

    duplicates: float
    delay: float
    failing: float
    lost: float
    throttled: float
    permission: int | None
    kills: tuple[float, ...]
    abort: float | None
    killed_runs: tuple[float, ...] = ()
    stopped_runs: tuple[float, ...] = ()
    timed_out: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A scenario follows from its seed alone."""

    seed: int
    uploads: tuple[PlannedUpload, ...]
    storm: Storm
    withdrawal: Withdrawal | None


def draw(seed: int, *, with_job: bool = False) -> Scenario:
    """Draw the scenario of a seed; ``with_job`` says that its larger files are those of the job."""
    dice = random.Random(seed)  # noqa: S311 no secret
    uploads = tuple(_uploads(dice, seed, count=dice.randint(*(_UPLOADS_WITH_JOB if with_job else _UPLOADS))))
    storm = _storm(dice, seed)
    if with_job:
        storm = _with_runs(dice, storm)
    withdrawal = Withdrawal(number=dice.randrange(100), again=_chance(dice, 0.5)) if _chance(dice, 0.4) else None
    return Scenario(seed=seed, uploads=uploads, storm=storm, withdrawal=withdrawal)


def renamed(key: str, mark: str) -> str:
    """Return a key for the same file under another name: of the same account and statement, where its name has them."""
    stem, _, extension = key.rpartition(".")
    return f"{stem}{mark}.{extension}"


def _uploads(dice: random.Random, seed: int, *, count: int) -> list[PlannedUpload]:
    uploads: list[PlannedUpload] = []
    for number in range(count):
        before = [upload.key for upload in uploads]
        if before and _chance(dice, 0.45):
            key = dice.choice(before)
        else:
            partner = dice.choice(list(_PARTNERS))
            key = f"incoming/{partner}/seed {seed}/{_name(dice, partner)}{number}.{_PARTNERS[partner]}"
        partner = key.split("/")[1]
        known = [upload.content for upload in uploads if upload.content.partner == partner]
        if known and _chance(dice, 0.3):
            content = dice.choice(known)
        else:
            content = _content(dice, partner, f"{seed}-{number}", known)
        pause = 0.0 if _chance(dice, 0.6) else dice.uniform(0.0, 0.8)
        uploads.append(PlannedUpload(pause=pause, key=key, content=content))
    return uploads


def _name(dice: random.Random, partner: str) -> str:
    if partner != BROOK:
        return "file-"
    return f"account_{dice.choice(_BROOKS_ACCOUNTS)}_statement_{dice.choice(_BROOKS_STATEMENTS)}_"


def _content(dice: random.Random, partner: str, mark: str, known: Sequence[Content]) -> Content:
    """Write new rows, and beside them some that an earlier file has, of which one may have another amount."""
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
    shared = _shared(dice, dice.choice(known).rows) if known and _chance(dice, 0.4) else ()
    return Content(partner=partner, rows=(*rows, *shared), refused=_chance(dice, 0.1))


def _shared(dice: random.Random, rows: Sequence[PlannedRow]) -> tuple[PlannedRow, ...]:
    chosen = [row for row in rows if row.good and _chance(dice, 0.6)]
    return tuple(replace(row, amount="1.01") if _chance(dice, 0.2) else row for row in chosen)


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


def _with_runs(dice: random.Random, storm: Storm) -> Storm:
    """Let what takes longer with a job happen later, and break its runs as well."""
    return replace(
        storm,
        abort=None if storm.abort is None else dice.uniform(1.0, 40.0),
        killed_runs=tuple(dice.uniform(4.0, 40.0) for _ in range(dice.choice([0, 1, 2]))),
        stopped_runs=tuple(dice.uniform(4.0, 40.0) for _ in range(dice.choice([0, 0, 1]))),
        timed_out=0.3 if _chance(dice, 0.2) else 0.0,
    )


def _chance(dice: random.Random, share: float) -> bool:
    return dice.random() < share


def _alpine(rows: tuple[PlannedRow, ...]) -> bytes:
    lines = [
        f"{row.transaction_id},CH01,{row.day},,{row.amount if row.good else 'unreadable'},{row.currency},CARD,,,,"
        for row in rows
    ]
    return "\n".join([_COLUMNS, *lines, ""]).encode()


def _brook(rows: tuple[PlannedRow, ...]) -> bytes:
    lines = list[str]()
    for currency in dict.fromkeys(row.currency for row in rows):
        own = [row for row in rows if row.currency == currency]
        lines += [f"Currency,{currency}", "id,day,amount"]
        lines += [f"{row.transaction_id},{row.day},{row.amount if row.good else 'unreadable'}" for row in own]
    return "\n".join([*lines, ""]).encode()


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
