"""The ledger has each transaction once, however a bank cuts its statements, and reads no more than it is asked for."""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.ledger import ledger_sql
from tests.unit.transactions.support import csv_layout
from transactions.contract import canonical
from transactions.files import transform_file
from transactions.layouts.fields import Field, NumberField, StringField
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import Amount, Function, RowHash, Text
from transactions.results import Source

TRANSACTIONS = canonical().table("transactions")
COLUMNS = (*TRANSACTIONS.columns, *TRANSACTIONS.partition_keys)
LEDGER = ledger_sql([column.name for column in COLUMNS])
ARRIVAL = datetime(2025, 11, 3, 9, 30, tzinfo=UTC)
DAYS = 30
OF_THE_FILE = ("file_id", "source_line", "ingested_at")
"""What a transaction has from the file that it was read from."""


class Booking(NamedTuple):
    """A row as the bank books it: its day of the month, and cells in which rows may well be alike."""

    day: int
    account: str
    amount: Decimal
    purpose: str


class Statement(NamedTuple):
    """A file with all that the bank booked from one day to another."""

    first: int
    last: int


bookings = st.builds(
    Booking,
    day=st.integers(1, DAYS),
    account=st.sampled_from(["", "A1", "B2"]),
    amount=st.sampled_from([Decimal("1.00"), Decimal("-1.00"), Decimal("64.14")]),
    purpose=st.sampled_from(["rent", "coffee"]),
)


@st.composite
def statements(draw: st.DrawFn) -> list[Statement]:
    """Cut the month into files that leave no day out and may repeat days of others, in any order of arrival."""
    ends = [*sorted(draw(st.sets(st.integers(1, DAYS - 1), max_size=3))), DAYS]
    starts = [1, *(end + 1 for end in ends[:-1])]
    repeated = st.integers(0, DAYS)
    cut = [
        Statement(max(1, start - draw(repeated)), min(DAYS, end + draw(repeated)))
        for start, end in zip(starts, ends, strict=True)
    ]
    return draw(st.permutations(cut))


def _layout(transaction_id: Function) -> Layout:
    texts = [StringField(name=name) for name in ("Id", "Account", "Purpose")]
    fields: list[Field] = [*texts, NumberField(name="Amount")]
    return csv_layout(
        fields,
        amount=Amount(field="Amount"),
        transaction_id=transaction_id,
        account_id=Text(field="Account"),
        remittance_information=Text(field="Purpose"),
    )


def _publish(layout: Layout, month: Sequence[Booking], files: Sequence[Statement], folder: Path) -> None:
    """Have the engine write the rows of each file, which arrive a minute after each other."""
    for number, (first, last) in enumerate(files):
        rows = [
            f"2025-10-{booking.day:02};T{position};{booking.account};{booking.purpose};{booking.amount}"
            for position, booking in enumerate(month)
            if first <= booking.day <= last
        ]
        if not rows:
            continue
        source = Source(
            file_id=f"{number:064}",
            partner=layout.partner,
            file_name=f"{number}.csv",
            format="csv",
            received_at=ARRIVAL + timedelta(minutes=number),
        )
        content = "\n".join(["Day;Id;Account;Purpose;Amount", *rows, ""]).encode()
        work = folder / "work"
        work.mkdir(exist_ok=True)
        transform_file(io.BytesIO(content), source, layout, folder, work, 300)


@contextmanager
def _published(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"""
            CREATE VIEW transactions AS SELECT * FROM read_parquet(
                '{folder}/transactions/**/*.parquet',
                hive_partitioning = true, hive_types = {{partner: VARCHAR, booking_date: DATE}})""")  # noqa: S608 - own folder
        yield connection


def _ledger(layout: Layout, month: Sequence[Booking], files: Sequence[Statement]) -> list[tuple[Any, ...]]:
    """Publish the files and return the ledger, without what tells one file from another."""
    with TemporaryDirectory() as folder:
        _publish(layout, month, files, Path(folder))
        with _published(Path(folder)) as connection:
            kept = f"SELECT * EXCLUDE ({', '.join(OF_THE_FILE)}) FROM ({LEDGER}) ORDER BY ALL"  # noqa: S608 - own names
            return connection.execute(kept).fetchall()


@pytest.mark.parametrize("transaction_id", [RowHash(), Text(field="Id")], ids=["hash", "own id"])
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(booked=st.lists(bookings, min_size=1, max_size=12), files=statements())
def test_overlapping_files_give_the_ledger_of_the_whole_month(
    transaction_id: Function, booked: list[Booking], files: list[Statement]
) -> None:
    # Given files that cut a month anywhere, repeat days of each other, and arrive in any order
    layout = _layout(transaction_id)
    month = sorted(booked, key=lambda booking: booking.day)

    whole = _ledger(layout, month, [Statement(1, DAYS)])

    assert len(whole) == len(month)
    assert _ledger(layout, month, files) == whole


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
    with _published(folder) as connection:
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
