"""Files of partners, made for a test: every one with content of its own, and with customer data to look for."""

import json
from dataclasses import dataclass
from decimal import Decimal

from transactions.layouts.catalog import LayoutCatalog

_LAYOUTS = LayoutCatalog.load()
_ALPINE = _LAYOUTS.get("alpine-2025")

CUSTOMER = "Quastenflosser"
IBAN = "ZZ77PLANTED0000004711"
BAD_CELL = "unreadable-Nachtschatten"
CUSTOMER_DATA = (CUSTOMER, IBAN, BAD_CELL)
"""Cells that stand in every file of these tests, and must stand in no log, alert or audit row."""


@dataclass(frozen=True)
class Booking:
    """One row: its booking date, amount and currency as written in the file."""

    day: str
    amount: str
    currency: str = "CHF"


def alpine_csv(mark: str, *bookings: Booking) -> bytes:
    """Write a statement; ``mark`` makes its ids, and so its content, unlike that of any other test."""
    rows = [
        {
            "transaction_id": f"{mark}-{number}",
            "account": IBAN,
            "booking_date": booking.day,
            "amount": booking.amount,
            "currency": booking.currency,
            "counterparty_name": CUSTOMER,
            "counterparty_iban": IBAN,
        }
        for number, booking in enumerate(bookings)
    ]
    lines = [",".join(row.get(column, "") for column in _ALPINE.header) for row in rows]
    return "\n".join([",".join(_ALPINE.header), *lines, ""]).encode()


def obie_json(mark: str, *bookings: Booking) -> bytes:
    """Write a document of unsigned amounts and their direction."""
    transactions = [
        {
            "AccountId": IBAN,
            "TransactionId": f"{mark}-{number}",
            "Status": "Booked",
            "Amount": {"Amount": booking.amount.lstrip("-"), "Currency": booking.currency},
            "CreditDebitIndicator": "Debit" if booking.amount.startswith("-") else "Credit",
            "BookingDateTime": f"{booking.day}T10:00:00Z",
            "MerchantDetails": {"MerchantName": CUSTOMER},
        }
        for number, booking in enumerate(bookings)
    ]
    return json.dumps({"Data": {"Transaction": transactions}}).encode()


def sums(*bookings: Booking) -> dict[str, tuple[int, Decimal]]:
    """Count and sum bookings by currency."""
    found: dict[str, tuple[int, Decimal]] = {}
    for booking in bookings:
        count, total = found.get(booking.currency, (0, Decimal(0)))
        found[booking.currency] = (count + 1, total + Decimal(booking.amount))
    return found
