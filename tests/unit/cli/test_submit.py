"""``etl submit``: where a file goes, and what the command ends with."""

from datetime import timedelta
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from cli.commands.submit import exit_code, key_of
from cli.exit_codes import ExitCode
from cli.options import UsageError, duration
from cli.tables import counted, remark
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


@given(number=st.integers(0, 999_999), unit=st.sampled_from([("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]))
def test_a_number_with_a_unit_is_a_duration(number: int, unit: tuple[str, int]) -> None:
    assert duration(f"{number}{unit[0]}") == timedelta(seconds=number * unit[1])


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "1.5h", "5 m", "5w"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="write 90s, 15m, 24h or 7d"):
        duration(text)
