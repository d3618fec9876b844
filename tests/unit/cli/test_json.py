"""The page on JSON says what every command prints."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from cli import main
from cli.commands import alerts, audit, doctor, info, replay, status, submit, verify, withdraw
from cli.commands.alerts import ShownAlert
from cli.commands.audit import Trail
from cli.commands.info import DeploymentInfo
from cli.commands.layout import LintedLayout
from cli.commands.logs import ShownLine
from cli.commands.replay import Replay, Resent
from cli.commands.submit import Planned, Submitted
from cli.commands.verify import ListedCheck
from cli.doctor.checks import Finding
from cli.documents import FileDocument
from cli.overview.overview import Overview
from cli.verify.report import VerificationReport
from deployment.alerts import SentAlert
from deployment.dead_letters import DeadLetterQueue
from etl.saved_queries import SavedQuery
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from tests.unit.cli.rows import audit_row
from tests.unit.cli.test_doctor import Account
from tests.unit.cli.test_replay import BATCHING, DEAD, FakeQueues
from transactions.reports.report import Report
from transactions.results import WrittenObject

PAGE = Path(__file__).resolve().parents[3] / "docs" / "json.md"
SAMPLE = str(PAGE.parents[1] / "layouts" / "alpine-2025.sample.csv")
ANSWERS: dict[str, Any] = {
    "layout lint": list[LintedLayout],
    "submit": list[Submitted],
    "submit --wait": list[FileDocument],
    "submit --dry-run": list[Planned],
    "status": list[FileDocument],
    "audit": Trail,
    "logs": list[ShownLine],
    "report": Report,
    "replay": Replay,
    "replay --outcomes": Resent,
    "withdraw": FileDocument,
    "overview": Overview,
    "query": list[SavedQuery],
    "info": DeploymentInfo,
    "alerts": list[ShownAlert],
    "doctor": list[Finding],
    "verify": VerificationReport,
    "verify --list": list[ListedCheck],
}
"""What ``--json`` prints, by command. The page tells of the others in words."""

IN_WORDS = {"check", "layout list", "query NAME", "query --permissions", "verify --permissions"}


def _definitions() -> dict[str, Any]:
    """Return the schemas of all shapes, by name."""
    _, definitions = msgspec.json.schema_components(ANSWERS.values(), ref_template="{name}")
    return definitions


def _type(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """Name a type as the page does."""
    match schema:
        case {"$ref": name}:
            return "text" if "enum" in definitions[name] else str(name)
        case {"anyOf": options}:
            return " or ".join(_type(option, definitions) for option in options)
        case {"type": "array", "items": items}:
            return f"list of {_type(items, definitions)}"
        case {"type": "object"}:
            return f"{'texts' if 'additionalProperties' in schema else 'values'} by name"
        case {"enum": _}:
            return "text"
    return {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
        "null": "null",
    }[schema["type"]]


def _expected() -> Iterator[tuple[str, str, str]]:
    definitions = _definitions()
    for name, schema in definitions.items():
        for field, found in schema.get("properties", {}).items():
            yield name, field, _type(found, definitions)


def _documented() -> Iterator[tuple[str, str, str]]:
    shape = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"## (\w+)", line):
            shape = heading[1]
        elif field := re.fullmatch(r"\| `(\w+)` \| ([^|]+) \| [^|]+ \|", line):
            yield shape, field[1], field[2].strip()


def test_the_page_has_every_field_of_every_answer_with_its_type() -> None:
    assert sorted(_documented()) == sorted(_expected())


def test_the_page_names_the_answer_of_every_command() -> None:
    rows = re.findall(r"^\| `etl ([^`]+)` \| ([^|]+) \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    told = {command.replace("|", ""): answer.strip() for command, answer in rows}
    definitions = _definitions()

    assert {command: told.pop(command) for command in ANSWERS} == {
        command: _type(msgspec.json.schema_components([answer], ref_template="{name}")[0][0], definitions)
        for command, answer in ANSWERS.items()
    }
    assert set(told) == IN_WORDS


class FakeDeployment:
    """One completed file, and an empty dead-letter queue."""

    def __init__(self) -> None:
        self.row = audit_row()
        self.outputs = {"RawBucket": "raw"}
        self.audit = self.withdrawals = self.unrecorded = self.alerts = self
        self.dead_letters = DeadLetterQueue(sqs=FakeQueues(), dead_letters=DEAD, batching=BATCHING)

    def get(self, _file_ids: object) -> dict[str, AuditRow]:
        return {self.row.file_id: self.row}

    def of_key(self, _bucket: str, _key: str) -> list[AuditRow]:
        return [self.row]

    def of_status(self, one: FileStatus, **_asked: object) -> list[AuditRow]:
        return [self.row] if one is self.row.status else []

    def between(self, _first: datetime, last: datetime) -> list[SentAlert]:
        return [SentAlert(alert_id="1", at=last, subject="ETL dev: file failed", text="File: a.csv")]

    def count(self, _one: FileStatus, **_asked: object) -> int:
        return 1

    def duplicates_of(self, _file_id: str) -> list[AuditRow]:
        return [self.row]

    def same_delivery(self, _row: AuditRow) -> list[AuditRow]:
        return [self.row]

    def objects(self, _row: AuditRow) -> tuple[WrittenObject, ...]:
        return (WrittenObject(path="transactions/a", table="transactions", partition=("alpine",), rows=1, size=9),)

    def withdraw(self, row: AuditRow, _reason: str) -> None:
        self.row = msgspec.structs.replace(row, status=FileStatus.WITHDRAWN)

    def resend(self, *, dry_run: bool) -> list[AuditRow]:
        return [] if dry_run else [self.row]

    def upload(self, key: str, _content: object) -> Any:
        return msgspec.structs.replace(self.row, key=key)

    def file_id(self, upload: AuditRow) -> str:
        return upload.file_id

    def settle(self, uploads: list[AuditRow], **_patience: object) -> dict[AuditRow, AuditRow]:
        return dict.fromkeys(uploads, self.row)


class FakeStack:
    """A stack in an account of AWS."""

    name, id, account, embedded = "etl-pipeline-dev", "arn:aws:stack", "111122223333", False
    outputs = dict.fromkeys(
        [
            "RawBucket",
            "ProcessedBucket",
            "AuditTable",
            "StateMachine",
            "LargeFilesStateMachine",
            "DeadLetterQueue",
            "AlertTopic",
            "Workgroup",
            "Crawler",
        ],
        "name",
    )


CALLS = {
    "layout lint": [],
    "submit": [SAMPLE, "--partner", "alpine"],
    "submit --wait": [SAMPLE, "--partner", "alpine"],
    "submit --dry-run": [SAMPLE, "--partner", "alpine"],
    "status": [],
    "audit": ["incoming/alpine/a.csv"],
    "replay": [],
    "replay --outcomes": [],
    "withdraw": ["incoming/alpine/a.csv", "--reason", "test", "--yes"],
    "query": [],
    "info": [],
    "alerts": [],
    "doctor": [],
    "verify --list": [],
}


@pytest.mark.parametrize("command", CALLS)
def test_a_command_prints_what_the_page_says(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    for module in (alerts, audit, replay, status, submit, withdraw):
        monkeypatch.setattr(module, "connect", lambda _suffix: FakeDeployment())
    monkeypatch.setattr(info, "deployed_stack", lambda _suffix: FakeStack())
    monkeypatch.setattr(doctor, "deployed_stack", lambda _suffix: Account())
    monkeypatch.setattr(doctor, "Pipeline", lambda stack: stack)
    monkeypatch.setattr(verify, "deployed_stack", lambda _suffix: FakeStack())

    answer = CliRunner().invoke(main.app, [*command.split(), *CALLS[command], "--json"]).stdout

    decoded = msgspec.json.decode(answer, type=ANSWERS[command])
    assert msgspec.json.decode(msgspec.json.encode(decoded)) == msgspec.json.decode(answer)
    assert decoded
