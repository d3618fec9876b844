"""Whether the running balance continues from row to row."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.differential.reference.answer import Row, Value
from tests.differential.reference.numbers import sum_of


def breaks(layout: Mapping[str, Any], rows: Sequence[Row], *, unread_may_be_any: bool = False) -> int:
    """Count the rows whose balance is not that of the row before, of their account and currency, and their amount.

    Passed over are dropped rows, those that could not be split into cells, and those whose id has come before. Nothing
    is said of a rejected row nor of the one that follows it. Nobody knows of which account a JSON record is that cannot
    be read: it is passed over, or ``unread_may_be_any``.
    """
    if "runningBalance" not in layout:
        return 0
    known: dict[tuple[Value, Value], Value] = {}
    found = 0
    for row in rows if layout["runningBalance"] == "ascending" else reversed(rows):
        if not row.record and not row.dropped and unread_may_be_any:
            known.clear()
        if row.dropped or not row.record or row.repeats_id:
            continue
        own = (row.record["account_id"], row.record["currency"])
        balance, before, amount = row.record["balance_after"], known.get(own), row.record["amount"]
        if row.rejected:
            balance = None
        if isinstance(balance, Decimal) and isinstance(before, Decimal) and isinstance(amount, Decimal):
            found += balance != sum_of(before, amount)
        known[own] = balance
    return found
