"""What is written follows the contract, is the same every time, and adds up."""

import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transactions.support import (
    CATALOG,
    MEMORY_LIMIT_MB,
    RECEIVED_AT,
    alpine_file,
    alpine_row,
    good_rows,
    layout,
    source,
    transform,
    validate,
)
from transactions.contract import Contract, Table, canonical
from transactions.engine.partitions import DATES_OF_A_PASS, PASSES, ROWS_OF_A_PASS, passes_over
from transactions.errors import FileRejectedError
from transactions.files import transform_file
from transactions.layouts.mapping_rules import DERIVED, LINEAGE, mapped_columns
from transactions.results import plain_amount

ENGINE_TYPES = {"string": "VARCHAR", "decimal(18,5)": "DECIMAL(18,5)"}
MIXED_FILE = alpine_file(
    *good_rows(3),
    alpine_row(amount="x", currency="y"),
    alpine_row(transaction_id="T2", booking_date="2025-09-30"),
    "short",
)


def _schema(path: Path) -> list[tuple[str, str]]:
    with duckdb.connect() as connection:
        found = connection.execute("DESCRIBE SELECT * FROM read_parquet(?, hive_partitioning = false)", [str(path)])
        return [(name, kind) for name, kind, *_ in found.fetchall()]


def _source_lines(path: Path) -> list[int]:
    with duckdb.connect() as connection:
        found = connection.execute("SELECT source_line FROM read_parquet(?, hive_partitioning = false)", [str(path)])
        return [line for (line,) in found.fetchall()]


def _expected_schema(table: Table) -> list[tuple[str, str]]:
    return [
        (column.name, ENGINE_TYPES.get(column.physical_type, column.physical_type.upper())) for column in table.columns
    ]


def test_each_parquet_file_has_the_contracts_columns_and_types(tmp_path: Path) -> None:
    output = transform(MIXED_FILE, tmp_path, layout())

    for written in output.transformation.objects:
        assert _schema(tmp_path / "output" / written.path) == _expected_schema(canonical().table(written.table))


def test_objects_have_path_partition_rows_and_size(tmp_path: Path) -> None:
    objects = transform(MIXED_FILE, tmp_path, layout()).transformation.objects

    file_id = source("alpine").file_id
    assert [(written.path, written.partition, written.rows) for written in objects] == [
        (f"transactions/partner=alpine/booking_date=2025-09-30/{file_id}.parquet", ("alpine", "2025-09-30"), 1),
        (f"transactions/partner=alpine/booking_date=2025-10-01/{file_id}.parquet", ("alpine", "2025-10-01"), 3),
        (f"quarantine/partner=alpine/received_date=2025-11-03/{file_id}.parquet", ("alpine", "2025-11-03"), 3),
    ]
    assert all((tmp_path / "output" / written.path).stat().st_size == written.size for written in objects)
    on_disk = {str(path.relative_to(tmp_path / "output")) for path in (tmp_path / "output").rglob("*.parquet")}
    assert on_disk == {written.path for written in objects}


def test_rows_carry_their_lineage(tmp_path: Path) -> None:
    output = transform(MIXED_FILE, tmp_path, layout())

    for row in (*output.transactions, *output.quarantine):
        assert row["file_id"] == source("alpine").file_id
        assert row["layout"] == "alpine-2025"
        assert row["ingested_at"] == RECEIVED_AT.replace(tzinfo=None)
        assert row["partner"] == "alpine"


def test_a_rerun_writes_the_same_bytes_in_the_same_place(tmp_path: Path) -> None:
    runs = []
    for _ in range(2):
        objects = transform(MIXED_FILE, tmp_path, layout()).transformation.objects
        runs.append({written.path: (tmp_path / "output" / written.path).read_bytes() for written in objects})

    assert runs[0] == runs[1]


def test_each_day_of_a_file_is_one_file_in_its_order(tmp_path: Path) -> None:
    days = [date.fromordinal(date(2024, 1, 1).toordinal() + number % 400) for number in range(4000)]
    rows = [alpine_row(transaction_id=f"D{number}", booking_date=str(day)) for number, day in enumerate(days)]

    objects = transform(alpine_file(*rows), tmp_path, layout()).transformation.objects

    assert [written.rows for written in objects] == [10] * 400
    assert _source_lines(tmp_path / "output" / objects[5].path) == [2 + 5 + 400 * turn for turn in range(10)]


