"""``etl submit``: where a file goes, and what the command ends with."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from cli.commands import submit as command
from cli.commands.submit import exit_code, key_of, next_steps
from cli.exit_codes import ExitCode
from cli.main import app
from cli.options import UsageError, duration
from cli.progress import Watch
from cli.tables import amount, counted, remark
from deployment.pipeline import Upload
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from tests.unit.cli.rows import audit_row


@pytest.mark.parametrize(
    ("name", "folder", "key"),
    [
        ("a.csv", "", "incoming/alpine/a.csv"),
        ("a b+c%.JSON", "2025-10", "incoming/alpine/2025-10/a b+c%.JSON"),
        ("a.csv", "/2025//10/", "incoming/alpine/2025/10/a.csv"),
    ],
)
def test_the_key_of_a_submitted_file_names_its_partner(name: str, folder: str, key: str) -> None:
    assert key_of(Path("/home/me") / name, "alpine", folder) == key


@pytest.mark.parametrize(
    ("name", "partner", "says"),
    [
        ("a.txt", "alpine", "takes files that end in .csv or .json"),
        ("csv", "alpine", "takes files that end in"),
        ("a.csv", "Alpine", "is no partner"),
        ("a.csv", "alpine/../dkb", "is no partner"),
        ("a.csv", "", "is no partner"),
    ],
)
def test_what_the_pipeline_would_ignore_is_not_submitted(name: str, partner: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        key_of(Path(name), partner, "")


@pytest.mark.parametrize("folder", ["..", "../x", "2025/../../dkb", "./2025"])
def test_a_folder_lies_below_the_partners(folder: str) -> None:
    with pytest.raises(UsageError, match="is no folder below the partner's"):
        key_of(Path("a.csv"), "alpine", folder)


def test_files_of_one_name_are_not_submitted_together(tmp_path: Path) -> None:
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.csv").touch()
    files = [str(tmp_path / folder / "a.csv") for folder in ("old", "new")]

    refused = CliRunner().invoke(app, ["submit", *files, "--partner", "alpine"]).exception

    assert isinstance(refused, UsageError)
    assert "2 of the files would be incoming/alpine/a.csv" in str(refused)


def test_a_dry_run_shows_the_keys_and_uploads_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Given a deployment that takes no upload, and has one of the two files
    (tmp_path / "a.csv").touch()
    (tmp_path / "b.json").touch()
    of_key = {"incoming/alpine/2025/a.csv": [audit_row(file_id="f" * 64)]}
    audit = SimpleNamespace(of_key=lambda _bucket, key: of_key.get(key, []))
    deployed = SimpleNamespace(audit=audit, outputs={"RawBucket": "raw"})
    monkeypatch.setattr(command, "connect", lambda _suffix: deployed)
    arguments = ["submit", str(tmp_path / "a.csv"), str(tmp_path / "b.json"), "--partner", "alpine"]

    shown = CliRunner().invoke(app, [*arguments, "--folder", "2025", "--dry-run"])
    told = CliRunner().invoke(app, [*arguments, "--folder", "2025", "--dry-run", "--json"])

    assert "2 files would be uploaded" in shown.output
    assert msgspec.json.decode(told.output) == [
        {"key": "incoming/alpine/2025/a.csv", "replaces": "f" * 64},
        {"key": "incoming/alpine/2025/b.json", "replaces": ""},
    ]


IBAN = "DE89370400440532013000"


def _deployed(monkeypatch: pytest.MonkeyPatch, settle: Callable[..., object]) -> None:
    deployed = SimpleNamespace(
        audit=SimpleNamespace(of_key=lambda _bucket, _key: []),
        outputs={"RawBucket": "raw"},
        upload=lambda key, _content: Upload(key=key, version_id="1"),
        settle=settle,
    )
    monkeypatch.setattr(command, "connect", lambda _suffix: deployed)


def _submit(tmp_path: Path, option: str) -> Result:
    file = tmp_path / f"{IBAN}.csv"
    file.touch()
    return CliRunner().invoke(app, ["submit", str(file), "--partner", "alpine", option])


def test_an_account_number_in_a_name_is_masked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def settle(uploads: list[Upload], *, watch: Watch, **_: object) -> dict[Upload, AuditRow]:
        rows = {upload: audit_row(key=upload.key) for upload in uploads}
        watch(rows)
        return rows

    _deployed(monkeypatch, settle)

    for option in ("--dry-run", "--wait"):
        answer = _submit(tmp_path, option)
        assert "DE**" in answer.output
        assert IBAN not in answer.output


def test_ctrl_c_ends_the_waiting_and_not_the_processing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def settle(*_: object, **__: object) -> dict[Upload, AuditRow]:
        raise KeyboardInterrupt

    _deployed(monkeypatch, settle)

    answer = _submit(tmp_path, "--wait")

    assert answer.exit_code == 130
    assert "processed all the same: etl status --partner alpine --watch" in answer.output


@pytest.mark.parametrize(
    ("files", "steps"),
    [
        (1, ["why: etl report f0ffffffffff"]),
        (
            3,
            [
                "why (0.csv): etl report f0ffffffffff",
                "why (1.csv): etl report f1ffffffffff",
                "more (2.csv): etl audit f2ffffffffff; once the cause is fixed: etl replay",
            ],
        ),
    ],
)
def test_of_several_files_each_next_step_names_its_own(files: int, steps: list[str]) -> None:
    rows = [
        audit_row(status, key=f"incoming/alpine/{number}.csv", file_id=f"f{number}".ljust(64, "f"), report="r.json")
        for number, status in enumerate([FileStatus.REJECTED, FileStatus.REJECTED, FileStatus.FAILED][:files])
    ]

    assert next_steps(rows) == steps


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([audit_row(), audit_row(FileStatus.DUPLICATE)], ExitCode.OK),
        ([audit_row(), audit_row(rows_rejected=1)], ExitCode.NOTICE),
        ([audit_row(rows_rejected=1), audit_row(FileStatus.REJECTED)], ExitCode.REFUSED),
        ([audit_row(FileStatus.FAILED)], ExitCode.REFUSED),
    ],
)
def test_the_exit_code_of_a_submission_is_the_worst_outcome(rows: list[object], code: ExitCode) -> None:
    assert exit_code(rows) == code  # type: ignore[arg-type] # pytest's parameters have no closer type


def test_given_a_status_when_remarked_then_the_reason_is_named() -> None:
    assert remark(audit_row(FileStatus.REJECTED, detail="EMPTY_FILE")) == "EMPTY_FILE"
    assert remark(audit_row(FileStatus.DUPLICATE, duplicate_of="f0")) == "same content as f0"
    assert remark(audit_row(FileStatus.SUPERSEDED, superseded_by="f9")) == "replaced by f9"
    assert remark(audit_row(FileStatus.FAILED, error="TypeError")) == "TypeError"
    assert remark(audit_row()) == ""


def test_a_replayed_file_has_no_remark_on_its_old_failure() -> None:
    assert remark(audit_row(FileStatus.COMPLETED, error="TypeError")) == ""


@pytest.mark.parametrize(("number", "words"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (1000, "1 000 files")])
def test_given_a_number_when_counted_then_the_word_agrees(number: int, words: str) -> None:
    assert counted(number, "file") == words


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_an_amount_is_grouped_and_keeps_every_digit(number: Decimal) -> None:
    assert amount(number).replace(" ", "") == f"{number:f}"


def test_sums_are_grouped_as_counts_are() -> None:
    assert amount("-1234567.8900") == "-1 234 567.8900"


@given(number=st.integers(0, 999_999), unit=st.sampled_from([("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]))
def test_a_number_with_a_unit_is_a_duration(number: int, unit: tuple[str, int]) -> None:
    assert duration(f"{number}{unit[0]}") == timedelta(seconds=number * unit[1])


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "1.5h", "5 m", "5w"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="write 90s, 15m, 24h or 7d"):
        duration(text)
