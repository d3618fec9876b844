"""Turns queue messages into executions of the state machine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Protocol

import msgspec
from botocore.exceptions import ClientError

from deliveries import Upload, read_upload
from observability import logger

INPUT_LIMIT: Final = 40 * 1024
"""Bytes of an execution's input. A state may hold 256 KiB (Step Functions), and the identified files take up to five
times what their events take: the key stands in several of their facts. A hundred ordinary events fit."""

_FRAME: Final = 64
"""Bytes kept for what stands around the messages."""

_STARTED: Final = "ExecutionAlreadyExists"


class StartsExecutions(Protocol):
    """The part of the Step Functions client that dispatch uses."""

    def start_execution(self, **request: Any) -> Any:
        """Start an execution."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A readable message: its id in the queue, and the upload that it names."""

    message_id: str
    upload: Upload


def read_messages(records: Iterable[Mapping[str, str]]) -> tuple[list[Message], list[str]]:
    """Read the queue's records; return the messages, and the ids of those that cannot be read."""
    messages, unreadable = [], []
    for record in records:
        try:
            upload = read_upload(record["body"])
        except msgspec.DecodeError as error:
            # The error names the field at fault and holds nothing of the message.
            logger.error("unreadable message", message_id=record["messageId"], error=str(error))
            unreadable.append(record["messageId"])
        else:
            messages.append(Message(message_id=record["messageId"], upload=upload))
    return messages, unreadable


@dataclass(frozen=True, kw_only=True)
class Batches:
    """Starts executions of one state machine."""

    step_functions: StartsExecutions
    state_machine: str
    route: str

    def start(self, messages: Sequence[Message]) -> list[str]:
        """Start as many executions as the messages need, and return the ids of those that could not be started."""
        failed: list[str] = []
        for batch in _fitting(messages):
            try:
                self._start(batch)
            except ClientError as error:
                logger.error("batch not started", error=error.response["Error"]["Code"], files=len(batch))
                failed.extend(message.message_id for message in batch)
        return failed

    def _start(self, batch: Sequence[Message]) -> None:
        """Start one execution. Its name follows from its messages, so that a batch delivered twice starts once."""
        ids = "\n".join(sorted(message.message_id for message in batch))
        files = [message.upload for message in batch]
        try:
            self.step_functions.start_execution(
                stateMachineArn=self.state_machine,
                name=sha256(ids.encode()).hexdigest(),
                input=msgspec.json.encode({"route": self.route, "files": files}).decode(),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != _STARTED:
                raise


def _fitting(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """Cut the messages into batches whose input stays within the limit; keys may take 1024 bytes each."""
    batch: list[Message] = []
    size = _FRAME
    for message in messages:
        length = len(msgspec.json.encode(message.upload)) + 1
        if batch and size + length > INPUT_LIMIT:
            yield batch
            batch, size = [], _FRAME
        batch.append(message)
        size += length
    if batch:
        yield batch
