"""Puts the choices together: how each column of the canonical record is filled, and in which state rows are dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from cli.drafting.amounts import choose_amount
from cli.drafting.columns import Column
from cli.drafting.currencies import choose_currency
from cli.drafting.days import choose_days
from cli.drafting.filling import Filling
from cli.drafting.lines import Facts
from cli.drafting.parties import choose_texts
from cli.drafting.unbooked import rows_to_drop, undecided_states

_ORDER: Final = (
    "transaction_id", "account_id", "booking_date", "value_date", "amount", "currency", "counterparty_name",
    "counterparty_account", "bank_transaction_code", "remittance_information", "balance_after",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """The fillings in the order of the record, the rows to drop, and the order of rows in which the balance runs.

    ``proven`` are the columns whose numbers the running balance confirms in every row, and ``questions`` what a person
    decides about rows to drop.
    """

    fillings: tuple[Filling, ...]
    drop: tuple[dict[str, Any], ...]
    running_balance: str = ""
    proven: tuple[Column, ...] = ()
    questions: tuple[str, ...] = ()

    def is_in_pair(self, column: Column) -> bool:
        """Return whether ``column`` is one of debits or of credits."""
        amount = next(filling for filling in self.fillings if filling.column == "amount")
        return amount.function["function"] == "debit_credit" and column in amount.columns

    def model_of(self, column: Column) -> Column | None:
        """Return the number as which ``column`` is written, if it is empty and another makes the amount with it."""
        pair = next(filling.columns for filling in self.fillings if filling.column == "amount")
        return next((one for one in pair if one.is_number), None) if column in pair and not column.is_number else None

    @property
    def words(self) -> set[str]:
        """The names of the columns whose words give a direction, whatever they look like."""
        return {filling.function["direction"] for filling in self.fillings if "direction" in filling.function}

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns that are read."""
        return tuple(column for filling in self.fillings for column in filling.columns)


def _currency(columns: Sequence[Column], amount: Filling, facts: Facts) -> Filling:
    if amount.function["function"] == "amount_by_currency":
        return Filling(column="currency", function={"function": "by_amount"})
    return choose_currency(columns, amount.columns, facts.currency)


def map_columns(columns: Sequence[Column], facts: Facts) -> Mapping:
    """Choose how ``columns`` and the ``facts`` above them fill the canonical record."""
    chosen = choose_amount(columns, of_card=facts.of_card)
    found = [chosen.amount, _currency(columns, chosen.amount, facts), *choose_days(columns)]
    if chosen.balance:
        found.append(chosen.balance)
    read = [column for filling in found for column in filling.columns]
    found += choose_texts([column for column in columns if column not in read])
    by_name = {filling.column: filling for filling in found}
    if facts.account and "account_id" not in by_name:
        by_name["account_id"] = Filling(column="account_id", function={"function": "captured", "capture": "account"})
    is_whole = chosen.running is not None and chosen.running.is_whole and chosen.balance is not None
    drop = rows_to_drop(columns, chosen)
    return Mapping(
        fillings=tuple(by_name[name] for name in _ORDER if name in by_name),
        drop=drop,
        running_balance=chosen.running.order if chosen.running and is_whole else "",
        proven=(*chosen.amount.columns, chosen.running.balance) if chosen.running and is_whole else (),
        questions=tuple(undecided_states([column for column in columns if column not in read], drop)),
    )
