"""The doctor's checks. Each queries AWS and returns a finding: what was seen, and what to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

import msgspec
from botocore.exceptions import ClientError

from cli.tables import count, counted, short_id
from deployment.analysts import PUBLISHED
from deployment.pipeline import Pipeline
from etl.config import BATCH_CONCURRENCY, MEMORY
from pipeline.constants import EXTENSIONS, UNFINISHED, FileStatus

HANGS_AFTER: Final = timedelta(minutes=15)
"""The service level: every file has its outcome by then."""

CRAWLED_WITHIN: Final = timedelta(hours=26)
"""The crawler runs nightly, and takes some minutes."""

WANTED_CONCURRENCY: Final = 5 * int(str(BATCH_CONCURRENCY.default))
"""Function calls at once that let a few batches run side by side. New accounts of AWS may have ten."""

_EXECUTIONS: Final = 20
"""How many executions of each bad end are looked through: each takes a call or two. One file found says what to do."""

_UNFINISHED_FILES: Final = f"etl status {' '.join(f'--status {one.lower()}' for one in sorted(UNFINISHED))}"
"""Lists what hangs."""

_CONFLICTS_WITHIN: Final = timedelta(days=7)
_COMPLETED: Final = 1000
"""How many completed files are looked through for conflicts, the latest."""

_NAMED: Final = 3
"""How many files a finding names."""

_CHANGED_WITHIN: Final = timedelta(days=14)
_SETTLED: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


class ExaminedStack(Protocol):
    """A deployed stack: its name, its resources, and a session that makes clients."""

    @property
    def name(self) -> str:
        """The stack's name."""

    @property
    def created_at(self) -> datetime:
        """When it was deployed first."""

    @property
    def session(self) -> Any:
        """Makes clients by the service's name."""

    def physical_ids(self, resource_type: str) -> list[str]:
        """Names or ARNs of the stack's resources of a type."""


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    """Nothing to do."""
    NOTE = "note"
    """Good to know; no exit code says so."""
    PROBLEM = "problem"
    """Something needs attention."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one check saw, how much it matters, and what to do if it is not well."""

    subject: str
    level: Level
    seen: str
    advice: str = ""


@dataclass(frozen=True)
class Seen:
    """What a check saw, and what to do; a ``note`` needs no attention."""

    seen: str
    advice: str = ""
    note: bool = False

    @property
    def level(self) -> Level:
        """How much it matters."""
        if self.note:
            return Level.NOTE
        return Level.PROBLEM if self.advice else Level.OK


def examine(stack: ExaminedStack, pipeline: Pipeline) -> Iterator[Finding]:
    """Make every check; one that AWS does not answer is a finding too."""
    for subject, look in _CHECKS.items():
        try:
            seen = look(stack, pipeline)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            seen = Seen(f"not known: {code}", f"allow {error.operation_name} to whoever runs the doctor")
        yield Finding(subject=subject, level=seen.level, seen=seen.seen, advice=seen.advice)


def _stack(stack: ExaminedStack, _: Pipeline) -> Seen:
    (described,) = stack.session.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"]
    status = described["StackStatus"]
    return Seen(status, "" if status in _SETTLED else "look at the stack's events, and deploy again")


def _subscriptions(stack: ExaminedStack, pipeline: Pipeline) -> Seen:
    pages = (
        stack.session.client("sns")
        .get_paginator("list_subscriptions_by_topic")
        .paginate(TopicArn=pipeline.outputs["AlertTopic"])
    )
    arns = [subscription["SubscriptionArn"] for page in pages for subscription in page["Subscriptions"]]
    pending = sum(not arn.startswith("arn:") for arn in arns)
    seen = f"{len(arns) - pending} confirmed, {pending} pending"
    if pending:
        return Seen(seen, "follow the link in AWS's mail to the alert address; until then it receives nothing")
    return Seen(seen, "" if arns else "nobody is notified of failures: subscribe to the alert topic")


def _dead_letters(_: ExaminedStack, pipeline: Pipeline) -> Seen:
    waiting = pipeline.waiting_messages("DeadLetterQueue")
    advice = "see docs/runbook.md#dead-letters, and: etl replay --dry-run; fix the cause, then: etl replay"
    return Seen(f"{count(waiting)} waiting", advice if waiting else "")


