"""``etl query``: where its SQL comes from, and how the result is shown."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from cli.commands.query import ROWS_SHOWN
from cli.exit_codes import ExitCode
from cli.main import app
from deployment.athena import QueryError, QueryResult, ResultColumn

Etl = Callable[..., Result]
COLUMNS = (ResultColumn("currency", "varchar"), ResultColumn("total", "decimal", precision=38, scale=5))


class FakeAthena:
    """Answers every query with the same rows or error, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.error = ""
        self.answer = QueryResult(columns=COLUMNS, rows=[{"currency": "EUR", "total": "1.10000"}])

    def result(self, sql: str) -> QueryResult:
        self.asked.append(sql)
        if self.error:
            raise QueryError(self.error)
        return self.answer


@pytest.fixture
def athena(monkeypatch: pytest.MonkeyPatch) -> FakeAthena:
    fake = FakeAthena()
    monkeypatch.setattr("cli.commands.query.connect", lambda _suffix: SimpleNamespace(athena=fake))
    return fake


@pytest.fixture
def etl() -> Etl:
    return lambda *arguments, stdin="": CliRunner().invoke(app, ["query", *map(str, arguments)], input=stdin)


def test_sql_comes_from_the_call_a_file_or_standard_input(athena: FakeAthena, etl: Etl, tmp_path: Path) -> None:
    file = tmp_path / "q.sql"
    # As some editors save it
    file.write_text("SELECT 2", encoding="utf-8-sig")

    assert etl("SELECT 1").exit_code == ExitCode.OK
    assert etl("--file", file).exit_code == ExitCode.OK
    assert etl("-", stdin="SELECT 3\n").exit_code == ExitCode.OK

    assert athena.asked == ["SELECT 1", "SELECT 2", "SELECT 3\n"]


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (["nonsense"], "", "no saved query nonsense"),
        (["SELECT 1", "--out", "a.xlsx"], "", "must end in"),
        (["SELECT 1", "--out", "missing/a.csv"], "", "mkdir -p missing"),
        (["--out", "a.csv"], "", "need a query"),
        (["--vertical"], "", "need a query"),
        (["SELECT 1", "--file", __file__], "", "both a query and --file"),
        (["SELECT 1", "--vertical", "--json"], "", "leave it out"),
        (["DROP TABLE transactions"], "", "DROP is refused"),
        (["-"], "DROP TABLE transactions", "DROP is refused"),
        (["-"], "", "no SQL"),
    ],
)
def test_a_wrong_call_says_in_one_line_what_to_give(
    athena: FakeAthena, etl: Etl, arguments: list[str], stdin: str, says: str
) -> None:
    answer = etl(*arguments, stdin=stdin)

    assert answer.exit_code != ExitCode.OK
    assert says in str(answer.exception)
    assert "\n" not in str(answer.exception)
    assert athena.asked == []


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.d.t' does not exist", "SHOW TABLES"),
        ("COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved", "DESCRIBE ledger"),
        ('Binder Error: Referenced column "x" not found in FROM clause!', "DESCRIBE ledger"),
    ],
)
def test_an_unknown_name_says_what_lists_the_names(athena: FakeAthena, etl: Etl, error: str, says: str) -> None:
    athena.error = error

    said = str(etl("SELECT x FROM t").exception)

    assert said.startswith(f"{error}: ")
    assert says in said


def test_another_error_of_athena_stays_as_it_is(athena: FakeAthena, etl: Etl) -> None:
    athena.error = "DIVISION_BY_ZERO: Division by zero"

    assert str(etl("SELECT 1 / 0").exception) == athena.error


def test_a_file_that_is_no_text_is_refused(athena: FakeAthena, etl: Etl, tmp_path: Path) -> None:
    file = tmp_path / "q.sql"
    file.write_bytes(b"SELECT '\xff'")

    assert "no text in UTF-8" in str(etl("--file", file).exception)
    assert athena.asked == []


@pytest.mark.usefixtures("athena")
def test_a_missing_file_is_incorrect_usage(etl: Etl) -> None:
    assert etl("--file", "missing.sql").exit_code == ExitCode.USAGE


def test_a_vertical_result_has_one_line_per_column(athena: FakeAthena, etl: Etl) -> None:
    athena.answer = QueryResult(
        columns=COLUMNS, rows=[{"currency": "EUR", "total": "1.10000"}, {"currency": None, "total": "-2.00000"}]
    )

    assert etl("SELECT 1", "--vertical").stdout.splitlines()[1:] == [
        "row 1",
        "  currency  EUR",
        "  total     1.10000",
        "row 2",
        "  currency",
        "  total     -2.00000",
        "2 rows",
    ]


@pytest.mark.parametrize("options", [[], ["--vertical"]])
def test_what_is_not_shown_is_said(athena: FakeAthena, etl: Etl, options: list[str]) -> None:
    athena.answer = QueryResult(columns=COLUMNS, rows=[{"currency": "EUR", "total": "1.00"}] * (ROWS_SHOWN + 1))

    assert etl("SELECT 1", *options).stdout.endswith("201 rows, 1 not shown: --out result.csv has all\n")
