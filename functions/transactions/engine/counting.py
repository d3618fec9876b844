"""Counts and sums what stands in the engine."""

import duckdb

from transactions.engine.outcome import Found, Sum, Tally
from transactions.results import EXAMPLES_PER_CODE, ErrorCount


def sums_of(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, Sum]:
    """Count and sum ``relation`` by currency, exactly, in the order of the currencies' codes."""
    query = f"SELECT currency, count(*), sum(amount) FROM {relation} GROUP BY 1 ORDER BY 1"  # noqa: S608 - own name
    return {currency: Sum(count, amount) for currency, count, amount in connection.execute(query).fetchall()}


def tally(connection: duckdb.DuckDBPyConnection, relation: str) -> Tally:
    """Count the codes of ``relation``, which has the columns of ``errors``, in their order."""
    found = connection.execute(f"""
        SELECT error_code, count(*), min({{'number': number, 'field': field, 'line': line, 'rule': rule,
            'masked_value': coalesce(masked_value, '')}}, {EXAMPLES_PER_CODE})
        FROM {relation} GROUP BY 1 ORDER BY 1""").fetchall()  # noqa: S608 - own names
    return Tally(
        counts=tuple(ErrorCount(code=code, count=count) for code, count, _ in found),
        first=tuple(Found(code=code, **one) for code, _, first in found for one in first),
    )
