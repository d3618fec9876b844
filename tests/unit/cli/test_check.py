"""``etl check``: one local file, the deployed functions' whole work, a verdict in words and as an exit code."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import duckdb
import msgspec
import pytest

from cli.checking import files as checking
from cli.exit_codes import ExitCode
from tests.support.command_line import Answer, etl
from tests.unit.transactions.support import ALPINE_HEADER, CATALOG, alpine_file, alpine_row, good_rows
from transactions.codes import FileCode, RowCode, WarningCode
from transactions.files import transform_file
from transactions.masking import masked_name
from transactions.reports.report import Report
from transactions.results import Counts, Transformation, Written

LAYOUTS = Path(__file__).resolve().parents[3] / "layouts"
Check = Callable[..., Answer]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Check:
    """Run the command as a pipe sees it."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    return lambda *arguments: etl("check", *arguments)


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Write a file to be checked."""

    def write(content: bytes, name: str = "october.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


Write = Callable[..., Path]


def _report(result: Answer) -> Report:
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


def test_a_layout_is_used_before_it_has_a_sample(check: Check, file: Write, tmp_path: Path) -> None:
    unfinished = tmp_path / "mine.yaml"
    before_the_sample = (LAYOUTS / "alpine-2025.yaml").read_text().replace("alpine-2025", "mine").split("\nsample:")[0]
    unfinished.write_text(before_the_sample)

    result = check(file(alpine_file(*good_rows(2))), "--layout", unfinished)

    assert result.exit_code == ExitCode.OK
    assert "Every transaction of the file is accepted." in result.stdout


def test_without_a_sample_the_layout_is_checked_as_well(check: Check, file: Write, tmp_path: Path) -> None:
    wrong = tmp_path / "mine.yaml"
    before_the_sample = (LAYOUTS / "alpine-2025.yaml").read_text().replace("alpine-2025", "mine").split("\nsample:")[0]
    wrong.write_text(before_the_sample.replace("csv", "cvs"))

    result = check(file(b""), "--layout", wrong)

    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert "format: found 'cvs'; did you mean csv? Allowed: csv, json" in " ".join(result.stderr.split())
    assert "sample" not in result.stderr


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
    assert f"{tmp_path / 'taken'}" in result.stderr
    assert result.stderr.count("\n") == 1


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
    assert "failed (ReconciliationError)" in result.stderr


def test_the_page_names_every_exit_code_and_option(check: Check) -> None:
    page = (LAYOUTS.parent / "docs" / "checking.md").read_text(encoding="utf-8")

    codes = {int(code) for code in re.findall(r"^\| (\d) \|", page, flags=re.MULTILINE)}
    options = set(re.findall(r"--[a-z][a-z-]+", check("--help").stdout)) - {"--help"}

    assert codes == set(ExitCode)
    assert options
    assert options <= set(re.findall(r"--[a-z][a-z-]+", page))


def test_a_compressed_document_is_checked_as_its_content(check: Check, file: Write) -> None:
    sample = (LAYOUTS / "obie-v3.sample.json").read_bytes()

    report = _report(check(file(gzip.compress(sample), "october.JSON"), "--json"))

    assert (report.layout, report.file.format) == ("obie-v3", "json")


@pytest.mark.parametrize(
    ("name", "renamed"),
    [("october.csv.gz", "october.csv"), ("october.TXT", "october.csv"), ("october", "october.csv")],
)
def test_a_name_that_the_pipeline_ignores_needs_attention(check: Check, file: Write, name: str, renamed: str) -> None:
    path = file(alpine_file(*good_rows(1)), name)

    shown, told = check(path), check(path, "--json")

    assert (shown.exit_code, told.exit_code) == (ExitCode.NOTICE, ExitCode.NOTICE)
    assert f"the pipeline ignores {name}" in shown.stdout
    assert f"rename it to {renamed}" in " ".join(shown.stdout.split())
    document = json.loads(told.stdout)
    assert (document["verdict"], document["ignored"], document["rename_to"]) == ("VALID", True, renamed)


def test_what_a_layout_excludes_is_printed_by_its_rule(check: Check) -> None:
    shown = check(LAYOUTS / "comdirect-giro.sample.csv", "--name", "umsaetze_1000000001_20250930_1200.csv").stdout

    for words in ("1 dropped row", "rows whose Buchungstag is offen", "3 skipped lines", "dialect.skipLines[0]"):
        assert words in shown


def test_values_are_shown_only_if_asked_and_never_written(check: Check, file: Write, tmp_path: Path) -> None:
    # Given a cell that is wrong, an id that is repeated, and a row that is broken
    texts = ["Zeno 7x", "T-Repeated", "Broken row"]
    rejected = [alpine_row(transaction_id="W", amount=texts[0]), *[alpine_row(transaction_id=texts[1])] * 2, texts[2]]
    path, out = file(alpine_file(*good_rows(4), *rejected)), tmp_path / "out"

    shown, masked = check(path, "--show-values", "--out", out), check(path)

    assert all(text in shown.stdout for text in texts)
    assert not any(text in masked.stdout for text in texts)
    written = [one.read_text() for one in out.rglob("*") if one.suffix in {".html", ".json"}]
    assert len(written) == 2
    assert not any(text in one for one in written for text in texts)
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT masked_value FROM read_parquet(?)", [f"{out}/quarantine/**/*.parquet"])
        assert not {text for (text,) in rows.fetchall()} & set(texts)


@pytest.mark.parametrize(
    ("sample", "line"),
    [
        ("dkb-2023.sample.csv", ["6", "Vorgemerkt"]),
        ("example-lists.sample.json", ["14", "$.entries.pending[*]"]),
        ("example-wrapped.sample.csv", ["7", ";Total;;1.305,40"]),
    ],
)
def test_values_of_dropped_rows_and_lines_are_shown(check: Check, sample: str, line: list[str]) -> None:
    shown, masked = check(LAYOUTS / sample, "--show-values"), check(LAYOUTS / sample)

    assert line in [words.split() for words in shown.stdout.splitlines()]
    assert line not in [words.split() for words in masked.stdout.splitlines()]


def test_values_are_for_one_file_on_the_terminal(check: Check, file: Write) -> None:
    path = file(alpine_file(*good_rows(1)))

    assert check(path, "--show-values", "--json").exit_code == ExitCode.USAGE
    assert check(path, path, "--show-values").exit_code == ExitCode.USAGE


@pytest.fixture
def folder(file: Write, tmp_path: Path) -> Path:
    """Write a valid file, one with a rejected row, and one that the pipeline ignores, and another deeper down."""
    (tmp_path / "deeper").mkdir()
    file(alpine_file(*good_rows(1)), "a.csv")
    file(alpine_file(*good_rows(3), alpine_row(amount="x")), "deeper/b.csv")
    file(b"", "notes.txt")
    file(b"", ".hidden.csv")
    return tmp_path


def test_a_folder_is_checked_file_by_file(check: Check, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)

    result = check(".")

    lines = [line.split() for line in result.stdout.splitlines()]
    assert [line[-5:] for line in lines if line and line[0] in {"a.csv", "deeper/b.csv"}] == [
        ["Valid", "1", "1", "0", "0"],
        ["rows", "4", "3", "1", "0"],
    ]
    assert "3 files: 1 valid; 1 valid, with rejected rows; 1 not checked" in result.stdout
    assert "the pipeline ignores this name: rename it to notes.csv" in " ".join(result.stdout.split())
    assert result.exit_code == ExitCode.NOTICE


def test_the_folder_of_all_files_is_shown_once(
    check: Check, file: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    names = ["transactions-of-october.csv", "transactions-of-november.csv"]
    for name in names:
        file(alpine_file(*good_rows(1)), name)

    lines = check(tmp_path).stdout.splitlines()

    assert lines[0] == f"in {masked_name(str(tmp_path))}/"
    assert [line.split()[0] for line in lines if "Valid" in line] == sorted(names)


def test_the_exit_code_of_several_files_is_the_worst(check: Check, file: Write) -> None:
    good, bad = file(alpine_file(*good_rows(1))), file(b"", "empty.csv")

    assert check(good, good).exit_code == ExitCode.OK
    assert check(bad, good).exit_code == ExitCode.REFUSED


def test_several_files_are_a_list_for_programs(check: Check, folder: Path) -> None:
    found = json.loads(check(folder, "--json").stdout)

    assert [(one["path"], one.get("verdict"), one["rename_to"]) for one in found] == [
        (str(folder / "a.csv"), "VALID", ""),
        (str(folder / "deeper" / "b.csv"), "VALID_WITH_REJECTED_ROWS", ""),
        (str(folder / "notes.txt"), None, "notes.csv"),
    ]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(check: Check, folder: Path) -> None:
    (folder / "0.csv").symlink_to("/proc/self/mem")

    result = check(folder, "--json")

    assert result.exit_code == ExitCode.FAILED
    assert [one.get("verdict", one.get("error", "")[-18:]) for one in json.loads(result.stdout)] == [
        "Input/output error",
        "VALID",
        "VALID_WITH_REJECTED_ROWS",
        "",
    ]


def test_each_file_is_a_case_of_a_junit_report(check: Check, folder: Path, tmp_path: Path) -> None:
    (folder / "bad\x01<name>.csv").write_bytes(b"")

    check(folder, "--junit", tmp_path / "checked.xml")

    suite = ET.fromstring((tmp_path / "checked.xml").read_bytes())  # noqa: S314 - the command's own
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "3", "0")
    failures = {case.get("name"): [failure.get("type") for failure in case] for case in suite}
    assert failures == {
        str(folder / "a.csv"): [],
        str(folder / "bad?<name>.csv"): [FileCode.EMPTY_FILE],
        str(folder / "deeper" / "b.csv"): ["VALID_WITH_REJECTED_ROWS"],
        str(folder / "notes.txt"): ["NAME_IGNORED"],
    }


@pytest.mark.parametrize("options", [("--name", "october.csv"), ("--layout", "alpine-2025"), ("--partner", "alpine")])
def test_standard_input_is_checked_by_name_or_layout(options: tuple[str, ...]) -> None:
    result = etl("check", "-", *options, "--json", given=alpine_file(*good_rows(2)))

    assert result.exit_code == ExitCode.OK
    assert json.loads(result.stdout)["counts"]["accepted"] == 2


@pytest.mark.parametrize("given", [("-",), ("/dev/stdin",), ("-", "no-such-file.csv"), ("-", "-", "--name", "a.csv")])
def test_input_that_cannot_be_told_is_incorrect_usage(given: tuple[str, ...], check: Check) -> None:
    result = check(*given)

    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")


def test_a_folder_without_files_is_incorrect_usage(check: Check, tmp_path: Path) -> None:
    assert check(tmp_path).exit_code == ExitCode.USAGE
