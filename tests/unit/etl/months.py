"""A bank's month, the files that it cuts the month into, and what is published of them."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import duckdb
from hypothesis import strategies as st

from etl.ledger import ledger_sql
from pipeline.manifests import stage
from pipeline.partitions import Partitions
from pipeline.publisher import Publisher
from tests.unit.functions.fakes import FakeGlue, FakeS3
from tests.unit.transactions.support import csv_layout
from transactions.contract import canonical
from transactions.files import transform_file
from transactions.layouts.fields import Field, NumberField, StringField
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import Amount, Function, Text
from transactions.results import Source

TRANSACTIONS = canonical().table("transactions")
COLUMNS = (*TRANSACTIONS.columns, *TRANSACTIONS.partition_keys)
LEDGER = ledger_sql([column.name for column in COLUMNS])
DAYS = 30
_ARRIVAL = datetime(2025, 11, 3, 9, 30, tzinfo=UTC)
_BUCKET = "processed"
_OF_THE_FILE = ("file_id", "source_line", "ingested_at")
"""What a transaction has from the file that it was read from."""


class Booking(NamedTuple):
    """A row as the bank books it: its day of the month, and cells in which rows may well be alike."""

    day: int
    account: str
    amount: Decimal
    purpose: str


class Statement(NamedTuple):
    """A file with all that the bank booked from one day to another; a wrong one says so with other amounts."""

    first: int
    last: int
    wrong: bool = False


bookings = st.builds(
    Booking,
    day=st.integers(1, DAYS),
    account=st.sampled_from(["", "A1", "B2"]),
    amount=st.sampled_from([Decimal("1.00"), Decimal("-1.00"), Decimal("64.14")]),
    purpose=st.sampled_from(["rent", "coffee"]),
)
months = st.lists(bookings, min_size=1, max_size=12).map(lambda month: sorted(month, key=lambda booked: booked.day))
wrong_statements = st.tuples(st.integers(1, DAYS), st.integers(1, DAYS)).map(
    lambda ends: Statement(min(ends), max(ends), wrong=True)
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


def month_layout(transaction_id: Function) -> Layout:
    """Return the layout of these files."""
    texts = [StringField(name=name) for name in ("Id", "Account", "Purpose")]
    fields: list[Field] = [*texts, NumberField(name="Amount")]
    return csv_layout(
        fields,
        amount=Amount(field="Amount"),
        transaction_id=transaction_id,
        account_id=Text(field="Account"),
        remittance_information=Text(field="Purpose"),
    )


class NoOvertaking:
    """A registry in which no newer file claims a delivery while a file is published."""

    def get_item(self, **_request: Any) -> Any:
        return {}


@dataclass
class Published:
    """What is published of a month, by the pipeline's own transformation and publisher, on an S3 in memory."""

    layout: Layout
    month: Sequence[Booking]
    s3: FakeS3 = field(default_factory=FakeS3)
    arrived: int = 0

    def publish(self, statement: Statement, *, replaces: Sequence[str] = ()) -> str:
        """Publish a file, which arrives a minute after the one before, in place of others; return its id.

        One without rows is refused, and replaces nothing.
        """
        file_id = f"{self.arrived:064}"
        source = Source(
            file_id=file_id,
            partner=self.layout.partner,
            file_name=f"{self.arrived}.csv",
            format="csv",
            received_at=_ARRIVAL + timedelta(minutes=self.arrived),
        )
        self.arrived += 1
        if not self.has_rows(statement):
            return file_id
        with TemporaryDirectory() as folder:
            output, work = Path(folder, "output"), Path(folder, "work")
            output.mkdir()
            work.mkdir()
            content = io.BytesIO(self._content(statement))
            objects = transform_file(content, source, self.layout, output, work, 300).objects
            stage(self.s3, _BUCKET, file_id, output, objects)
        self._publisher.publish(file_id, [*replaces, file_id], delivery="key#any")
        return file_id

    def has_rows(self, statement: Statement) -> bool:
        """Whether the bank booked anything on the days of a statement."""
        return any(statement.first <= booking.day <= statement.last for booking in self.month)

    def withdraw(self, file_id: str) -> None:
        """Take a file's rows back."""
        self._publisher.withdraw(file_id)

    def ledger(self) -> list[tuple[Any, ...]]:
        """Return the ledger, without what tells one file from another."""
        with TemporaryDirectory() as folder:
            for key, content in self.s3.objects.items():
                place = Path(folder, key)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            with published_in(Path(folder)) as connection:
                kept = f"SELECT * EXCLUDE ({', '.join(_OF_THE_FILE)}) FROM ({LEDGER}) ORDER BY ALL"  # noqa: S608 - own names
                return connection.execute(kept).fetchall()

    @property
    def _publisher(self) -> Publisher:
        return Publisher(
            s3=self.s3,
            partitions=Partitions(glue=FakeGlue(), bucket=_BUCKET, database="database"),
            dynamodb=NoOvertaking(),
            bucket=_BUCKET,
            registry="registry",
            deadline=datetime.max.replace(tzinfo=UTC),
        )

    def _content(self, statement: Statement) -> bytes:
        too_much = Decimal("5.55") if statement.wrong else Decimal(0)
        rows = [
            f"2025-10-{booking.day:02};T{position};{booking.account};{booking.purpose};{booking.amount + too_much}"
            for position, booking in enumerate(self.month)
            if statement.first <= booking.day <= statement.last
        ]
        return "\n".join(["Day;Id;Account;Purpose;Amount", *rows, ""]).encode()


def whole_ledger(layout: Layout, month: Sequence[Booking]) -> list[tuple[Any, ...]]:
    """Return the ledger of a month that comes in one file."""
    published = Published(layout, month)
    published.publish(Statement(1, DAYS))
    return published.ledger()


@contextmanager
def published_in(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database with the table ``transactions``, whose objects lie in a folder."""
    with duckdb.connect() as connection:
        connection.execute(f"""
            CREATE VIEW transactions AS SELECT * FROM read_parquet(
                '{folder}/transactions/**/*.parquet',
                hive_partitioning = true, hive_types = {{partner: VARCHAR, booking_date: DATE}})""")  # noqa: S608 - own folder
        yield connection
