"""A deployed pipeline as its users meet it: upload a file, follow it, query what was published."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import IO, Any

import msgspec

from deployment.alerts import SentAlerts
from deployment.archive import Archive
from deployment.athena import Athena
from deployment.audit import AuditTable
from deployment.dead_letters import DeadLetterQueue
from deployment.logs import FileLogs
from deployment.lost_files import LostFiles
from deployment.stack import DeployedStack
from deployment.unrecorded import UnrecordedOutcomes
from deployment.waiting import PATIENCE_SECONDS, wait_until
from deployment.withdrawals import Withdrawals
from etl.workflow.steps import DELIVERY_PREFIX
from pipeline.audit_row import AuditRow
from pipeline.constants import INCOMING
from pipeline.lost_uploads import LostUploads
from pipeline.missing_files import AlertedFiles
from pipeline.raw_bucket import identify
from pipeline.sweep import Progress, read_progress
from transactions.results import WrittenObject


class IncompleteStackError(Exception):
    """A stack was never deployed as a whole. The message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One version of one object in the raw bucket."""

    key: str
    version_id: str


@dataclass(frozen=True)
class Partition:
    """A partition of a published table: its keys' values, in the table's order."""

    table: str
    values: tuple[str, ...]


class Pipeline:
    """One deployment. Every name comes from the stack's outputs."""

    def __init__(self, stack: DeployedStack) -> None:
        """Connect to a deployment.

        Raises
        ------
        IncompleteStackError
            If the stack's creation failed, or is under way.
        """
        if not stack.outputs:
            raise IncompleteStackError(
                f"the creation of {stack.name} failed or is under way: see its events, and deploy again"
            )
        session = stack.session
        # The stubs' get_paginator accepts only the service's operations, the Protocols any name.
        dynamodb: Any = session.client("dynamodb")
        athena: Any = session.client("athena")
        self.outputs = stack.outputs
        self.state_machines = (self.outputs["StateMachine"], self.outputs["LargeFilesStateMachine"])
        self._dynamodb = dynamodb
        self.audit = AuditTable(dynamodb, self.outputs["AuditTable"])
        self.athena = Athena(client=athena, database=self.outputs["Database"], workgroup=self.outputs["Workgroup"])
        s3 = session.client("s3")
        step_functions: Any = session.client("stepfunctions")
        self.lost_files = LostFiles(
            audit=self.audit,
            s3=s3,
            uploads=LostUploads(
                s3=s3, dynamodb=dynamodb, bucket=self.outputs["RawBucket"], audit_table=self.outputs["AuditTable"]
            ),
            step_functions=step_functions,
            state_machines=self.state_machines,
        )
        self.archive = Archive(s3=s3)
        self.withdrawals = Withdrawals(
            step_functions=step_functions, sts=session.client("sts"), state_machine=self.outputs["StateMachine"]
        )
        self._s3 = s3
        self._glue = session.client("glue")
        sqs = session.client("sqs")
        self.dead_letters = DeadLetterQueue(
            sqs=sqs, dead_letters=self.outputs["DeadLetterQueue"], batching=self.outputs["BatchingQueue"]
        )
        self.unrecorded = UnrecordedOutcomes(
            audit=self.audit,
            dynamodb=dynamodb,
            table=self.outputs["AuditTable"],
            sqs=sqs,
            queue=self.outputs["RecordFailures"],
        )
        self._stack = stack
        self.missing_files = AlertedFiles(dynamodb=dynamodb, registry=self.outputs["RegistryTable"])
        self._sqs = sqs
        self._step_functions = step_functions
        self._routes: dict[str, str] = {}

    @cached_property
    def logs(self) -> FileLogs:
        """What was logged of files, in all log groups of the stack."""
        logs: Any = self._stack.session.client("logs")
        return FileLogs(logs=logs, groups=self._stack.physical_ids("AWS::Logs::LogGroup"))

    @cached_property
    def alerts(self) -> SentAlerts:
        """The alerts that were sent."""
        logs: Any = self._stack.session.client("logs")
        cloudwatch: Any = self._stack.session.client("cloudwatch")
        group = partial(self._stack.physical_id, "AWS::Logs::LogGroup")
        return SentAlerts(
            logs=logs,
            cloudwatch=cloudwatch,
            execution_logs=[group("WorkflowLogs"), group("WorkflowLargeFilesLogs")],
            missing_files_log=group("CheckArrivals"),
            alarms=frozenset(self._stack.physical_ids("AWS::CloudWatch::Alarm")),
            topic=self.outputs["AlertTopic"],
        )

    def upload(self, key: str, content: bytes | IO[bytes]) -> Upload:
        """Put a file into the raw bucket, as a partner does. S3 takes up to 5 GB in one call."""
        answer = self._s3.put_object(Bucket=self.outputs["RawBucket"], Key=key, Body=content)
        return Upload(key=key, version_id=answer["VersionId"])

    def has_uploads(self, partner: str) -> bool:
        """Whether anything was ever uploaded for a partner and is still there."""
        found = self._s3.list_objects_v2(Bucket=self.outputs["RawBucket"], Prefix=f"{INCOMING}/{partner}/", MaxKeys=1)
        return found["KeyCount"] > 0

    def rows(self, uploads: Iterable[Upload]) -> dict[Upload, AuditRow]:
        """Return the audit rows of the uploads that have one."""
        ids = {upload: self.file_id(upload) for upload in uploads}
        rows = self.audit.get(ids.values())
        return {upload: rows[file_id] for upload, file_id in ids.items() if file_id in rows}

    def file_id(self, upload: Upload) -> str:
        """Return an upload's file id, computed as by the state machine."""
        return identify(self.outputs["RawBucket"], upload.key, upload.version_id)

    def settle(
        self,
        uploads: Iterable[Upload],
        *,
        watch: Callable[[dict[Upload, AuditRow]], None] = lambda _: None,
        patience: float = PATIENCE_SECONDS,
    ) -> dict[Upload, AuditRow]:
        """Wait until every upload has an outcome, and return the rows; ``watch`` gets them after every poll.

        Raises
        ------
        NotInTimeError
            If one has not ended within ``patience`` seconds.
        """
        awaited = tuple(uploads)

        def look() -> dict[Upload, AuditRow]:
            rows = self.rows(awaited)
            watch(rows)
            return rows

        def done(rows: dict[Upload, AuditRow]) -> bool:
            return not _unfinished(awaited, rows)

        return wait_until(
            f"{len(awaited)} uploads have an outcome",
            look,
            done,
            describe=lambda rows: f"{', '.join(_unfinished(awaited, rows))} unfinished",
            patience=patience,
        )

    def route(self, execution: str) -> str:
        """Return which route an execution took, by its input."""
        if execution not in self._routes:
            described = self._step_functions.describe_execution(executionArn=execution)
            self._routes[execution] = json.loads(described["input"])["route"]
        return self._routes[execution]

    def sweep_progress(self) -> Progress:
        """Read what the sweep of the raw bucket has found."""
        return read_progress(self._dynamodb, self.outputs["RegistryTable"])

    def running_executions(self) -> int:
        """Count the executions that have not ended."""
        running = (
            self._step_functions.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
            for machine in self.state_machines
        )
        return sum(map(len, running))

    def processed(self, key: str) -> bytes | None:
        """Read an object of the processed bucket; None if it does not exist."""
        try:
            return bytes(self._s3.get_object(Bucket=self.outputs["ProcessedBucket"], Key=key)["Body"].read())
        except self._s3.exceptions.NoSuchKey:
            return None

    def objects(self, row: AuditRow) -> tuple[WrittenObject, ...]:
        """List the objects that hold a published file's rows; none for any other file."""
        manifest = self.processed(row.manifest) if row.published else None
        return msgspec.json.decode(manifest, type=tuple[WrittenObject, ...]) if manifest else ()

    def same_delivery(self, row: AuditRow) -> list[AuditRow]:
        """List the other files of a file's declared delivery, oldest upload first; none where its key is the delivery.

        Left out are files that were refused, or never got so far that their delivery is known.
        """
        if not row.delivery.startswith(DELIVERY_PREFIX):
            return []
        entry = self._dynamodb.get_item(
            TableName=self.outputs["RegistryTable"], Key={"entry": {"S": row.delivery}}, ConsistentRead=True
        ).get("Item", {})
        # The one that claimed the delivery last stands, or is to.
        latest = self.audit.get([entry["file_id"]["S"]] if entry else [])
        rows = {other.file_id: other for other in self.audit.left_of_delivery(row.delivery)} | latest
        others = [other for file_id, other in rows.items() if file_id != row.file_id]
        return sorted(others, key=lambda other: other.uploaded_at)

    def partitions(self, table: str) -> set[Partition]:
        """List the partitions that are registered in the Glue catalog."""
        pages = self._glue.get_paginator("get_partitions").paginate(
            DatabaseName=self.outputs["Database"], TableName=table
        )
        return {Partition(table, tuple(entry["Values"])) for page in pages for entry in page["Partitions"]}

    def waiting_messages(self, queue: str) -> int:
        """Count the messages of the queue that the stack has as an output of this name; delayed ones come later."""
        attributes = self._sqs.get_queue_attributes(
            QueueUrl=self.outputs[queue],
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        return sum(map(int, attributes.values()))


def _unfinished(uploads: Iterable[Upload], rows: Mapping[Upload, AuditRow]) -> list[str]:
    return [upload.key for upload in uploads if upload not in rows or not rows[upload].finished]
