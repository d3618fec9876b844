"""A column that is added to the contract: a layout may fill it, whatever its type, or the linter says why it cannot."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import msgspec
import pytest
import yaml
from typer.testing import CliRunner

from cli.main import app
from tests.unit.transactions.support import RECEIVED_AT, alpine_file, alpine_row, transform, validate
from transactions import contract
from transactions.assets import asset_folder
from transactions.codes import RowCode
from transactions.contract import canonical
from transactions.layouts.catalog import read_layout
from transactions.layouts.layout import Limits

LAYOUTS = asset_folder("layouts")
PHYSICAL_TYPES = {"string", "date", "decimal(18,5)", "bigint", "timestamp"}
ENGINE_NAMES = {
    "around",
    "code",
    "dropped",
    "errors",
    "line",
    "minor_units",
    "number",
    "occurrence",
    "readable",
    "record",
    "repeats",
    "signed",
}
"""What the steps of `transactions/engine/plan.py` call their own columns."""
LayoutWith = Callable[..., Path]


@pytest.fixture
def layout_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LayoutWith]:
    """Add an optional column ``extra`` to the contract, and write a layout, with a sample, that fills it."""

    def write(physical_type: str, function: str, days_ahead: int | None = None) -> Path:
        document = yaml.safe_load((asset_folder("glue") / "transactions.odcs.yaml").read_text(encoding="utf-8"))
        column = {"name": "extra", "description": "New.", "physicalType": physical_type, "required": False}
        if days_ahead is not None:
            column["customProperties"] = [{"property": "daysAhead", "value": days_ahead}]
        document["schema"][0]["properties"].insert(-2, column)
        (tmp_path / "transactions.odcs.yaml").write_text(yaml.safe_dump(document))
        monkeypatch.setattr(contract, "asset_folder", lambda _: tmp_path)
        canonical.cache_clear()
        shipped = (LAYOUTS / "alpine-2025.yaml").read_text().replace("name: alpine-2025", "name: alpine-2026")
        path = tmp_path / "alpine-2026.yaml"
        path.write_text(shipped.replace("mapping:\n", f"mapping:\n  extra: {function}\n"))
        (tmp_path / "alpine-2026.sample.csv").write_bytes((LAYOUTS / "alpine-2025.sample.csv").read_bytes())
        return path

    yield write
    canonical.cache_clear()


def _complaints(layout: Path) -> list[str]:
    [linted] = json.loads(CliRunner().invoke(app, ["layout", "lint", str(layout), "--json"]).stdout)
    return [str(complaint) for complaint in linted["complaints"]]


def test_the_types_tried_here_are_all_that_the_contract_has() -> None:
    assert {column.physical_type for column in canonical().table("transactions").properties} == PHYSICAL_TYPES


@pytest.mark.parametrize(
    ("physical_type", "function", "value"),
    [
        ("string", "{function: text, field: type}", "CARD"),
        ("date", "{function: date, field: value_date}", date(2025, 10, 2)),
        ("decimal(18,5)", "{function: amount, field: balance}", Decimal("100.00000")),
        ("decimal(37,6)", "{function: amount, field: balance}", Decimal("100.000000")),
    ],
)
def test_a_new_column_is_linted_validated_and_written(
    layout_with: LayoutWith, tmp_path: Path, physical_type: str, function: str, value: object
) -> None:
    path = layout_with(physical_type, function)
    content = alpine_file(alpine_row(), alpine_row(transaction_id="T2"))

    assert _complaints(path) == []
    layout = read_layout(path)
    assert validate(content, tmp_path, layouts=[layout]).counts.accepted == 2
    assert [row["extra"] for row in transform(content, tmp_path, layout).transactions] == [value, value]


def test_a_new_column_is_checked_by_the_command_line(layout_with: LayoutWith, tmp_path: Path) -> None:
    layout = layout_with("date", "{function: date, field: value_date}")
    file, out = tmp_path / "october.csv", tmp_path / "out"
    file.write_bytes(alpine_file(alpine_row()))

    result = CliRunner().invoke(app, ["check", str(file), "--layout", str(layout), "--out", str(out)])

    assert result.exit_code == 0
    with duckdb.connect() as connection:
        written = connection.execute("SELECT extra FROM read_parquet(?)", [f"{out}/transactions/**/*.parquet"])
        assert written.fetchall() == [(date(2025, 10, 2),)]


@pytest.mark.parametrize("physical_type", ["bigint", "timestamp", "int", "double", "decimal(18,4)", "decimal(38,5)"])
def test_a_type_that_cannot_be_made_exactly_is_refused(layout_with: LayoutWith, physical_type: str) -> None:
    for function in ("{function: text, field: type}", "{function: amount, field: balance}"):
        [complaint] = _complaints(layout_with(physical_type, function))
        assert complaint.startswith(f"alpine-2026.yaml:20:3: mapping.extra: no function makes a {physical_type}: ")
        assert "a string, a date, or a decimal with at least 5 decimals and at most 37 digits" in complaint


@pytest.mark.parametrize(("days_ahead", "latest"), [(None, 31), (0, 0), (90, 90)])
def test_a_date_may_lie_as_far_ahead_as_its_column_says(
    layout_with: LayoutWith, tmp_path: Path, days_ahead: int | None, latest: int
) -> None:
    shipped = read_layout(layout_with("date", "{function: date, field: value_date}", days_ahead))
    mapping = {name: function for name, function in shipped.mapping.items() if name != "value_date"}
    layout = msgspec.structs.replace(shipped, mapping=mapping, limits=Limits(rejected_share=1))

    verdicts = []
    for days in (latest, latest + 1):
        row = alpine_row(value_date=str(RECEIVED_AT.date() + timedelta(days=days)))
        verdicts.append(validate(alpine_file(row), tmp_path, layouts=[layout]))

    assert [verdict.counts.accepted for verdict in verdicts] == [1, 0]
    [error] = verdicts[1].examples
    assert (error.code, error.rule) == (
        RowCode.DATE_RANGE,
        f"from 1970-01-01 to {latest} days after the file's arrival",
    )


@pytest.mark.parametrize(("column", "days"), [("booking_date", 1), ("value_date", 31)])
def test_the_contract_says_how_far_ahead_its_dates_may_lie(column: str, days: int) -> None:
    assert canonical().table("transactions").column(column).days_ahead == days


def test_no_column_has_a_reserved_name_of_the_engine_or_of_sql() -> None:
    with duckdb.connect() as connection:
        keywords = connection.execute(
            "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'"
        ).fetchall()
    names = {column.name for column in canonical().table("transactions").properties}

    assert names & (ENGINE_NAMES | {keyword for (keyword,) in keywords}) == set()
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", name) for name in names)  # A digit could make it a cell: c0, o0, e0.
