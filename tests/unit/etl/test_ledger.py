"""Of a transaction's rows the ledger has the one uploaded last, and it reads no more than it is asked for."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.etl.months import COLUMNS, LEDGER, published_in


class Row(NamedTuple):
    """What decides which rows are one transaction, and which of them counts."""

    partner: str
    account_id: str | None
    booking_date: date
    transaction_id: str
    ingested_at: datetime
    file_id: str
    source_line: int


rows = st.builds(
    Row,
    partner=st.sampled_from(["alpine", "obie"]),
    account_id=st.sampled_from([None, "A1"]),
    booking_date=st.sampled_from([date(2025, 10, 1), date(2025, 10, 2)]),
    transaction_id=st.sampled_from(["T1", "T2"]),
    ingested_at=st.sampled_from([datetime(2025, 10, 3, 9, 30), datetime(2025, 10, 3, 9, 31)]),  # noqa: DTZ001 as in Parquet
    file_id=st.sampled_from(["a", "b", "c"]),
    source_line=st.integers(2, 4),
)


@given(st.lists(rows, min_size=1, max_size=30, unique_by=lambda row: (row.file_id, row.source_line)))
def test_the_row_of_the_last_upload_counts(published: list[Row]) -> None:
    # Given rows of which some are one transaction, also where no account is known, and uploads in the same second
    expected: dict[tuple[Any, ...], Row] = {}
    for row in sorted(published, key=lambda row: (row.ingested_at, row.file_id, row.source_line)):
        expected[row.partner, row.account_id, row.booking_date, row.transaction_id] = row

    with duckdb.connect() as connection:
        columns = ", ".join(f"{column.name} {column.engine_type}" for column in COLUMNS)
        connection.execute(f"CREATE TABLE transactions ({columns})")
        places = ", ".join("?" for _ in Row._fields)
        connection.executemany(
            f"INSERT INTO transactions ({', '.join(Row._fields)}) VALUES ({places})",  # noqa: S608 - own names
            published,
        )
        found = connection.execute(f"SELECT {', '.join(Row._fields)} FROM ({LEDGER})").fetchall()  # noqa: S608 - own names

    assert set(found) == {tuple(row) for row in expected.values()}
    assert len(found) == len(expected)


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Given 90 days of two partners, each day in its partition."""
    folder = tmp_path_factory.mktemp("quarter")
    own = {
        "transaction_id": "'T' || number",
        "file_id": "'f'",
        "source_line": "number",
        "ingested_at": "TIMESTAMP '2025-11-03 09:30:00'",
        "partner": "CASE WHEN number % 2 = 0 THEN 'alpine' ELSE 'obie' END",
        "booking_date": "DATE '2025-07-01' + (number // 2)::INTEGER",
    }
    columns = ", ".join(f"CAST({own.get(c.name, 'NULL')} AS {c.engine_type}) AS {c.name}" for c in COLUMNS)
    with duckdb.connect() as connection:
        connection.execute(f"""
            COPY (SELECT {columns} FROM range(180) numbers (number)) TO '{folder}/transactions'
            (FORMAT parquet, PARTITION_BY (partner, booking_date))""")  # noqa: S608 - own folder
    with published_in(folder) as connection:
        yield connection


@pytest.mark.parametrize(
    ("condition", "files"),
    [
        ("true", 180),
        ("partner = 'alpine'", 90),
        ("booking_date BETWEEN DATE '2025-08-01' AND DATE '2025-08-03'", 6),
        ("partner = 'alpine' AND booking_date BETWEEN DATE '2025-08-01' AND DATE '2025-08-03'", 3),
    ],
)
def test_a_condition_on_the_partitions_reads_their_files_only(
    quarter: duckdb.DuckDBPyConnection, condition: str, files: int
) -> None:
    query = f"SELECT sum(amount) FROM ({LEDGER}) AS ledger WHERE {condition}"  # noqa: S608 - own conditions

    [(_, plan)] = quarter.execute(f"EXPLAIN ANALYZE {query}").fetchall()

    assert re.findall(r"Total Files Read: (\d+)", plan) == [str(files)]
