"""What the commands say of a file that is not published: its accepted rows never look as if they could be read."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.commands import audit, report, status
from cli.exit_codes import ExitCode
from cli.main import app
from cli.tables import OUTCOME_COLUMNS, outcome_cells, remark, short_id
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from tests.support.command_line import etl
from tests.support.reports import make_report
from tests.unit.cli.rows import audit_row
from transactions.reports.page import NOT_PUBLISHED
from transactions.results import Counts, RecordedTotal

FIGURES: dict[str, Any] = {
    "rows_read": 60,
    "rows_accepted": 53,
    "rows_rejected": 7,
    "totals": (RecordedTotal(currency="CHF", count=53, sum=Decimal("1.10")),),
}
OTHER = "e" * 64
DUPLICATE = audit_row(FileStatus.DUPLICATE, duplicate_of=OTHER, report="reports/alpine/f.html", **FIGURES)


@dataclass
class FakePipeline:
    """One file, with nothing beside it but its report, the other files of its delivery, and those that overlap."""

    row: AuditRow
    delivery: tuple[AuditRow, ...] = ()
    overlapping: tuple[AuditRow, ...] = ()
    outputs: dict[str, str] = field(default_factory=lambda: {"RawBucket": "raw"})
    objects_of_row: tuple[Any, ...] = ()

    @property
    def audit(self) -> Any:
        return SimpleNamespace(
            get=lambda ids: {row.file_id: row for row in (self.row, *self.overlapping) if row.file_id in ids},
            of_key=lambda _bucket, _key: [self.row],
            count=lambda one, **_asked: int(one is self.row.status),
            of_status=lambda one, **_asked: [self.row] if one is self.row.status else [],
            duplicates_of=lambda _file_id: [],
        )

    def same_delivery(self, _row: AuditRow) -> list[AuditRow]:
        return list(self.delivery)

    def objects(self, _row: AuditRow) -> tuple[Any, ...]:
        return self.objects_of_row

    def processed(self, key: str) -> bytes | None:
        return _report() if key == "reports/alpine/f.json" else None


def _report() -> bytes:
    counts = Counts(read=60, accepted=53, rejected=7)
    return make_report(DUPLICATE.file_id, counts, verdict="VALID_WITH_REJECTED_ROWS", layout="alpine-2025").json()


def _etl(monkeypatch: pytest.MonkeyPatch, row: AuditRow, *arguments: str, **beside: Any) -> Result:
    for command in (audit, report, status):
        monkeypatch.setattr(command, "connect", lambda _suffix: FakePipeline(row, **beside))
    monkeypatch.setattr("cli.console.PLAIN_WIDTH", 200)
    answer = CliRunner().invoke(app, list(arguments))
    assert answer.exit_code == 0, answer.output
    return answer


@pytest.mark.parametrize("one", FileStatus)
def test_rows_of_a_completed_file_alone_are_shown_as_published(one: FileStatus) -> None:
    shown = dict(zip(OUTCOME_COLUMNS, outcome_cells(audit_row(one, **FIGURES)), strict=True))

    assert shown["accept"] == "53"
    assert shown["publish"] == ("53" if one is FileStatus.COMPLETED else "0")


def test_status_shows_what_is_published_and_whose_rows_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = _etl(monkeypatch, DUPLICATE, "status").output

    (line,) = (line for line in shown.splitlines() if DUPLICATE.key in line)
    assert line.split()[-7:] == ["60", "53", "7", "0", "0", "4.0", "s"]
    assert f"same content as {OTHER[:12]}" in shown


def test_programs_are_told_how_many_rows_are_published(monkeypatch: pytest.MonkeyPatch) -> None:
    (listed,) = json.loads(_etl(monkeypatch, DUPLICATE, "status", "--json").stdout)
    trail = json.loads(_etl(monkeypatch, DUPLICATE, "audit", DUPLICATE.file_id, "--json").stdout)

    assert (listed["rows_accepted"], listed["rows_published"]) == (53, 0)
    assert listed["duplicate_of"] == OTHER
    assert trail["row"] == listed


def test_audit_says_that_no_accepted_row_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = _etl(monkeypatch, DUPLICATE, "audit", DUPLICATE.file_id).output

    assert f"0 rows: DUPLICATE, same content as {OTHER[:12]}" in shown
    assert "Control totals of the accepted rows, none of which is published" in shown


def test_audit_says_how_many_rows_are_published(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = _etl(monkeypatch, audit_row(**FIGURES), "audit", DUPLICATE.file_id).output

    assert "53 rows" in shown
    assert "none of which is published" not in shown


def test_audit_lists_the_other_files_of_the_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    row, newer = audit_row(FileStatus.SUPERSEDED), audit_row(file_id=OTHER, key="incoming/alpine/newer.csv")
    asked = ("audit", row.file_id)

    shown = _etl(monkeypatch, row, *asked, delivery=(newer,)).output
    told = json.loads(_etl(monkeypatch, row, *asked, "--json", delivery=(newer,)).stdout)

    assert _section(shown, "Other files of its delivery") == [f"2025-10-06 08:00:00 COMPLETED {newer.key} {OTHER[:12]}"]
    assert [other["file_id"] for other in told["delivery"]] == [OTHER]
    assert "delivery" not in _etl(monkeypatch, row, *asked).output


def test_audit_lists_the_files_that_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a file whose row names one other, of two
    figures: dict[str, Any] = {"rows_in_other_files": 3, "conflicting_rows": 1, "overlapping_file_count": 2}
    row, month = audit_row(overlapping_files=(OTHER,), **figures), audit_row(file_id=OTHER, key="incoming/alpine/m.csv")
    asked = ("audit", row.file_id)

    shown = _etl(monkeypatch, row, *asked, overlapping=(month,)).output
    told = json.loads(_etl(monkeypatch, row, *asked, "--json", overlapping=(month,)).stdout)

    title = "Files that had some of its transactions too (and 1 more file: etl query overlaps)"
    assert _section(shown, title) == [f"2025-10-06 08:00:00 COMPLETED {month.key} {OTHER[:12]}"]
    assert "3 rows in 2 other files, 1 of them in conflict" in shown
    assert [other["file_id"] for other in told["overlapping"]] == [OTHER]


def _section(shown: str, title: str) -> list[str]:
    """Return the rows of the table below a title, their cells parted by one space."""
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    (start,) = (place for place, line in enumerate(lines) if line == title)
    # Below the title are an empty line, the columns' names and a line.
    table = lines[start + 4 :]
    return table[: table.index("")]


def test_the_page_that_is_opened_has_the_status_of_now(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Given a report whose page is not written yet
    place = tmp_path / "page.html"

    _etl(monkeypatch, DUPLICATE, "report", DUPLICATE.file_id, "--out", str(place))

    assert f"<strong>DUPLICATE</strong> {NOT_PUBLISHED}" in place.read_text(encoding="utf-8")


def test_a_report_is_written_and_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "page.html"

    answer = _etl(monkeypatch, DUPLICATE, "report", DUPLICATE.file_id, "--json", "--out", str(place))

    assert json.loads(answer.stdout)["verdict"] == "VALID_WITH_REJECTED_ROWS"
    assert place.exists()


@pytest.mark.parametrize("one", FileStatus)
def test_a_file_of_any_status_is_shown(monkeypatch: pytest.MonkeyPatch, one: FileStatus) -> None:
    assert one.value in _etl(monkeypatch, audit_row(one, **FIGURES), "status").output


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, ""),
        ({"rows_in_other_files": 1, "overlapping_file_count": 2}, "1 row in 2 other files"),
        (
            {"rows_in_other_files": 1200, "overlapping_file_count": 1, "conflicting_rows": 3},
            "1 200 rows in 1 other file, 3 of them in conflict",
        ),
    ],
)
def test_a_completed_files_remark_says_what_others_have_too(facts: dict[str, int], words: str) -> None:
    assert remark(audit_row(FileStatus.COMPLETED, **facts)) == words


def test_rows_that_are_not_in_quarantine_are_not_exported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(report, "connect", lambda _suffix: FakePipeline(DUPLICATE))

    answer = etl("report", DUPLICATE.key, "--rows", tmp_path / "rows.csv")

    assert answer.exit_code == ExitCode.USAGE
    assert "the file is DUPLICATE" in answer.stderr
    assert f"'etl report {short_id(DUPLICATE.file_id)}' shows" in answer.stderr
    assert not (tmp_path / "rows.csv").exists()


def test_a_page_that_cannot_be_written_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(report, "connect", lambda _suffix: FakePipeline(DUPLICATE))

    answer = etl("report", DUPLICATE.key, "--out", tmp_path / "missing" / "page.html")

    assert (answer.exit_code, answer.stderr.count("\n")) == (ExitCode.USAGE, 1)
    assert f"mkdir -p {tmp_path / 'missing'}" in answer.stderr
