"""``etl query``: what is asked, and what is written."""

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from cli.commands.query import Format, write
from cli.exit_codes import ExitCode
from cli.main import app
from deployment.athena import QueryResult, ResultColumn

RESULT = QueryResult(
    columns=(
        ResultColumn("currency", "varchar"),
        ResultColumn("total", "decimal(38,5)"),
        ResultColumn("day", "date"),
        ResultColumn('a "quoted" name', "array"),
    ),
    rows=[
        {"currency": "EUR", "total": "1000000000000.10000", "day": "2025-10-01", 'a "quoted" name': "[1, 2]"},
        {"currency": None, "total": None, "day": None, 'a "quoted" name': None},
    ],
)


def test_a_parquet_result_has_the_types_and_digits_of_athena(tmp_path: Path) -> None:
    out = tmp_path / "it's.parquet"

    write(RESULT, out, Format.PARQUET)

    read = duckdb.read_parquet(str(out))
    assert [str(kind) for kind in read.types] == ["VARCHAR", "DECIMAL(38,5)", "DATE", "VARCHAR"]
    assert [str(value) for value in read.fetchall()[0]] == ["EUR", "1000000000000.10000", "2025-10-01", "[1, 2]"]
    assert duckdb.read_parquet(str(out)).fetchall()[1] == (None, None, None, None)


def test_an_empty_result_has_its_columns(tmp_path: Path) -> None:
    empty = QueryResult(columns=RESULT.columns, rows=[])

    write(empty, tmp_path / "a.parquet", Format.PARQUET)
    write(empty, tmp_path / "a.csv", Format.CSV)

    assert duckdb.read_parquet(str(tmp_path / "a.parquet")).columns == [column.name for column in RESULT.columns]
    assert (tmp_path / "a.csv").read_text() == 'currency,total,day,"a ""quoted"" name"\n'


def test_a_csv_result_has_the_values_as_athena_gave_them(tmp_path: Path) -> None:
    write(RESULT, tmp_path / "a.csv", Format.CSV)

    assert (tmp_path / "a.csv").read_text().splitlines()[1:] == ['EUR,1000000000000.10000,2025-10-01,"[1, 2]"', ",,,"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["query", "nonsense"], "no saved query nonsense"), (["query", "SELECT 1", "--out", "a.xlsx"], "must end in")],
)
def test_a_wrong_call_says_in_one_line_what_to_give(arguments: list[str], says: str) -> None:
    answer = CliRunner().invoke(app, arguments)

    assert answer.exit_code != ExitCode.OK
    assert says in str(answer.exception)
