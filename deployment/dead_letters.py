"""The dead-letter queue: the files that could not be processed, and their replay."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol, Unpack

from pipeline.constants import INCOMING
from pipeline.parts import parts
from pipeline.raw_bucket import identify

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import (
        ChangeMessageVisibilityBatchRequestEntryTypeDef,
        ChangeMessageVisibilityBatchRequestTypeDef,
        ChangeMessageVisibilityBatchResultTypeDef,
        DeleteMessageBatchRequestEntryTypeDef,
        DeleteMessageBatchRequestTypeDef,
        DeleteMessageBatchResultTypeDef,
        MessageAttributeValueTypeDef,
        ReceiveMessageRequestTypeDef,
        ReceiveMessageResultTypeDef,
        SendMessageBatchRequestTypeDef,
        SendMessageBatchResultTypeDef,
    )

NOT_STARTED: Final = "NotStarted"
"""Reason of a message for which dispatch could start no execution."""

UNDELIVERED: Final = "ERROR_CODE"
"""The attribute in which EventBridge says why it could not deliver an event."""

_LARGEST_RECEIVE: Final = 10
_LARGEST_SEND: Final = 10
_HELD_SECONDS: Final = 120
"""How long received messages stay hidden from other consumers; messages that are not moved are returned at once."""


class MovesMessages(Protocol):
    """The part of the SQS client that replays."""

    def receive_message(self, **request: "Unpack[ReceiveMessageRequestTypeDef]") -> "ReceiveMessageResultTypeDef":
        """Receive up to ten messages."""

    def send_message_batch(
        self, **request: "Unpack[SendMessageBatchRequestTypeDef]"
    ) -> "SendMessageBatchResultTypeDef":
        """Send up to ten messages."""

    def delete_message_batch(
        self, **request: "Unpack[DeleteMessageBatchRequestTypeDef]"
    ) -> "DeleteMessageBatchResultTypeDef":
        """Delete up to ten messages."""

    def change_message_visibility_batch(
        self, **request: "Unpack[ChangeMessageVisibilityBatchRequestTypeDef]"
    ) -> "ChangeMessageVisibilityBatchResultTypeDef":
        """Return up to ten messages to the queue."""


class ReplayError(Exception):
    """SQS accepted only some of the messages. The others are still in the dead-letter queue."""


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """One message of the dead-letter queue, in any of the shapes that the dispatch function reads.

    ``attributes`` are the message's own: ``reason``, ``attempt`` and ``file_id`` if the state machine sent it, those of
    EventBridge if it could not deliver the event.
    """

    body: str
    attributes: "Mapping[str, MessageAttributeValueTypeDef]"
    kept_at: datetime
    receipt: str = ""
    """Empty if the message is not in the queue: see ``make_letter``."""

    @property
    def reason(self) -> str:
        """Name the error that brought it here."""
        return self._text("reason") or self._text(UNDELIVERED) or NOT_STARTED

    @property
    def attempt(self) -> int:
        """Count the runs that had claimed the file by then."""
        return int(self._text("attempt") or 0)

    @property
    def key(self) -> str:
        """Return the upload's key; empty if the message has none."""
        return str(self._object.get("key", ""))

    @property
    def partner(self) -> str:
        """Say whose file it is, by its key."""
        path = self.key.split("/")
        return path[1] if len(path) > 2 and path[0] == INCOMING else ""  # noqa: PLR2004 - incoming/partner/name

    @property
    def file_id(self) -> str:
        """Return the file's id, computed as by the state machine; empty if the message has none."""
        if kept := self._text("file_id"):
            return kept
        if not self.key:
            return ""
        version = self._object.get("version-id") or self._object["sequencer"]
        return identify(self._bucket, self.key, version)

    @property
    def version(self) -> tuple[str, str, str] | None:
        """Name the upload by bucket, key and version id; None where the message names no version."""
        version_id = self._object.get("version-id")
        return (self._bucket, self.key, str(version_id)) if self.key and version_id else None

    def _text(self, attribute: str) -> str:
        return str(self.attributes[attribute].get("StringValue", "")) if attribute in self.attributes else ""

    @cached_property
    def _upload(self) -> dict[str, Any]:
        try:
            document = json.loads(self.body)
            upload: dict[str, Any] = document.get("detail") or (document.get("files") or [document])[0]
        except (ValueError, AttributeError, LookupError, TypeError):
            return {}
        return upload

    @property
    def _object(self) -> dict[str, Any]:
        found: dict[str, Any] = self._upload.get("object") or {}
        return found

    @property
    def _bucket(self) -> str:
        bucket = self._upload.get("bucket")
        return str(bucket["name"] if isinstance(bucket, dict) else bucket)


