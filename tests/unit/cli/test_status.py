"""``etl status``: the latest files, the newest at the bottom."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from typer.testing import CliRunner

from cli.commands import status as command
from cli.commands.status import Seen, find, fitting_view
from cli.console import PrintableConsole
from cli.exit_codes import ExitCode
from cli.main import app
from cli.options import UsageError
from pipeline.audit_row import AuditRow, Change
from pipeline.constants import FileStatus
from tests.unit.cli.rows import audit_row

if TYPE_CHECKING:
    from deployment.audit import AuditTable

NOON = datetime(2025, 11, 3, 12, tzinfo=UTC)
FILE_ID = "ab12" * 16
DAY = (NOON - timedelta(days=1), NOON + timedelta(days=1))


@dataclass
class FakeAudit:
    """Answers as the table does: of each status the newest first, and no more than asked for."""

    rows: list[AuditRow]

    def of_status(
        self, status: FileStatus, *, changed: tuple[datetime, datetime], partner: str | None, limit: int
    ) -> list[AuditRow]:
        first, last = changed
        found = [row for row in self.rows if row.status is status and first <= row.changed_at <= last]
        found = [row for row in found if partner in {None, row.partner}]
        return sorted(found, key=lambda row: row.changed_at, reverse=True)[:limit]

    def count(self, status: FileStatus, *, changed: tuple[datetime, datetime], partner: str | None) -> int:
        return len(self.of_status(status, changed=changed, partner=partner, limit=1000))


def _changed(key: str, minutes: int, status: FileStatus) -> AuditRow:
    at = NOON + timedelta(minutes=minutes)
    return audit_row(status, key=key, uploaded_at=at, history=(Change(status, at, "arn:1", ""),))


ROWS = [
    _changed("third", 3, FileStatus.COMPLETED),
    _changed("first", 1, FileStatus.COMPLETED),
    _changed("fourth", 4, FileStatus.FAILED),
    _changed("second", 2, FileStatus.FAILED),
]


@pytest.mark.parametrize(
    ("limit", "keys"), [(50, ["first", "second", "third", "fourth"]), (2, ["third", "fourth"]), (1, ["fourth"])]
)
def test_the_latest_files_are_shown_with_the_newest_last(limit: int, keys: list[str]) -> None:
    audit = cast("AuditTable", FakeAudit(ROWS))

    found = find(audit, tuple(FileStatus), changed=DAY, partner=None, limit=limit)

    assert [row.key for row in found] == keys


@pytest.mark.parametrize("height", [5, 12, 20, 60])
@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_watched_list_fits_the_terminal_and_has_the_newest(width: int, height: int) -> None:
    # Given files with remarks, each of which needs several lines
    rows = [
        audit_row(FileStatus.DUPLICATE, key=f"incoming/alpine/{number}-{'long-' * 12}.csv", duplicate_of=FILE_ID)
        for number in range(30)
    ]
    console = PrintableConsole(file=io.StringIO(), width=width, height=height)
    seen = Seen(rows=rows, counts={FileStatus.DUPLICATE: 1234})

    view = fitting_view(console, seen)

    lines = ["".join(segment.text for segment in line) for line in console.render_lines(view)]
    text = "".join(line.strip() for line in lines)
    # Where there is room for more than one file
    assert len(lines) <= height or height < 15
    assert "29-long-" in text
    assert "1 234 files: 1 234 DUPLICATE" in " ".join(" ".join(lines).split())


def test_the_summary_counts_the_files_that_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    audit = SimpleNamespace(of_status=FakeAudit(ROWS).of_status, count=FakeAudit(ROWS).count)
    deployed = SimpleNamespace(audit=audit, has_uploads=lambda _partner: False)
    monkeypatch.setattr(command, "connect", lambda _suffix: deployed)

    shown = CliRunner().invoke(app, ["status", "--limit", "1", "--since", "999999d"]).output

    assert "4 files: 2 COMPLETED, 2 FAILED; the latest 1 shown" in shown


def test_an_unknown_partner_is_refused_with_who_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    deployed = SimpleNamespace(audit=FakeAudit(ROWS), has_uploads=lambda partner: partner == "formerly")
    monkeypatch.setattr(command, "connect", lambda _suffix: deployed)

    refused = CliRunner().invoke(app, ["status", "--partner", "alpin"])
    known = CliRunner().invoke(app, ["status", "--partner", "formerly"])

    assert "did you mean alpine?" in str(refused.exception)
    assert known.exit_code == ExitCode.OK


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["--older-than", "7d"], "4 files"),
        (["--older-than", "7d", "--since", "999999d"], "4 files"),
        ([], "no such file has changed since "),
        ([], "a longer --since looks further back"),
        (["--older-than", "7d", "--status", "received"], "no such file\n"),
    ],
)
def test_files_that_are_older_than_a_day_are_found(
    monkeypatch: pytest.MonkeyPatch, options: list[str], shown: str
) -> None:
    audit = SimpleNamespace(of_status=FakeAudit(ROWS).of_status)
    deployed = SimpleNamespace(audit=audit, has_uploads=lambda _partner: False)
    monkeypatch.setattr(command, "connect", lambda _suffix: deployed)

    assert shown in CliRunner().invoke(app, ["status", *options]).output


@pytest.mark.parametrize(
    ("options", "says"),
    [(["--since", "1h", "--older-than", "1h"], "give a longer --since"), (["--watch", "--json"], "leave it out")],
)
def test_options_that_exclude_each_other_are_refused(options: list[str], says: str) -> None:
    refused = CliRunner().invoke(app, ["status", *options])

    assert isinstance(refused.exception, UsageError)
    assert says in str(refused.exception)


def test_only_files_of_the_given_statuses_are_shown() -> None:
    audit = cast("AuditTable", FakeAudit(ROWS))

    found = find(audit, (FileStatus.FAILED,), changed=DAY, partner="alpine", limit=50)

    assert [row.key for row in found] == ["second", "fourth"]


def test_a_list_that_has_every_file_is_not_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    audit = SimpleNamespace(of_status=FakeAudit(ROWS).of_status)
    deployed = SimpleNamespace(audit=audit, has_uploads=lambda _partner: False)
    monkeypatch.setattr(command, "connect", lambda _suffix: deployed)

    shown = CliRunner().invoke(app, ["status", "--since", "999999d"]).output

    assert "4 files: 2 COMPLETED, 2 FAILED\n" in shown
