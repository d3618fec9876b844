"""``python -m evidence.large_file --gigabytes N``: send one large file through the embedded AWS, and query its rows.

The file is packed with gzip, since the embedded AWS reads an object into memory. Its sums are counted in whole cents,
apart from the pipeline.
"""

import argparse
import gzip
import shutil
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb

from cli.console import make_console, step
from cli.tables import count
from deployment.pipeline import Pipeline
from local.lifecycle import running
from local.session import deployed_pipeline
from pipeline.audit_row import AuditRow
from pipeline.constants import LARGE_LEASE, FileStatus

Sums = dict[str, tuple[int, Decimal]]
"""Number and exact sum of the transactions by currency."""

KEY: Final = "incoming/alpine/large.csv"
_BYTES_A_ROW: Final = 134
_CENTS: Final = "((hash(i) % 800000)::BIGINT - 400000)"
_CURRENCY: Final = "['EUR', 'EUR', 'CHF', 'USD'][1 + (hash(i, 1) % 4)::BIGINT]"
_SELECTED: Final = f"""
    SELECT printf('AB-%012d', i) AS transaction_id, printf('CH11000000000000%05d', hash(i, 2) % 200) AS account,
        DATE '2025-10-01' + (hash(i, 3) % 31)::INTEGER AS booking_date, booking_date AS value_date,
        {_CENTS}::DECIMAL(16, 0) * 0.01::DECIMAL(2, 2) AS amount, {_CURRENCY} AS currency, 'TRANSFER' AS type,
        'Mara Lindqvist' AS counterparty_name, printf('SE22000000000000%05d', hash(i, 4) % 60000) AS counterparty_iban,
        printf('Invoice %d', i % 9973) AS remittance_information, NULL AS balance
    FROM range({{}}, {{}}) numbers(i)
"""  # noqa: S608 - own constants, and two numbers
_SUMMED: Final = f"SELECT {_CURRENCY}, count(*), sum({_CENTS})::HUGEINT FROM range({{}}) numbers(i) GROUP BY ALL"  # noqa: S608
_ROWS_AT_A_TIME: Final = 5_000_000


def main() -> None:
    """Send the file, and compare; the exit code is 1 where its rows are not those that were sent."""
    gigabytes = _gigabytes()
    rows = gigabytes * 1_000_000_000 // _BYTES_A_ROW
    console = make_console()
    with (
        TemporaryDirectory() as folder,
        running("evidence.large_file.server") as emulator,
        deployed_pipeline(emulator, "large-file") as deployed,
    ):
        pipeline, file = Pipeline(deployed.stack), Path(folder) / "large.csv.gz"
        with step(console, f"Write {count(rows)} rows, about {gigabytes} GB"):
            sent = write(file, rows)
        with step(console, f"Upload them, packed in {count(file.stat().st_size)} bytes"), file.open("rb") as content:
            upload = pipeline.upload(KEY, content)
        with step(console, "Wait for the outcome"):
            row = pipeline.settle([upload], patience=LARGE_LEASE.total_seconds())[upload]
        with step(console, "Ask Athena"):
            readable = _readable(pipeline, row)
        for line in _report(row, sent, readable):
            console.print(line, markup=False)
    sys.exit(0 if row.status is FileStatus.COMPLETED and readable == sent else 1)


def write(file: Path, rows: int) -> Sums:
    """Write so many transactions in Alpine Bank's layout, packed with gzip, and return what they sum to."""
    plain = file.with_suffix("")
    with duckdb.connect() as connection, gzip.open(file, "wb", compresslevel=1) as packed:
        for first in range(0, rows, _ROWS_AT_A_TIME):
            last = min(rows, first + _ROWS_AT_A_TIME)
            header = "true" if first == 0 else "false"
            connection.execute(f"COPY ({_SELECTED.format(first, last)}) TO '{plain}' (FORMAT csv, HEADER {header})")
            with plain.open("rb") as content:
                shutil.copyfileobj(content, packed)
        found = connection.execute(_SUMMED.format(rows)).fetchall()
    plain.unlink()
    return {currency: (number, Decimal(cents).scaleb(-2)) for currency, number, cents in found}


def _readable(pipeline: Pipeline, row: AuditRow) -> Sums:
    answer = pipeline.athena.query(
        "SELECT currency, count(*) AS transactions, sum(amount) AS total FROM transactions"  # noqa: S608 - a hash
        f" WHERE file_id = '{row.file_id}' GROUP BY currency"
    )
    return {str(one["currency"]): (int(one["transactions"] or 0), Decimal(one["total"] or 0)) for one in answer}


def _report(row: AuditRow, sent: Sums, readable: Sums) -> Iterator[str]:
    yield f"{row.status} {row.error or row.reason}".strip()
    yield from (f"  {change.at:%H:%M:%S}  {change.status}  {change.detail}" for change in row.history)
    for currency in sorted({*sent, *readable}):
        agrees = "agrees" if sent.get(currency) == readable.get(currency) else "DIFFERS"
        yield f"{currency}: sent {_shown(sent, currency)}, readable {_shown(readable, currency)}: {agrees}"


def _shown(sums: Sums, currency: str) -> str:
    number, total = sums.get(currency, (0, Decimal(0)))
    return f"{count(number)} of {total:,.2f}"


def _gigabytes() -> int:
    parser = argparse.ArgumentParser(prog="python -m evidence.large_file", description=__doc__)
    parser.add_argument("--gigabytes", type=int, default=10, help="of the file before it is packed, in 10^9 bytes")
    gigabytes: int = parser.parse_args().gigabytes
    return gigabytes


if __name__ == "__main__":
    main()
