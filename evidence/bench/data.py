"""Invented transactions, the same rows in several formats, one in a hundred of them bad. Same seed, same bytes."""

import csv
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TextIO

from evidence.bench.flaws import FLAWS, Flaw, Format

if TYPE_CHECKING:
    from _csv import Writer

ROWS_PER_BAD_ROW: Final = 100
BYTES_PER_CSV_ROW: Final = 134
"""About what a row of ``csv`` takes, to come from a size to a number of rows."""
RECEIVED_AT: Final = datetime(2025, 11, 3, 6, 0, tzinfo=UTC)

DAYS: Final = 31
"""Booking dates of a file."""

_FIRST_DAY = date(2025, 10, 1)
_ISO_DAYS = tuple(f"{_FIRST_DAY + timedelta(days=day)}" for day in range(DAYS))
_KINDS = ("CARD", "TRANSFER", "DEBIT", "FEE")
_MINOR_UNITS = {"EUR": 2, "CHF": 2, "USD": 2, "JPY": 0}
_CURRENCIES = ("EUR", "EUR", "EUR", "CHF", "USD", "JPY", "EUR", "CHF")
_GIVEN_NAMES = ("Mara", "Piotr", "Hanna", "Ilse", "Jonte", "Orla", "Zoë", "Søren", "Lucía", "Édouard")
_FAMILY_NAMES = ("Lindqvist", "Zielonka", "Virtanen", "Tiedemann", "Habermann", "Pennant", "Quastenberg", "Nørrevang")
_NAMES = tuple(f"{given} {family}" for given in _GIVEN_NAMES for family in _FAMILY_NAMES)
_PURPOSES = ("Rent", "Salary", "Invoice", "Groceries, weekly", "Refund", 'Order "blue"', "Membership", "Two nights")


class Transaction(NamedTuple):
    """One row before it is written. ``minor`` and ``balance`` count minor units of the currency."""

    number: int
    account: int
    day: int
    minor: int
    currency: str
    kind: str
    name: str
    counterparty: int
    purpose: str
    balance: int


Cells = dict[str, str | int]


def rows_of(megabytes: int) -> int:
    """Return how many rows make a CSV file of about ``megabytes`` (10^6 bytes)."""
    return megabytes * 1_000_000 // BYTES_PER_CSV_ROW


