"""Results of Athena as files: to the last digit or not at all."""

from pathlib import Path

import duckdb
import pytest

from cli.options import UsageError
from cli.querying.export import ExportError, require_same_decimals, write
from deployment.athena import QueryResult, ResultColumn, Row

RESULT = QueryResult(
    columns=(
        ResultColumn("currency", "varchar"),
        ResultColumn("total", "decimal", precision=38, scale=5),
        ResultColumn("day", "date"),
        ResultColumn('a "quoted" name', "array"),
    ),
    rows=[
        {"currency": "EUR", "total": "1000000000000.10000", "day": "2025-10-01", 'a "quoted" name': "[1, 2]"},
        {"currency": None, "total": None, "day": None, 'a "quoted" name': None},
    ],
)


def _decimals(*texts: str | None, precision: int = 38, scale: int = 0) -> QueryResult:
    rows: list[Row] = [{"total": text} for text in texts]
    return QueryResult(columns=(ResultColumn("total", "decimal", precision=precision, scale=scale),), rows=rows)


def test_a_parquet_result_has_the_types_and_digits_of_athena(tmp_path: Path) -> None:
    out = tmp_path / "it's.parquet"

    write(RESULT, out)

    read = duckdb.read_parquet(str(out))
    assert [str(kind) for kind in read.types] == ["VARCHAR", "DECIMAL(38,5)", "DATE", "VARCHAR"]
    assert [str(value) for value in read.fetchall()[0]] == ["EUR", "1000000000000.10000", "2025-10-01", "[1, 2]"]
    assert duckdb.read_parquet(str(out)).fetchall()[1] == (None, None, None, None)


def test_an_empty_result_has_its_columns(tmp_path: Path) -> None:
    empty = QueryResult(columns=RESULT.columns, rows=[])

    write(empty, tmp_path / "a.parquet")
    write(empty, tmp_path / "a.csv")

    assert duckdb.read_parquet(str(tmp_path / "a.parquet")).columns == [column.name for column in RESULT.columns]
    assert (tmp_path / "a.csv").read_text() == 'currency,total,day,"a ""quoted"" name"\n'


def test_a_csv_result_has_the_values_as_athena_gave_them(tmp_path: Path) -> None:
    write(RESULT, tmp_path / "a.csv")

    assert (tmp_path / "a.csv").read_text().splitlines()[1:] == ['EUR,1000000000000.10000,2025-10-01,"[1, 2]"', ",,,"]


@pytest.mark.parametrize(
    ("declared", "texts", "written"),
    [
        # A scale that is declared too small loses nothing
        ((38, 0), ("0.01", "-12.34500", None), "DECIMAL(38,5)"),
        ((38, 0), ("0E-18", "1E-7"), "DECIMAL(38,18)"),
        ((18, 5), ("1.50000",), "DECIMAL(18,5)"),
        ((4, 2), ("123456.70",), "DECIMAL(8,2)"),
        ((38, 0), ("9" * 33 + ".12345",), "DECIMAL(38,5)"),
    ],
)
def test_a_parquet_decimal_has_every_place_of_its_text(
    tmp_path: Path, declared: tuple[int, int], texts: tuple[str | None, ...], written: str
) -> None:
    out = tmp_path / "a.parquet"
    result = _decimals(*texts, precision=declared[0], scale=declared[1])

    write(result, out)

    assert str(duckdb.read_parquet(str(out)).types[0]) == written
    require_same_decimals(result, out)


def test_a_number_that_parquet_cannot_hold_leaves_no_file(tmp_path: Path) -> None:
    # Given a file from an earlier query
    out = tmp_path / "a.parquet"
    write(RESULT, out)
    earlier = out.read_bytes()
    # When a number has more digits than a decimal in Parquet
    with pytest.raises(ExportError, match=r"write a \.csv"):
        write(_decimals("9" * 34 + ".12345"), out)
    # Then nothing has changed
    assert out.read_bytes() == earlier
    assert list(tmp_path.iterdir()) == [out]


def test_a_file_that_would_be_rounded_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a mistake in the type that an amount is written with
    monkeypatch.setattr("cli.querying.export._decimal_type", lambda _column, _values: "DECIMAL(38,0)")

    with pytest.raises(ExportError, match="would not be those of the answer"):
        write(_decimals("10.05"), tmp_path / "a.parquet")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("answered", [["10.05"], ["10.10", "0.00"], []])
def test_a_file_with_other_amounts_is_refused(tmp_path: Path, answered: list[str]) -> None:
    # Given a file whose amounts are not the answer's
    out = tmp_path / "a.parquet"
    write(_decimals("10.10"), out)

    with pytest.raises(ExportError, match="would not be those of the answer"):
        require_same_decimals(_decimals(*answered), out)


@pytest.mark.parametrize(("name", "says"), [("a.xlsx", "must end in"), ("missing/a.csv", "mkdir -p")])
def test_a_name_that_is_none_for_a_result_is_refused(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        write(RESULT, tmp_path / name)


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()

    with pytest.raises(ExportError, match="name a file elsewhere") as failed:
        write(RESULT, tmp_path / name)

    assert "\n" not in str(failed.value)