def _unrecorded(_: ExaminedStack, pipeline: Pipeline) -> Seen:
    waiting = pipeline.waiting_messages("RecordFailures")
    advice = "see docs/runbook.md#record-failures: fix the cause, then: etl replay --outcomes"
    return Seen(f"{counted(waiting, 'message')} of outcomes that could not be recorded", advice if waiting else "")


def _overlaps(_: ExaminedStack, pipeline: Pipeline) -> Seen:
    waiting = pipeline.waiting_messages("OverlapsDeadLetterQueue")
    seen = f"{counted(waiting, 'file')} could not be compared with others"
    return Seen(seen, "see docs/runbook.md#overlaps-dead-letters" if waiting else "")


def _hanging(_: ExaminedStack, pipeline: Pipeline) -> Seen:
    now = datetime.now(UTC)
    changed = (now - _CHANGED_WITHIN, now - HANGS_AFTER)
    unfinished = (row for one in UNFINISHED for row in pipeline.audit.of_status(one, changed=changed, limit=100))
    hanging = [row for row in unfinished if not row.held(now)]
    minutes = int(HANGS_AFTER.total_seconds() // 60)
    return Seen(
        f"{count(len(hanging))} unfinished for more than {minutes} minutes",
        f"{_UNFINISHED_FILES} --older-than {minutes}m" if hanging else "",
    )


def _without_row(_: ExaminedStack, pipeline: Pipeline) -> Seen:
    files = {letter.file_id for letter in pipeline.lost_files.without_row(latest=_EXECUTIONS)}
    return Seen(
        f"{len(files)} in the latest {_EXECUTIONS} executions that failed, timed out or were aborted",
        "see docs/runbook.md#executions-failed, then: etl replay --lost" if files else "",
    )


def _unannounced(_: ExaminedStack, pipeline: Pipeline) -> Seen:
    finished = pipeline.sweep_progress().finished
    if finished is None:
        return Seen("the raw bucket has not been listed to its end yet")
    listing = f"in the listing of {finished.began_at:%Y-%m-%d %H:%M} UTC"
    if not finished.without_row:
        return Seen(f"none {listing}")
    return Seen(
        f"{count(finished.without_row)} {listing}, queued again",
        "see docs/runbook.md#files-requeued, then: etl replay --lost",
    )


def _ignored(_: ExaminedStack, pipeline: Pipeline) -> Seen:
    finished = pipeline.sweep_progress().finished
    if finished is None or not finished.ignored:
        return Seen(f"none below incoming/ whose name ends in neither {' nor '.join(EXTENSIONS)}")
    named = ", ".join(finished.ignored_keys[:_NAMED]) + (", ..." if finished.ignored > _NAMED else "")
    endings = " or ".join(EXTENSIONS)
    return Seen(
        f"{count(finished.ignored)} below incoming/: {named}", f"ask the partner for files that end in {endings}"
    )


def _conflicts(_: ExaminedStack, pipeline: Pipeline) -> Seen:
    now = datetime.now(UTC)
    completed = pipeline.audit.of_status(FileStatus.COMPLETED, changed=(now - _CONFLICTS_WITHIN, now), limit=_COMPLETED)
    files = [short_id(row.file_id) for row in completed if row.conflicting_rows]
    latest = "the latest " if len(completed) == _COMPLETED else ""
    within = f"completed within {_CONFLICTS_WITHIN.days} days"
    seen = f"{count(len(files))} of {latest}{counted(len(completed), 'file')} {within}"
    if not files:
        return Seen(seen)
    named = ", ".join(files[:_NAMED]) + (", ..." if len(files) > _NAMED else "")
    return Seen(f"{seen}: {named}", "see docs/runbook.md#conflicts, then: etl query overlaps")


def _alarms(stack: ExaminedStack, _: Pipeline) -> Seen:
    names = stack.physical_ids("AWS::CloudWatch::Alarm")
    pages = stack.session.client("cloudwatch").get_paginator("describe_alarms").paginate(StateValue="ALARM")
    alarmed = sorted({alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]} & set(names))
    if alarmed:
        seen = f"{len(alarmed)} of {len(names)} in ALARM: {', '.join(alarmed)}"
        return Seen(seen, "docs/runbook.md has a section for each")
    return Seen(f"none of {len(names)} in ALARM")