def write(path: Path, file_format: Format, rows: int, seed: int) -> None:
    """Write ``rows`` transactions to ``path``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        _WRITERS[file_format](file, _with_flaws(rows, seed, file_format))


def _transactions(rows: int, seed: int) -> Iterator[Transaction]:
    random_bits = random.Random(seed).getrandbits  # noqa: S311 - invented data, no secret
    for number in range(rows):
        bits = random_bits(96)
        minor = (bits & 0xFFFFF) % 400_000 + 1
        yield Transaction(
            number=number,
            account=(bits >> 20 & 0xFF) % 200,
            day=(bits >> 28 & 0xFF) % DAYS,
            minor=minor if bits >> 36 & 3 == 0 else -minor,
            currency=_CURRENCIES[bits >> 38 & 7],
            kind=_KINDS[bits >> 41 & 3],
            name=_NAMES[(bits >> 43 & 0xFFFF) % len(_NAMES)],
            counterparty=bits >> 59 & 0xFFFF,
            purpose=_PURPOSES[bits >> 75 & 7],
            balance=bits >> 76,
        )


def _with_flaws(rows: int, seed: int, file_format: Format) -> Iterator[tuple[Transaction, Flaw | None]]:
    """Give one row of every hundred a flaw, each kind in its turn. The first row is always good."""
    place = random.Random(seed + 1).randrange  # noqa: S311 - invented data, no secret
    flaws = cycle(FLAWS[file_format])
    transactions = _transactions(rows, seed)
    while block := list(islice(transactions, ROWS_PER_BAD_ROW)):
        bad = place(1, ROWS_PER_BAD_ROW)
        for position, transaction in enumerate(block):
            yield transaction, next(flaws) if position == bad else None


def _plain(minor: int, currency: str) -> str:
    if not _MINOR_UNITS[currency]:
        return str(minor)
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02}"


def _cells(row: Transaction) -> Cells:
    day = _ISO_DAYS[row.day]
    return {
        "transaction_id": f"AB-{row.number:09}",
        "account": f"CH11000000000000{row.account:05}",
        "booking_date": day,
        "value_date": day if row.kind != "CARD" else "",
        "amount": _plain(row.minor, row.currency),
        "currency": row.currency,
        "type": row.kind,
        "counterparty_name": row.name,
        "counterparty_iban": f"SE22000000000000{row.counterparty:05}",
        "remittance_information": f"{row.purpose} {row.number % 9973}",
        "balance": _plain(row.balance, row.currency),
    }


def _decimal_comma_cells(row: Transaction) -> Cells:
    year, month, day = _ISO_DAYS[row.day].split("-")
    booked = f"{day}.{month}.{year[2:]}"
    payer, payee = ("Jonte Habermann", row.name) if row.minor < 0 else (row.name, "Jonte Habermann")
    sign, amount = "-" if row.minor < 0 else "", abs(row.minor)
    return {
        "Buchungsdatum": booked,
        "Wertstellung": booked if row.kind != "CARD" else "",
        "Status": "Gebucht",
        "Zahlungspflichtige*r": payer,
        "Zahlungsempfänger*in": payee,
        "Verwendungszweck": f"{row.purpose} {row.number % 9973}",
        "Umsatztyp": "Ausgang" if row.minor < 0 else "Eingang",
        "IBAN": f"SE22000000000000{row.counterparty:05}",
        "Betrag (€)": f"{sign}{f'{amount // 100:,}'.replace(',', '.')},{amount % 100:02}",
        "Gläubiger-ID": "",
        "Mandatsreferenz": "",
        "Kundenreferenz": f"{row.number}",
    }


Rows = Iterator[tuple[Transaction, Flaw | None]]


def _write_csv(file: TextIO, rows: Rows) -> None:
    _write_table(csv.writer(file, lineterminator="\n"), rows, _cells)


def _write_decimal_comma(file: TextIO, rows: Rows) -> None:
    table = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
    table.writerow(["Girokonto", "DE02000000000000000001"])
    table.writerow(["Zeitraum:", "01.10.2025 - 31.10.2025"])
    table.writerow(["Kontostand vom 31.10.2025:", "1.204,50 €"])
    table.writerow([""])
    _write_table(table, rows, _decimal_comma_cells)


def _write_table(table: "Writer", rows: Rows, cells_of: Callable[[Transaction], Cells]) -> None:
    for row, flaw in rows:
        cells = cells_of(row)
        if not row.number:
            table.writerow(cells)
        if flaw:
            cells[flaw.field] = flaw.text
        table.writerow(cells.values())


Record = Callable[[Cells], str]


def _write_ndjson(file: TextIO, rows: Rows, record: Record) -> None:
    for cells in _with_their_flaws(rows):
        file.write(f"{record(cells)}\n")


def _write_json(file: TextIO, rows: Rows, record: Record) -> None:
    separator = "["
    for cells in _with_their_flaws(rows):
        file.write(f"{separator}\n{record(cells)}")
        separator = ","
    file.write("\n]\n")


def _with_their_flaws(rows: Rows) -> Iterator[Cells]:
    for row, flaw in rows:
        cells = _cells(row)
        if flaw:
            cells[flaw.field] = flaw.text
        yield cells


_TEXTS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_ESCAPED = json.JSONEncoder().encode
_NUMBERS: Final = ("amount", "balance")


def _with_numbers(cells: Cells) -> str:
    """Write amounts as numbers, names as they are, and the purpose with all that is not ASCII escaped."""
    texts = {name: cell for name, cell in cells.items() if name not in {*_NUMBERS, "remittance_information"}}
    purpose = _ESCAPED(f"{cells['remittance_information']}\nÜberweisung mit Gebühr")
    numbers = ",".join(f'"{name}":{cells[name]}' for name in _NUMBERS)
    return f'{_TEXTS(texts)[:-1]},{numbers},"remittance_information":{purpose}}}'


_WRITERS: Final[dict[Format, Callable[[TextIO, Rows], None]]] = {
    "csv": _write_csv,
    "ndjson": partial(_write_ndjson, record=_TEXTS),
    "json": partial(_write_json, record=_TEXTS),
    "ndjson-numbers": partial(_write_ndjson, record=_with_numbers),
    "json-numbers": partial(_write_json, record=_with_numbers),
    "decimal-comma": _write_decimal_comma,
}
