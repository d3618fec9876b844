"""``etl logs``: what each line says, and where it was written."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import main
from cli.commands import logs as command
from cli.exit_codes import ExitCode
from deployment.logs import LogLine
from pipeline.audit_row import AuditRow
from tests.unit.cli.rows import UPLOADED, audit_row


@dataclass
class FakePipeline:
    """A deployment with one file, of which these lines were logged."""

    lines: list[LogLine]

    @property
    def logs(self) -> "FakePipeline":
        return self

    def of(self, _row: AuditRow) -> list[LogLine]:
        return self.lines


def _line(text: str = "", **document: Any) -> LogLine:
    return LogLine(at=UPLOADED, group="/aws/lambda/lambda-validate-dev", stream="s", text=text, document=document)


def _logs(monkeypatch: pytest.MonkeyPatch, *options: str, lines: list[LogLine]) -> Result:
    monkeypatch.setattr(command, "connect", lambda _suffix: FakePipeline(lines))
    monkeypatch.setattr(command, "find_row", lambda _pipeline, _file: audit_row())
    return CliRunner().invoke(main.app, ["logs", "a.csv", *options])


def test_a_line_shows_where_it_was_written_and_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    line = _line(level="INFO", message="validated", verdict="VALID", file_id="f" * 64, function_request_id="1")

    shown = _logs(monkeypatch, lines=[line]).stdout

    assert "10-06 08:00:00.000  lambda-validate-dev  INFO   validated verdict=VALID" in shown
    assert "ffff" not in shown


def test_a_traceback_and_a_timeout_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [_line("[ERROR] KeyError: 'x'\rTraceback"), _line("2025 1 Task timed out after 300.00 seconds")]

    printed = json.loads(_logs(monkeypatch, "--json", lines=lines).stdout)

    assert [(line["level"], line["text"]) for line in printed] == [
        ("ERROR", "[ERROR] KeyError: 'x'\nTraceback"),
        ("ERROR", "2025 1 Task timed out after 300.00 seconds"),
    ]


def test_an_executions_event_names_its_state(monkeypatch: pytest.MonkeyPatch) -> None:
    line = _line(type="TaskStateEntered", details={"name": "Validate CSV (direct)", "input": "{}"})

    assert "TaskStateEntered Validate CSV (direct) " in _logs(monkeypatch, lines=[line]).stdout


def test_an_executions_event_names_what_it_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    line = _line(type="TaskScheduled", details={"resourceType": "sns", "resource": "publish", "parameters": "{}"})

    assert "TaskScheduled sns:publish " in _logs(monkeypatch, lines=[line]).stdout


def test_metrics_are_no_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    result = _logs(monkeypatch, lines=[_line(_aws={}, Rows=1)])

    assert (result.exit_code, result.stdout) == (ExitCode.OK, "0 lines\n")
