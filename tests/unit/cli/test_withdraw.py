"""``etl withdraw``: asks first, says why, and leaves alone what has no rows."""

from dataclasses import dataclass, field

import msgspec
import pytest
from typer.testing import CliRunner, Result

from cli import main
from cli.commands import withdraw as command
from cli.exit_codes import ExitCode
from cli.options import UsageError
from cli.tables import short_id
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from tests.unit.cli.rows import audit_row


@dataclass
class FakePipeline:
    """A deployment with one file, which a withdrawal leaves in ``after``."""

    row: AuditRow
    after: FileStatus = FileStatus.WITHDRAWN
    reasons: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=lambda: {"RawBucket": "raw"})

    @property
    def audit(self) -> "FakePipeline":
        return self

    @property
    def withdrawals(self) -> "FakePipeline":
        return self

    def get(self, file_ids: list[str]) -> dict[str, AuditRow]:
        return {self.row.file_id: self.row} if self.row.file_id in file_ids else {}

    def withdraw(self, row: AuditRow, reason: str) -> None:
        assert row == self.row
        self.reasons.append(reason)
        self.row = msgspec.structs.replace(row, status=self.after)


def _call(monkeypatch: pytest.MonkeyPatch, pipeline: FakePipeline, *options: str, answer: str = "") -> Result:
    monkeypatch.setattr(command, "connect", lambda _suffix: pipeline)
    return CliRunner().invoke(main.app, ["withdraw", *options], input=answer)


def test_a_published_file_is_withdrawn_once_it_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = FakePipeline(audit_row(rows_accepted=42))

    result = _call(monkeypatch, pipeline, pipeline.row.file_id, "--reason", "sent twice", answer="y\n")

    assert (result.exit_code, pipeline.reasons) == (ExitCode.OK, ["sent twice"])
    assert "42 rows" in result.stdout
    assert "WITHDRAWN" in result.stdout


def test_nothing_is_withdrawn_without_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = FakePipeline(audit_row())

    result = _call(monkeypatch, pipeline, pipeline.row.file_id, "--reason", "sent twice", answer="n\n")

    assert (result.exit_code, pipeline.reasons) == (1, [])


def test_a_program_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = FakePipeline(audit_row())

    result = _call(monkeypatch, pipeline, pipeline.row.file_id, "--reason", "why", "--yes", "--json")

    assert msgspec.json.decode(result.stdout)["status"] == "WITHDRAWN"


def test_a_file_that_was_replaced_meanwhile_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = FakePipeline(audit_row(), after=FileStatus.SUPERSEDED)

    result = _call(monkeypatch, pipeline, pipeline.row.file_id, "--reason", "why", "--yes")

    assert result.exit_code == ExitCode.NOTICE
    assert "SUPERSEDED" in result.stdout


@pytest.mark.parametrize("status", sorted(set(FileStatus) - {FileStatus.COMPLETED, FileStatus.WITHDRAWN}))
def test_what_has_no_rows_is_not_withdrawn(monkeypatch: pytest.MonkeyPatch, status: FileStatus) -> None:
    row = audit_row(status)

    _refused(monkeypatch, row, f"has no rows to withdraw: see 'etl audit {short_id(row.file_id)}'")


def test_an_unknown_file_and_an_empty_reason_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _refused(monkeypatch, audit_row(), "no file abc", file_id="abc")
    _refused(monkeypatch, audit_row(), "--reason is empty", reason=" ")


def _refused(
    monkeypatch: pytest.MonkeyPatch, row: AuditRow, says: str, *, file_id: str = "", reason: str = "why"
) -> None:
    pipeline = FakePipeline(row)
    result = _call(monkeypatch, pipeline, file_id or row.file_id, "--reason", reason, "--yes")
    assert isinstance(result.exception, UsageError)
    assert says in str(result.exception)
    assert pipeline.reasons == []
