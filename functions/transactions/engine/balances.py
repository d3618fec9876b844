# ruff: noqa: S608 - own names, and values of the layout that are quoted
"""Whether the running balance continues from row to row: where it does not, a row may be missing."""

from typing import Final

from transactions.codes import WarningCode
from transactions.engine.plan import Plan
from transactions.engine.staging import Segment, Staged
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import fields_read
from transactions.sql import literal, masked

RULE: Final = "the balance before it and the row's amount"
_ORDERS: Final = {"ascending": "number", "descending": "number DESC"}
BORDER_ROWS: Final = "border_rows"
"""The table of the first and the last row of each account and currency, of each segment that was checked."""


def check_balances(staged: Staged, segment: Segment) -> None:
    """Warn of the rows of ``segment``, which is the one in the engine, at which the balance does not continue.

    A balance is that of the row's account and currency. Dropped and repeated rows are passed over. Nothing is said of a
    rejected row nor of the one that follows it: what cannot be trusted is not added up.
    """
    if not staged.layout.running_balance:
        return
    rows = f"({_rows(staged.plan, segment)})"
    staged.connection.execute(f"INSERT INTO warnings {_breaks(staged.layout, rows)}")
    if segment.number is not None:
        borders = f"PARTITION BY {_own(staged.layout)} ORDER BY number"
        staged.connection.execute(f"""
            CREATE TABLE IF NOT EXISTS {BORDER_ROWS} AS SELECT * FROM {rows} LIMIT 0;
            INSERT INTO {BORDER_ROWS} SELECT * FROM {rows}
            QUALIFY row_number() OVER ({borders}) = 1 OR row_number() OVER ({borders} DESC) = 1""")


def check_balances_between(staged: Staged) -> None:
    """Warn of the rows at which the balance does not continue from one segment to the next, once all were checked."""
    exists = f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{BORDER_ROWS}'"
    if staged.connection.execute(exists).fetchall()[0][0]:
        between = "segment <> segment_before"
        staged.connection.execute(f"INSERT INTO warnings {_breaks(staged.layout, BORDER_ROWS, only=between)}")


def _own(layout: Layout) -> str:
    return ", ".join(column for column in ("account_id", "currency") if column in layout.mapping)


def _rows(plan: Plan, segment: Segment) -> str:
    """Select the rows whose balances continue each other, without a balance where it cannot be trusted."""
    return f"""
        SELECT {segment.number or 0} AS segment, number, line, {_own(plan.layout)}, amount,
            CASE WHEN errors IS NULL THEN balance_after END AS balance
        FROM staged WHERE NOT dropped AND ({plan.makes_ids} OR occurrence IS NULL)"""


def _breaks(layout: Layout, rows: str, *, only: str = "true") -> str:
    field = fields_read(layout.mapping["balance_after"])[0]
    return f"""
        SELECT number, line, {literal(field)} AS field, '{WarningCode.BALANCE_BREAK}' AS error_code,
            {literal(RULE)} AS rule, {masked("balance::VARCHAR")} AS masked_value
        FROM (
            SELECT *, lag(balance) OVER in_order AS before, lag(segment) OVER in_order AS segment_before FROM {rows}
            WINDOW in_order AS (PARTITION BY {_own(layout)} ORDER BY {_ORDERS[layout.running_balance or "ascending"]}))
        WHERE balance <> before + amount AND {only}"""
