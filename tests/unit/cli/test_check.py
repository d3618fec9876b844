"""``etl check``: one local file, the deployed functions' whole work, a verdict in words and as an exit code."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from typer.testing import CliRunner, Result

from cli import checking
from cli.exit_codes import ExitCode
from cli.main import app
from tests.unit.transactions.support import ALPINE_HEADER, CATALOG, alpine_file, alpine_row, good_rows
from transactions.codes import FileCode, RowCode, WarningCode
from transactions.files import transform_file
from transactions.reports.report import Report
from transactions.results import Counts, Transformation, Written

LAYOUTS = Path(__file__).resolve().parents[3] / "layouts"
Check = Callable[..., Result]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Check:
    """Run the command as a pipe sees it."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    return lambda *arguments: CliRunner().invoke(app, ["check", *map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Write a file to be checked."""

    def write(content: bytes, name: str = "october.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


Write = Callable[..., Path]


def _report(result: Result) -> Report:
    return msgspec.json.decode(result.stdout, type=Report)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (alpine_file(*good_rows(3)), ExitCode.OK),
        (alpine_file(alpine_row(amount="x"), *good_rows(3)), ExitCode.NOTICE),
        (alpine_file(alpine_row(amount="x")), ExitCode.REFUSED),
        (b"", ExitCode.REFUSED),
    ],
)
def test_the_exit_code_of_a_check_is_the_verdict(check: Check, file: Write, content: bytes, code: ExitCode) -> None:
    assert check(file(content)).exit_code == code


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no-such-file.csv",),
        (LAYOUTS / "alpine-2025.sample.csv", "--no-such-option"),
        (LAYOUTS / "alpine-2025.sample.csv", "--partner", "nobody"),
        (LAYOUTS / "alpine-2025.sample.csv", "--layout", "nothing"),
        (LAYOUTS / "alpine-2025.sample.csv", "--layout", "nothing.yaml"),
        (LAYOUTS / "alpine-2025.sample.csv", "--layout", "dkb-2023", "--partner", "alpine"),
    ],
)
def test_a_wrong_call_has_its_exit_code_and_prints_no_result(check: Check, arguments: tuple[str, ...]) -> None:
    result = check(*arguments)

    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert result.stderr


def test_an_error_in_a_layout_names_its_key(check: Check, file: Write, tmp_path: Path) -> None:
    wrong = tmp_path / "mine.yaml"
    wrong.write_text((LAYOUTS / "alpine-2025.yaml").read_text().replace("alpine-2025", "mine").replace("csv", "cvs"))

    result = check(file(b""), "--layout", wrong)

    assert result.exit_code == ExitCode.USAGE
    assert "mine.yaml" in result.stderr
    assert "format: found 'cvs'; did you mean csv? Allowed: csv, json" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[" * 100_000, "mine.yaml:1:21: lists and mappings stand more than"),
        ("a: 1\na: 2", "mine.yaml:2:1: a stands there twice"),
        ("a: " + "9" * 5000, "mine.yaml:1:4: no value"),
    ],
    ids=range(3),
)
def test_a_file_that_is_no_layout_is_refused_by_its_place(
    check: Check, file: Write, tmp_path: Path, content: str, complaint: str
) -> None:
    wrong = tmp_path / "mine.yaml"
    wrong.write_text(content)

    result = check(file(b""), "--layout", wrong)

    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert result.stderr.startswith("error: mine.yaml:")
    assert complaint in " ".join(result.stderr.split())


def test_rejected_rows_are_printed_with_cures_but_no_cells(check: Check, file: Write) -> None:
    cell = "Zebulon 12x"

    result = check(file(alpine_file(*good_rows(3), alpine_row(transaction_id="W", amount=cell))))

    for words in ("Valid, with rejected rows", RowCode.AMOUNT_FORMAT, RowCode.AMOUNT_FORMAT.cure, "xxxxxxx 99x"):
        assert words in result.stdout
    assert [line.split()[0] for line in result.stdout.splitlines() if "xxxxxxx 99x" in line] == ["5"]
    assert cell not in result.output


def test_a_balance_break_is_printed_and_the_file_stays_valid(check: Check, file: Write, tmp_path: Path) -> None:
    own = tmp_path / "alpine-2026.yaml"
    shipped = (LAYOUTS / "alpine-2025.yaml").read_text().replace("alpine-2025", "alpine-2026")
    own.write_text(f"runningBalance: ascending\n{shipped}")

    result = check(file(alpine_file(*good_rows(2))), "--layout", own)

    assert result.exit_code == ExitCode.OK
    assert f"warning {WarningCode.BALANCE_BREAK} (1)" in result.stdout


