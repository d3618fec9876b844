"""``etl doctor``: each illness is found, and a healthy deployment has none."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from cli.commands import doctor as command
from cli.doctor.checks import WANTED_CONCURRENCY, Finding, Level, examine
from cli.exit_codes import ExitCode
from cli.main import app
from cli.tables import short_id
from deployment.analysts import PUBLISHED
from deployment.dead_letters import DeadLetter, make_letter
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from pipeline.sweep import Listing, Progress
from tests.unit.cli.rows import audit_row

NOW = datetime.now(UTC)
ALARM = "alarm-latency-test"
LEFT = make_letter(
    {"bucket": "raw", "object": {"key": "incoming/alpine/a.csv", "version-id": "v"}},
    reason="Pipeline.NoOutcome",
    attempt=0,
    kept_at=NOW,
)


@dataclass
class Account:
    """Answers as AWS does for a deployment; a test changes what is ill."""

    stack_status: str = "UPDATE_COMPLETE"
    subscriptions: tuple[str, ...] = ("arn:aws:sns:1",)
    dead_letters: int = 0
    unrecorded: int = 0
    overlaps_left: int = 0
    hanging: tuple[AuditRow, ...] = ()
    left: tuple[DeadLetter, ...] = ()
    alarmed: tuple[str, ...] = ("alarm-of-somebody-else",)
    crawl: dict[str, Any] | None = field(
        default_factory=lambda: {"Status": "SUCCEEDED", "StartTime": NOW - timedelta(hours=7)}
    )
    memory: int = 3072
    concurrency: int = WANTED_CONCURRENCY
    refused: str = ""
    listing: Listing | None = field(default_factory=lambda: Listing(began_at=NOW, looked_up_from=NOW))
    default_permissions: list[str] | None = None
    tables: tuple[str, ...] = PUBLISHED
    registered: bool = False
    created_at: datetime = NOW - timedelta(days=30)

    name = "etl-pipeline-test"
    outputs = {"AlertTopic": "topic", "Crawler": "crawler-processed-test", "Database": "database"}  # noqa: RUF012 - read only

    @property
    def session(self) -> "Account":
        return self

    @property
    def audit(self) -> "Account":
        return self

    @property
    def lost_files(self) -> "Account":
        return self

    def without_row(self, *, latest: int) -> Iterator[DeadLetter]:
        assert latest < 100
        yield from self.left

    def sweep_progress(self) -> Progress:
        return Progress(finished=self.listing)

    def client(self, _service: str) -> "Account":
        return self

    def physical_ids(self, resource_type: str) -> list[str]:
        return {"AWS::CloudWatch::Alarm": [ALARM], "AWS::Lambda::Function": ["lambda-validate-test"]}[resource_type]

    def describe_stacks(self, **_request: str) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": self.stack_status}]}

    def get_paginator(self, operation: str) -> "Pages":
        if operation == self.refused:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, operation)
        return {
            "list_subscriptions_by_topic": Pages("Subscriptions", "SubscriptionArn", self.subscriptions),
            "describe_alarms": Pages("MetricAlarms", "AlarmName", self.alarmed),
            "get_tables": Pages("TableList", "Name", self.tables, {"IsRegisteredWithLakeFormation": self.registered}),
        }[operation]

    def waiting_messages(self, queue: str) -> int:
        waiting = {
            "DeadLetterQueue": self.dead_letters,
            "RecordFailures": self.unrecorded,
            "OverlapsDeadLetterQueue": self.overlaps_left,
        }
        return waiting[queue]

    def of_status(self, status: FileStatus, **_request: Any) -> list[AuditRow]:
        return [row for row in self.hanging if row.status is status]

    def get_crawler(self, **_request: str) -> dict[str, Any]:
        return {"Crawler": {"LastCrawl": self.crawl} if self.crawl else {}}

    def get_database(self, **_request: str) -> dict[str, Any]:
        known = {} if self.default_permissions is None else {"CreateTableDefaultPermissions": self.default_permissions}
        return {"Database": known}

    def get_function_configuration(self, **_request: str) -> dict[str, int]:
        return {"MemorySize": self.memory}

    def get_account_settings(self) -> dict[str, Any]:
        return {"AccountLimit": {"ConcurrentExecutions": self.concurrency}}


@dataclass(frozen=True)
class Pages:
    entries: str
    key: str
    values: tuple[object, ...]
    more: dict[str, object] = field(default_factory=dict)

    def paginate(self, **_request: str) -> Iterator[dict[str, Any]]:
        yield {self.entries: [{self.key: value, **self.more} for value in self.values]}


def _findings(account: Any) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(account, account)}


@pytest.mark.parametrize("permissions", [None, ["IAM_ALLOWED_PRINCIPALS"]])
def test_a_healthy_deployment_has_no_findings(permissions: list[str] | None) -> None:
    account = Account(default_permissions=permissions)

    assert [finding for finding in _findings(account).values() if finding.level is not Level.OK] == []


def test_conflicts_are_counted_among_the_completed_files() -> None:
    conflict = audit_row(FileStatus.COMPLETED, rows_in_other_files=2, conflicting_rows=1)

    seen = _findings(Account(hanging=(conflict,)))["Files in conflict"].seen

    assert seen == f"1 of 1 file completed within 7 days: {short_id(conflict.file_id)}"


def test_a_file_whose_claim_holds_is_no_finding() -> None:
    held = audit_row(FileStatus.PROCESSING, lease_ends=datetime.now(UTC) + timedelta(hours=1))

    assert [finding for finding in _findings(Account(hanging=(held,))).values() if finding.level is not Level.OK] == []


def test_a_bucket_that_was_not_listed_yet_is_no_finding() -> None:
    assert [finding for finding in _findings(Account(listing=None)).values() if finding.level is not Level.OK] == []


@pytest.mark.parametrize(("without_row", "queued_again"), [(0, False), (2, True)])
def test_only_uploads_that_lacked_an_event_are_queued_again(without_row: int, *, queued_again: bool) -> None:
    listing = Listing(began_at=NOW, looked_up_from=NOW, without_row=without_row)

    seen = _findings(Account(listing=listing))["Uploads without an event"].seen

    assert seen.endswith("queued again") is queued_again


def test_a_crawler_that_is_not_due_yet_is_a_note() -> None:
    findings = _findings(Account(crawl=None, created_at=NOW - timedelta(hours=1)))

    assert {finding.subject: finding.level for finding in findings.values() if finding.level is not Level.OK} == {
        "Crawler": Level.NOTE
    }


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (Account(), ExitCode.OK),
        (Account(crawl=None, created_at=NOW), ExitCode.OK),
        (Account(crawl=None), ExitCode.NOTICE),
    ],
    ids=["well", "note", "problem"],
)
def test_only_a_problem_is_told_by_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, account: Account, code: ExitCode
) -> None:
    monkeypatch.setattr(command, "deployed_stack", lambda _suffix: account)
    monkeypatch.setattr(command, "Pipeline", lambda stack: stack)

    assert CliRunner().invoke(app, ["doctor"]).exit_code == code


def test_ignored_uploads_are_named() -> None:
    keys = tuple(f"incoming/alpine/{number}.txt" for number in range(5))
    listing = Listing(began_at=NOW, looked_up_from=NOW, ignored=30, ignored_keys=keys)

    seen = _findings(Account(listing=listing))["Uploads ignored"].seen

    assert seen == f"30 below incoming/: {', '.join(keys[:3])}, ..."


@pytest.mark.parametrize(
    ("account", "subject", "advice"),
    [
        (Account(stack_status="UPDATE_ROLLBACK_FAILED"), "Stack", "deploy again"),
        (Account(subscriptions=("PendingConfirmation",)), "Alert subscriptions", "follow the link"),
        (Account(subscriptions=()), "Alert subscriptions", "subscribe"),
        (Account(dead_letters=3), "Dead letters", "etl replay --dry-run; fix the cause, then: etl replay"),
        (Account(unrecorded=2), "Unrecorded outcomes", "etl replay --outcomes"),
        (Account(overlaps_left=2), "Overlaps of files", "docs/runbook.md#overlaps-dead-letters"),
        (
            Account(hanging=(audit_row(FileStatus.PROCESSING),)),
            "Hanging files",
            "etl status --status processing --status received --older-than 15m",
        ),
        (
            Account(hanging=(audit_row(FileStatus.COMPLETED, rows_in_other_files=2, conflicting_rows=1),)),
            "Files in conflict",
            "etl query overlaps",
        ),
        (Account(left=(LEFT,)), "Files without a row", "etl replay --lost"),
        (
            Account(listing=Listing(began_at=NOW, looked_up_from=NOW, without_row=2)),
            "Uploads without an event",
            "etl replay --lost",
        ),
        (
            Account(listing=Listing(began_at=NOW, looked_up_from=NOW, ignored=1, ignored_keys=("incoming/a/b.txt",))),
            "Uploads ignored",
            ".csv or .json",
        ),
        (Account(alarmed=(ALARM,)), "Alarms", "docs/runbook.md"),
        (Account(crawl=None), "Crawler", "aws glue start-crawler --name crawler-processed-test"),
        (Account(crawl={"Status": "FAILED", "StartTime": NOW}), "Crawler", "docs/runbook.md"),
        (Account(crawl={"Status": "SUCCEEDED", "StartTime": NOW - timedelta(hours=50)}), "Crawler", "its schedule"),
        (Account(tables=("files", "file_totals", "ledger", "quarantine")), "Tables", "a-table-is-missing"),
        (Account(default_permissions=[]), "Lake Formation", "DESCRIBE and SELECT"),
        (Account(registered=True), "Lake Formation", "DESCRIBE and SELECT"),
        (Account(memory=3008), "Function memory", "lambdaMemoryMb=3072"),
        (Account(concurrency=10), "Account's concurrency", f"at least {WANTED_CONCURRENCY}"),
        (Account(refused="describe_alarms"), "Alarms", "allow describe_alarms"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_problem_has_one_finding_with_its_cure(account: Account, subject: str, advice: str) -> None:
    findings = _findings(account)

    assert [finding.subject for finding in findings.values() if finding.level is not Level.OK] == [subject]
    assert advice in findings[subject].advice
