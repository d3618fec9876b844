"""The columns of the benchmark's rows, in their order. Imports nothing that a contender would pay for."""

from typing import Final

COLUMNS: Final = (
    "transaction_id",
    "account",
    "booking_date",
    "value_date",
    "amount",
    "currency",
    "type",
    "counterparty_name",
    "counterparty_iban",
    "remittance_information",
    "balance",
)
