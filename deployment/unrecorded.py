"""Outcomes that the record function could not write for analysts: they are recorded again, from the audit table.

Lambda names a failed batch by shard and sequence numbers, which nobody can read after a day, and by the time at which
its records were written. The audit table is the truth, so every outcome of that time is recorded again: its row is
touched, and the stream delivers it as it is now, in its order. What had been recorded is written once more, unchanged.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, Unpack

import msgspec
from botocore.exceptions import ClientError

from deployment.audit import AuditTable
from pipeline.audit_row import AuditRow
from pipeline.constants import FINISHED

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import UpdateItemInputTypeDef, UpdateItemOutputTypeDef
    from mypy_boto3_sqs.type_defs import (
        ChangeMessageVisibilityRequestTypeDef,
        DeleteMessageRequestTypeDef,
        ReceiveMessageRequestTypeDef,
        ReceiveMessageResultTypeDef,
    )

BEFORE: Final = timedelta(days=1)
"""Figures on overlaps are written later than the status that they belong to: their queue may be behind."""

AFTER: Final = timedelta(minutes=10)
"""What the clocks of Step Functions and DynamoDB, and the retries of a write, may differ by, and more."""

_LARGEST_RECEIVE: Final = 10
_HELD_SECONDS: Final = 900

Span = tuple[datetime, datetime]


class TakesMessages(Protocol):
    """The part of the SQS client that takes messages out of a queue."""

    def receive_message(self, **request: "Unpack[ReceiveMessageRequestTypeDef]") -> "ReceiveMessageResultTypeDef":
        """Take up to ten messages."""

    def change_message_visibility(self, **request: "Unpack[ChangeMessageVisibilityRequestTypeDef]") -> object:
        """Give a message back."""

    def delete_message(self, **request: "Unpack[DeleteMessageRequestTypeDef]") -> object:
        """Delete a message."""


class ChangesItems(Protocol):
    """The part of the DynamoDB client that changes items."""

    def update_item(self, **request: "Unpack[UpdateItemInputTypeDef]") -> "UpdateItemOutputTypeDef":
        """Change an item."""


class _Batch(msgspec.Struct, frozen=True):
    first: datetime = msgspec.field(name="approximateArrivalOfFirstRecord")
    last: datetime = msgspec.field(name="approximateArrivalOfLastRecord")


class _Failure(msgspec.Struct, frozen=True):
    """What Lambda leaves of a failed batch (Lambda developer guide, on-failure destination of a DynamoDB stream)."""

    batch: _Batch = msgspec.field(name="DDBStreamBatchInfo")


@dataclass(frozen=True, kw_only=True)
class UnrecordedOutcomes:
    """Tells outcomes again whose batches are named in the queue of failures."""

    audit: AuditTable
    dynamodb: ChangesItems
    table: str
    sqs: TakesMessages
    queue: str

    def resend(self, *, dry_run: bool = False) -> list[AuditRow]:
        """Send every outcome again that may have been in a failed batch, and return their rows; a dry run sends none.

        A message is deleted when everything is sent: if that is interrupted, it comes again after 15 minutes.
        """
        messages = list(self._take())
        failed = [msgspec.json.decode(message["Body"], type=_Failure).batch for message in messages]
        spans = _merged((batch.first - BEFORE, batch.last + AFTER) for batch in failed)
        rows = [row for span in spans for row in self._finished(span)]
        if dry_run:
            for message in messages:
                self.sqs.change_message_visibility(
                    QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                )
            return rows
        sent = [row for row in rows if self._touch(row)]
        for message in messages:
            self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return sent

    def _take(self) -> Iterator[Mapping[str, Any]]:
        while received := self.sqs.receive_message(
            QueueUrl=self.queue,
            MaxNumberOfMessages=_LARGEST_RECEIVE,
            VisibilityTimeout=_HELD_SECONDS,
            WaitTimeSeconds=1,
        ).get("Messages"):
            yield from received

    def _finished(self, span: Span) -> Iterator[AuditRow]:
        for status in sorted(FINISHED):
            yield from self.audit.of_status(status, changed=span, limit=sys.maxsize)

    def _touch(self, row: AuditRow) -> bool:
        """Write the row anew as it is; False if it has changed meanwhile, which the stream has delivered."""
        changed, status = row.changed_at.astimezone(UTC).isoformat(), row.status.value
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key={"file_id": {"S": row.file_id}},
                # The number makes it a change each time: DynamoDB streams no other write.
                UpdateExpression="SET resent_at = :changed ADD resent :once",
                ConditionExpression="#status = :status",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={":changed": {"S": changed}, ":once": {"N": "1"}, ":status": {"S": status}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Join spans of time that overlap, so that no row is read twice."""
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