def test_a_day_of_several_row_groups_keeps_the_files_order(tmp_path: Path) -> None:
    days = ("2025-10-02", "2025-10-01", "2025-10-02")
    rows = [alpine_row(transaction_id=f"D{number}", booking_date=days[number % 3]) for number in range(210_000)]

    objects = transform(alpine_file(*rows), tmp_path, layout()).transformation.objects

    lines = [_source_lines(tmp_path / "output" / written.path) for written in objects]
    assert [len(of_day) for of_day in lines] == [70_000, 140_000]
    assert all(of_day == sorted(of_day) for of_day in lines)


def test_dates_written_together_keep_their_order_in_row_groups(tmp_path: Path) -> None:
    days = [date.fromordinal(date(2024, 1, 1).toordinal() + number) for number in range(300)]
    rows = [alpine_row(transaction_id=f"D{number}", booking_date=str(days[number % 300])) for number in range(210_000)]

    objects = transform(alpine_file(*rows), tmp_path, layout()).transformation.objects

    lines = [_source_lines(tmp_path / "output" / written.path) for written in objects]
    assert lines == [[2 + first + 300 * turn for turn in range(700)] for first in range(300)]


@given(st.dictionaries(st.dates().map(str), st.integers(1, 100_000), min_size=1, max_size=500))
def test_passes_take_every_date_once_and_are_few_and_small(rows: dict[str, int]) -> None:
    passes = list(passes_over(rows))

    assert [day for days in passes for day in days] == list(rows)
    assert len(passes) <= 2 * PASSES + 1 + len(rows) / DATES_OF_A_PASS
    assert max(map(len, passes)) <= DATES_OF_A_PASS
    largest = max(sum(rows.values()) // PASSES, ROWS_OF_A_PASS)
    assert all(len(days) == 1 or sum(rows[day] for day in days) <= largest for days in passes)


def test_validate_and_transform_agree_to_the_last_digit(tmp_path: Path) -> None:
    validation = validate(MIXED_FILE, tmp_path)
    transformation = transform(MIXED_FILE, tmp_path, layout()).transformation

    assert transformation.counts == validation.counts
    assert transformation.totals == transformation.written.totals == validation.totals
    assert transformation.written.count == validation.counts.accepted


def test_a_file_without_accepted_rows_writes_quarantine_only(tmp_path: Path) -> None:
    transformation = transform(alpine_file("short"), tmp_path, layout()).transformation

    assert [written.table for written in transformation.objects] == ["quarantine"]
    assert transformation.written.count == 0


def test_transform_refuses_a_file_that_validate_would_reject(tmp_path: Path) -> None:
    with pytest.raises(FileRejectedError, match="nearest layout"):
        transform_file(
            io.BytesIO(b"a,b\n1,2\n"), source("alpine"), layout(), tmp_path, tmp_path, memory_limit_mb=MEMORY_LIMIT_MB
        )


def test_results_become_plain_json_with_amounts_in_plain_digits(tmp_path: Path) -> None:
    rows = [alpine_row(transaction_id=f"Z{number}", amount=amount) for number, amount in enumerate(["0.00", "0.01"])]

    document = json.loads(json.dumps(msgspec.to_builtins(validate(alpine_file(*rows), tmp_path))))

    assert document["totals"] == [{"currency": "EUR", "count": 2, "sum": "0.01"}]
    assert document["counts"] == {"read": 2, "accepted": 2, "rejected": 0, "dropped": 0, "skipped": 0, "joined": 0}
    assert (document["verdict"], document["reason_code"], document["reason"]) == ("VALID", "", "")


@pytest.mark.parametrize(
    ("amount", "currency", "plain"),
    [
        ("0E-5", "EUR", "0.00"),
        ("-12000.00000", "JPY", "-12000"),
        ("1.23450", "EUR", "1.2345"),
        ("1E+3", "KWD", "1000.000"),
    ],
)
def test_an_amount_is_written_in_plain_digits(amount: str, currency: str, plain: str) -> None:
    assert plain_amount(Decimal(amount), currency) == plain


def test_the_contract_and_the_layouts_cover_each_column_once() -> None:
    names = [column.name for column in canonical().table("transactions").properties]

    assert sorted([*mapped_columns(), *DERIVED, *LINEAGE]) == sorted(names)
    for shipped in CATALOG:
        assert shipped.mapping.keys() <= mapped_columns().keys()


def test_partition_keys_are_not_inside_the_files() -> None:
    contract = Contract.load()

    keys = {table.name: [column.name for column in table.partition_keys] for table in contract.schema}

    assert keys == {"transactions": ["partner", "booking_date"], "quarantine": ["partner", "received_date"]}
    for table in contract.schema:
        assert not {column.name for column in table.columns} & set(keys[table.name])