def _crawler(stack: ExaminedStack, pipeline: Pipeline) -> Seen:
    crawler = pipeline.outputs["Crawler"]
    last = stack.session.client("glue").get_crawler(Name=crawler)["Crawler"].get("LastCrawl")
    run = f"aws glue start-crawler --name {crawler}"
    if not last:
        young = datetime.now(UTC) - stack.created_at < CRAWLED_WITHIN
        return Seen("has not run yet", f"it runs every night; to run it now: {run}", note=young)
    seen = f"{last['Status']} at {last['StartTime']:%Y-%m-%d %H:%M}"
    if last["Status"] != "SUCCEEDED":
        return Seen(seen, f"see docs/runbook.md#crawler-failed, then: {run}")
    return Seen(
        seen, "" if datetime.now(UTC) - last["StartTime"] < CRAWLED_WITHIN else f"its schedule did not run: {run}"
    )


def _tables(stack: ExaminedStack, pipeline: Pipeline) -> Seen:
    database = pipeline.outputs["Database"]
    pages = stack.session.client("glue").get_paginator("get_tables").paginate(DatabaseName=database)
    existing = {table["Name"] for page in pages for table in page["TableList"]}
    missing = [table for table in PUBLISHED if table not in existing]
    if not missing:
        return Seen(f"all {len(PUBLISHED)} are in {database}")
    return Seen(f"missing: {', '.join(missing)}", "their data are still there: see docs/queries.md#a-table-is-missing")


def _lake_formation(stack: ExaminedStack, pipeline: Pipeline) -> Seen:
    """Look whether IAM alone decides who reads the tables, as the stack assumes.

    Where it does not, a new table has no default permissions, or a table's location is registered (Glue API, Database
    and Table).
    """
    glue, database = stack.session.client("glue"), pipeline.outputs["Database"]
    # The field is absent where nobody has ever turned to Lake Formation.
    closed = glue.get_database(Name=database)["Database"].get("CreateTableDefaultPermissions") == []
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=database)
    registered = any(table.get("IsRegisteredWithLakeFormation") for page in pages for table in page["TableList"])
    if not closed and not registered:
        return Seen("IAM alone decides who uses the tables")
    advice = "DESCRIBE and SELECT to readers, and to the roles publish and crawler what IAM allows them"
    return Seen(
        "Lake Formation decides too who uses the tables",
        f"grant in Lake Formation, on {database} and its tables: {advice} (docs/security.md)",
    )


def _memory(stack: ExaminedStack, _: Pipeline) -> Seen:
    client = stack.session.client("lambda")
    functions = stack.physical_ids("AWS::Lambda::Function")
    sizes = {client.get_function_configuration(FunctionName=name)["MemorySize"] for name in functions}
    seen = f"{len(functions)} functions of {', '.join(f'{size} MB' for size in sorted(sizes))}"
    if sizes == {int(str(MEMORY.default))}:
        return Seen(seen)
    return Seen(
        seen, f"ask AWS to raise the account's 3008 MB limit, then deploy with -c {MEMORY.name}={MEMORY.default}"
    )


def _concurrency(stack: ExaminedStack, _: Pipeline) -> Seen:
    limit = stack.session.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    advice = f"ask AWS for at least {WANTED_CONCURRENCY} (Service Quotas, Lambda, concurrent executions)"
    return Seen(f"{count(limit)} function calls at once", "" if limit >= WANTED_CONCURRENCY else advice)


_CHECKS: Final[dict[str, Callable[[ExaminedStack, Pipeline], Seen]]] = {
    "Stack": _stack,
    "Alert subscriptions": _subscriptions,
    "Dead letters": _dead_letters,
    "Unrecorded outcomes": _unrecorded,
    "Overlaps of files": _overlaps,
    "Hanging files": _hanging,
    "Files without a row": _without_row,
    "Uploads without an event": _unannounced,
    "Uploads ignored": _ignored,
    "Files in conflict": _conflicts,
    "Alarms": _alarms,
    "Crawler": _crawler,
    "Tables": _tables,
    "Lake Formation": _lake_formation,
    "Function memory": _memory,
    "Account's concurrency": _concurrency,
}
