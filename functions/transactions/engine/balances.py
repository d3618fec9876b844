# ruff: noqa: S608 - own names, and values of the layout that are quoted
"""Whether the running balance continues from row to row: where it does not, a row may be missing."""

from typing import Final

from transactions.codes import WarningCode
from transactions.engine.staging import Staged, Tally, tally
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import RowHash, fields_read
from transactions.sql import literal, masked

RULE: Final = "the balance before it and the row's amount"
_ORDERS: Final = {"ascending": "number", "descending": "number DESC"}


def warnings_of(staged: Staged) -> Tally:
    """Count what the reader warns of, and the rows at which the balance does not continue, with examples.

    A balance is that of the row's account and currency. Dropped and repeated rows are passed over. Nothing is said of a
    rejected row nor of the one that follows it: what cannot be trusted is not added up.
    """
    if staged.layout.running_balance:
        staged.connection.execute(f"INSERT INTO warnings {_breaks(staged.layout)}")
    return tally(staged.connection, "warnings")


def _breaks(layout: Layout) -> str:
    field = fields_read(layout.mapping["balance_after"])[0]
    own = ", ".join(column for column in ("account_id", "currency") if column in layout.mapping)
    repeats = isinstance(layout.mapping["transaction_id"], RowHash)
    order = _ORDERS[layout.running_balance or "ascending"]
    return f"""
        SELECT number, line, {literal(field)} AS field, '{WarningCode.BALANCE_BREAK}' AS error_code,
            {literal(RULE)} AS rule, {masked("balance::VARCHAR")} AS masked_value
        FROM (
            SELECT number, line, amount, CASE WHEN errors IS NULL THEN balance_after END AS balance,
                lag(balance) OVER (PARTITION BY {own} ORDER BY {order}) AS before
            FROM staged WHERE NOT dropped{"" if repeats else " AND occurrence IS NULL"})
        WHERE balance <> before + amount"""
