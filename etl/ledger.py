"""The view ``ledger``: every transaction once, in the columns of the table ``transactions``."""

from collections.abc import Sequence
from typing import Final

from pipeline.constants import TRANSACTION_IDENTITY

LEDGER: Final = "ledger"

LAST_UPLOADED_FIRST: Final = ("ingested_at DESC", "file_id DESC", "source_line DESC")
"""Which of a transaction's rows counts: the first in this order. ``ingested_at`` is the upload's time in whole seconds,
so the other two make the choice the same in every query."""


def ledger_sql(columns: Sequence[str]) -> str:
    """Write the view's SQL, in the words that Trino and DuckDB share, for the ``columns`` of ``transactions``.

    The columns are named because ``*`` would show the row's place too. The table's partition keys are among those that
    the window partitions by: only conditions on such columns are pushed below a window, to the choice of what is read.
    """
    identity = ", ".join(TRANSACTION_IDENTITY)
    return f"""SELECT {", ".join(columns)}
FROM (
    SELECT
        *,
        row_number() OVER (PARTITION BY {identity} ORDER BY {", ".join(LAST_UPLOADED_FIRST)}) AS place
    FROM transactions
)
WHERE place = 1"""  # noqa: S608 - names of the contract
