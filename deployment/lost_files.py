"""Failed files whose message is not in the dead-letter queue: it expired, or could not be sent.

Their messages are rebuilt: from the audit row and the raw bucket, or, if not even a row could be written, from the
input of the execution that failed, or from the raw bucket alone. Step Functions keeps executions for 90 days.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from typing import TYPE_CHECKING, Any, Final, Protocol, Unpack

import msgspec
from botocore.exceptions import ClientError

from deployment.audit import AuditTable, upload_event
from deployment.dead_letters import DeadLetter, make_letter
from etl.workflow.definition import LEASE_SECONDS
from etl.workflow.settling import NO_OUTCOME
from pipeline.audit_row import AuditRow
from pipeline.constants import BEGINNING, UNFINISHED, FileStatus
from pipeline.queue_messages import UploadMessage

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef, HeadObjectRequestTypeDef
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionInputTypeDef, DescribeExecutionOutputTypeDef

NO_EVENT: Final = "NoEvent"
"""Reason of an upload of which nothing is known but that it is there: its event never came."""

_LIMIT: Final = 10_000
_GONE: Final = frozenset({"404", "NoSuchVersion", "NoSuchKey"})
_ENDED_BADLY: Final = ("FAILED", "TIMED_OUT", "ABORTED")


class ReadsHeads(Protocol):
    """The part of the S3 client that looks at objects."""

    def head_object(self, **request: "Unpack[HeadObjectRequestTypeDef]") -> "HeadObjectOutputTypeDef":
        """Describe an object."""


class FindsUploads(Protocol):
    """What compares the raw bucket with the audit table."""

    def until(self, time: datetime) -> Iterator[UploadMessage]:
        """Make the messages of uploads without a row."""


class ReadsExecutions(Protocol):
    """The part of the Step Functions client that reads executions."""

    def get_paginator(self, operation_name: str, /) -> Any:
        """Page through an operation's answers."""

    def describe_execution(
        self, **request: "Unpack[DescribeExecutionInputTypeDef]"
    ) -> "DescribeExecutionOutputTypeDef":
        """Describe an execution."""


@dataclass(frozen=True, kw_only=True)
class LostFiles:
    """Finds the failed files of one deployment, whether the queue has their messages or not."""

    audit: AuditTable
    s3: ReadsHeads
    uploads: FindsUploads
    step_functions: ReadsExecutions
    state_machines: tuple[str, ...]
    lease_seconds: int = LEASE_SECONDS

    def letters(self) -> Iterator[DeadLetter]:
        """Make the messages of failed files, of those whose claim has ended, and of those without a row.

        The whole bucket is searched for uploads without a row, which takes a second per some thousand versions.

        A file whose version is no longer in the raw bucket gets none.
        """
        now = datetime.now(UTC)
        overdue = now - timedelta(seconds=self.lease_seconds)
        for status in (FileStatus.FAILED, *sorted(UNFINISHED)):
            until = overdue if status in UNFINISHED else now
            for row in self.audit.of_status(status, changed=(BEGINNING, until), limit=_LIMIT):
                if not row.held(now) and (etag := self._etag(row)):
                    yield _from_row(row, etag)
        # What an execution had is known by a better message than the bucket's: with S3's own sequencer.
        found = {letter.file_id: letter for letter in (*self._without_event(overdue), *self.without_row())}
        yield from found.values()

    def _without_event(self, until: datetime) -> Iterator[DeadLetter]:
        for upload in self.uploads.until(until):
            document = json.loads(msgspec.json.encode(upload))
            yield make_letter(document, reason=NO_EVENT, attempt=0, kept_at=upload.uploaded_at)

    def _etag(self, row: AuditRow) -> str | None:
        try:
            head = self.s3.head_object(Bucket=row.bucket, Key=row.key, VersionId=row.version_id)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        return str(head["ETag"]).strip('"')

    def without_row(self, *, latest: int | None = None) -> Iterator[DeadLetter]:
        """Make the messages of files without a row, from executions that failed, timed out or were aborted.

        ``latest`` limits the search to this many executions of each state machine and status; without it, all of them
        are searched.
        """
        for state_machine, status in product(self.state_machines, _ENDED_BADLY):
            pages = self.step_functions.get_paginator("list_executions").paginate(
                stateMachineArn=state_machine, statusFilter=status
            )
            # They are listed by start time, the latest first.
            listed = (execution for page in pages for execution in page["executions"])
            for execution in islice(listed, latest):
                yield from self._of_execution(execution)

    def _of_execution(self, execution: Mapping[str, Any]) -> Iterator[DeadLetter]:
        document = json.loads(self.step_functions.describe_execution(executionArn=execution["executionArn"])["input"])
        # An execution that settles has no files of its own.
        found = [
            make_letter(file, reason=NO_OUTCOME, attempt=0, kept_at=execution["stopDate"])
            for file in document.get("files", ())
        ]
        known = self.audit.get({letter.file_id for letter in found})
        yield from (letter for letter in found if letter.file_id not in known)


def _from_row(row: AuditRow, etag: str) -> DeadLetter:
    return make_letter(
        upload_event(row, etag=etag),
        reason=row.error or NO_OUTCOME,
        attempt=row.attempts,
        kept_at=row.history[-1].at,
    )
