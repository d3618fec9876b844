"""Brings messages that could not be started back to the batching queue's readers sooner than the queue would."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, Unpack

from botocore.exceptions import ClientError

from pipeline.observability import logger
from pipeline.parts import parts

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import (
        ChangeMessageVisibilityBatchRequestEntryTypeDef,
        ChangeMessageVisibilityBatchRequestTypeDef,
        ChangeMessageVisibilityBatchResultTypeDef,
    )

ENTRIES_LIMIT: Final = 10
"""Messages in one call of SQS ChangeMessageVisibilityBatch."""

FIRST_DELAY_SECONDS: Final = 30
LONGEST_DELAY_SECONDS: Final = 900


class ChangesVisibility(Protocol):
    """The part of the SQS client that says when a message is to come again."""

    def change_message_visibility_batch(
        self, **request: "Unpack[ChangeMessageVisibilityBatchRequestTypeDef]"
    ) -> "ChangeMessageVisibilityBatchResultTypeDef":
        """Change when up to ten messages come again."""


def come_back_soon(
    sqs: ChangesVisibility, queue_url: str, records: Sequence[Mapping[str, Any]], failed: Collection[str]
) -> None:
    """Let the failed records of a batch come again after 30 seconds, and after twice as long each time.

    The queue hides a message for six time limits of its reader, as Lambda recommends, which is half an hour. Where this
    call fails, that is when the message comes.
    """
    entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
        {
            "Id": str(number),
            "ReceiptHandle": record["receiptHandle"],
            "VisibilityTimeout": delay(int(record["attributes"]["ApproximateReceiveCount"])),
        }
        for number, record in enumerate(records)
        if record["messageId"] in failed
    ]
    for part in parts(entries, ENTRIES_LIMIT):
        try:
            sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=part)
        except ClientError as error:
            logger.warning("messages come back late", error=error.response["Error"]["Code"], messages=len(part))


def delay(received: int) -> int:
    """Return the seconds after which a message comes again that was received so often."""
    return int(min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (received - 1)))