@dataclass(frozen=True, kw_only=True)
class DeadLetterQueue:
    """Moves messages from the dead-letter queue to the batching queue.

    A message is sent before it is deleted: if that is interrupted, it exists twice, and its file is claimed once.
    """

    sqs: MovesMessages
    dead_letters: str
    batching: str

    def replay(
        self, wanted: Callable[[DeadLetter], bool], *, dry_run: bool = False, lost: Iterable[DeadLetter] = ()
    ) -> list[DeadLetter]:
        """Move the wanted messages, and return them; a dry run moves none.

        Messages of ``lost`` files are sent too, unless the queue has one for the same file.

        Raises
        ------
        ReplayError
            If SQS refuses a part.
        """
        letters = self._take_all()
        kept = {letter.file_id for letter in letters}
        anew = {letter.file_id: letter for letter in lost if letter.file_id not in kept}
        found = [*letters, *anew.values()]
        chosen = [letter for letter in found if wanted(letter)]
        moved = [] if dry_run else chosen
        try:
            for part in parts(moved, _LARGEST_SEND):
                self._move(part)
        finally:
            # Returning a deleted message has no effect.
            self._give_back(letters)
        return chosen

    def _take_all(self) -> list[DeadLetter]:
        letters: list[DeadLetter] = []
        # Long polling queries all of SQS's servers; without it, a response may lack messages of the queue.
        while received := self.sqs.receive_message(
            QueueUrl=self.dead_letters,
            MaxNumberOfMessages=_LARGEST_RECEIVE,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["SentTimestamp"],
            VisibilityTimeout=_HELD_SECONDS,
            WaitTimeSeconds=1,
        ).get("Messages"):
            letters.extend(_letter(message) for message in received)
        return letters

    def _move(self, letters: list[DeadLetter]) -> None:
        sent = self.sqs.send_message_batch(
            QueueUrl=self.batching,
            Entries=[
                {"Id": str(number), "MessageBody": letter.body, "MessageAttributes": letter.attributes}
                for number, letter in enumerate(letters)
            ],
        )
        arrived = [letters[int(entry["Id"])] for entry in sent.get("Successful", [])]
        if arrived := [letter for letter in arrived if letter.receipt]:
            self.sqs.delete_message_batch(QueueUrl=self.dead_letters, Entries=_receipts(arrived))
        if refused := sent.get("Failed"):
            codes = ", ".join(sorted({entry["Code"] for entry in refused}))
            raise ReplayError(f"{len(refused)} messages stay in the dead-letter queue ({codes}): run it again")

    def _give_back(self, letters: Iterable[DeadLetter]) -> None:
        for part in parts(list(letters), _LARGEST_SEND):
            entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
                {**entry, "VisibilityTimeout": 0} for entry in _receipts(part)
            ]
            self.sqs.change_message_visibility_batch(QueueUrl=self.dead_letters, Entries=entries)


def make_letter(upload: Mapping[str, Any], *, reason: str, attempt: int, kept_at: datetime) -> DeadLetter:
    """Make a message that is not in the queue, as the state machine would have sent it."""
    attributes = {"reason": ("String", reason), "attempt": ("Number", str(attempt))}
    return DeadLetter(
        body=json.dumps(upload),
        attributes={
            name: {"DataType": data_type, "StringValue": value} for name, (data_type, value) in attributes.items()
        },
        kept_at=kept_at,
    )


def _letter(message: Mapping[str, Any]) -> DeadLetter:
    # SQS accepts only the type and the value of an attribute, which it returns with other fields.
    attributes: dict[str, Any] = {
        name: {field: attribute[field] for field in ("DataType", "StringValue", "BinaryValue") if field in attribute}
        for name, attribute in message.get("MessageAttributes", {}).items()
    }
    return DeadLetter(
        body=message["Body"],
        attributes=attributes,
        kept_at=datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC),
        receipt=message["ReceiptHandle"],
    )


def _receipts(letters: list[DeadLetter]) -> "list[DeleteMessageBatchRequestEntryTypeDef]":
    return [{"Id": str(number), "ReceiptHandle": letter.receipt} for number, letter in enumerate(letters)]