def test_a_check_as_json_prints_only_the_report(check: Check) -> None:
    layout = CATALOG.get("alpine-2025")

    report = _report(check(LAYOUTS / "alpine-2025.sample.csv", "--json"))

    assert {total.currency: total.sum for total in report.totals} == layout.sample.totals
    assert {error.code: error.count for error in report.errors} == layout.sample.errors
    assert (report.layout, report.file.partner) == (layout.name, layout.partner)


def test_no_partner_is_named_if_no_layout_fits(check: Check, file: Write) -> None:
    report = _report(check(file(b"a,b\n1,2\n"), "--json"))

    assert report.rejection is not None
    assert (report.rejection.code, report.file.partner, report.layout) == (FileCode.HEADER_MISMATCH, "unknown", "")


def test_a_file_of_another_partners_layout_is_rejected(check: Check, file: Write) -> None:
    result = check(file(alpine_file(*good_rows(1))), "--partner", "dkb")

    assert result.exit_code == ExitCode.REFUSED
    assert FileCode.HEADER_MISMATCH in result.stdout


def test_a_layout_given_with_the_file_is_the_one_used(check: Check, file: Write, tmp_path: Path) -> None:
    own = tmp_path / "mine-2026.yaml"
    shipped = (LAYOUTS / "alpine-2025.yaml").read_text()
    own.write_text(shipped.replace("name: alpine-2025", "name: mine-2026").replace("partner: alpine", "partner: mine"))

    report = _report(check(file(alpine_file(*good_rows(1))), "--layout", own, "--json"))

    assert (report.verdict, report.layout, report.file.partner) == ("VALID", "mine-2026", "mine")


def test_checking_twice_writes_rows_and_report_once(check: Check, file: Write, tmp_path: Path) -> None:
    path, out = file(alpine_file(*good_rows(3), alpine_row(transaction_id="W", currency="XXXX"))), tmp_path / "out"

    results = [check(path, "--out", out, "--json") for _ in range(2)]

    rows = "SELECT count(*) FROM read_parquet(?)"
    with duckdb.connect() as connection:
        assert connection.execute(rows, [f"{out}/transactions/**/*.parquet"]).fetchall() == [(3,)]
        assert connection.execute(rows, [f"{out}/quarantine/**/*.parquet"]).fetchall() == [(1,)]
    [page] = out.glob("reports/alpine/*.html")
    [written] = out.glob("reports/alpine/*.json")
    assert page.stem == written.stem
    assert [result.exit_code for result in results] == [ExitCode.NOTICE] * 2
    assert msgspec.json.decode(written.read_bytes(), type=Report) == _report(results[-1])


def test_a_rejected_file_leaves_only_its_report(check: Check, file: Write, tmp_path: Path) -> None:
    out = tmp_path / "out"

    check(file(ALPINE_HEADER.encode()), "--out", out)

    assert {path.relative_to(out).parts[0] for path in out.rglob("*") if path.is_file()} == {"reports"}


def test_an_unwritable_folder_fails_the_check_not_the_file(check: Check, file: Write, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    result = check(file(alpine_file(*good_rows(1))), "--out", tmp_path / "taken" / "out")

    assert (result.exit_code, result.stdout) == (ExitCode.FAILED, "")
    assert "the check failed" in result.stderr


@pytest.mark.parametrize("part", ["counts", "totals", "written"])
def test_two_readings_that_disagree_fail_the_check_not_the_file(
    check: Check, file: Write, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    slips = {"counts": Counts(read=1, rejected=1), "totals": (), "written": Written(count=0, totals=())}

    def slipping(*arguments: Any) -> Transformation:
        return msgspec.structs.replace(transform_file(*arguments), **{part: slips[part]})

    monkeypatch.setattr(checking, "transform_file", slipping)

    result = check(file(alpine_file(*good_rows(1))))

    assert (result.exit_code, result.stdout) == (ExitCode.FAILED, "")
    assert "the check failed (ReconciliationError)" in result.stderr


def test_the_page_names_every_exit_code_and_option(check: Check) -> None:
    page = (LAYOUTS.parent / "docs" / "checking.md").read_text(encoding="utf-8")

    codes = {int(code) for code in re.findall(r"^\| (\d) \|", page, flags=re.MULTILINE)}
    options = set(re.findall(r"--[a-z]+", check("--help").stdout)) - {"--help"}

    assert codes == set(ExitCode)
    assert options
    assert options <= set(re.findall(r"--[a-z]+", page))


def test_a_compressed_document_is_checked_as_its_content(check: Check, file: Write) -> None:
    sample = (LAYOUTS / "obie-v3.sample.json").read_bytes()

    report = _report(check(file(gzip.compress(sample), "october.JSON.gz"), "--json"))

    assert (report.layout, report.file.format) == ("obie-v3", "json")
