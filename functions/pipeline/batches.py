"""Turns queue messages into executions of the state machine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Protocol, Unpack

import msgspec
from botocore.exceptions import ClientError

from pipeline.observability import logger
from pipeline.queue_messages import EndedExecution, UploadMessage, read_delivery

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.type_defs import StartExecutionInputTypeDef, StartExecutionOutputTypeDef

INPUT_LIMIT: Final = 64 * 1024
"""Bytes of an execution's input: a quarter of what Step Functions allows, as a Distributed Map adds to it a description
of each child that failed. A hundred ordinary events fit."""

_FRAME: Final = 64
"""Bytes reserved for what encloses the messages."""

_STARTED: Final = "ExecutionAlreadyExists"


class StartsExecutions(Protocol):
    """The part of the Step Functions client that dispatch uses."""

    def start_execution(self, **request: "Unpack[StartExecutionInputTypeDef]") -> "StartExecutionOutputTypeDef":
        """Start an execution."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A readable message: its id in the queue, and the upload that it names, or the execution to settle."""

    message_id: str
    delivery: UploadMessage | EndedExecution


def read_messages(records: Iterable[Mapping[str, str]]) -> tuple[list[Message], list[str]]:
    """Read the queue's records; return the messages, and the ids of those that cannot be read."""
    messages, unreadable = [], []
    for record in records:
        try:
            delivery = read_delivery(record["body"])
        except msgspec.DecodeError as error:
            # The error names the field at fault and holds nothing of the message.
            logger.error("unreadable message", message_id=record["messageId"], error=str(error))
            unreadable.append(record["messageId"])
        else:
            messages.append(Message(message_id=record["messageId"], delivery=delivery))
    return messages, unreadable


@dataclass(frozen=True, kw_only=True)
class Batches:
    """Starts executions of one state machine, by the names of its routes.

    A large file comes here when it is replayed or queued again. It takes the direct route as it did at first: a batch
    leaves a file one minute.
    """

    step_functions: StartsExecutions
    state_machine: str
    batch: str
    direct: str
    settle: str
    direct_threshold_bytes: int

    def start(self, messages: Sequence[Message]) -> list[str]:
        """Start as many executions as the messages need, and return the ids of those that could not be started."""
        failed: list[str] = []
        for batch, document in self._executions(messages):
            try:
                self._start(batch, document)
            except ClientError as error:
                logger.error("batch not started", error=error.response["Error"]["Code"], files=len(batch))
                failed.extend(message.message_id for message in batch)
        return failed

    def _executions(self, messages: Sequence[Message]) -> Iterator[tuple[list[Message], dict[str, Any]]]:
        """Say which messages go into an execution together, and its input."""
        small: list[Message] = []
        for message in messages:
            match message.delivery:
                case EndedExecution() as ended:
                    yield [message], {"route": self.settle, "ended": ended}
                case UploadMessage() as upload if upload.object.size >= self.direct_threshold_bytes:
                    yield [message], {"route": self.direct, "files": [upload]}
                case _:
                    small.append(message)
        for batch in _fitting(small):
            yield batch, {"route": self.batch, "files": _files(batch)}

    def _start(self, batch: Sequence[Message], document: dict[str, Any]) -> None:
        """Start one execution. Its name follows from its messages, so that a batch delivered twice starts once."""
        ids = "\n".join(sorted(message.message_id for message in batch))
        try:
            self.step_functions.start_execution(
                stateMachineArn=self.state_machine,
                name=sha256(ids.encode()).hexdigest(),
                input=msgspec.json.encode(document).decode(),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != _STARTED:
                raise


def _files(batch: Iterable[Message]) -> list[UploadMessage]:
    """List the uploads of a batch, each once: the event of one may come more than once."""
    files: dict[tuple[str, str, str], UploadMessage] = {}
    for message in batch:
        if isinstance(upload := message.delivery, UploadMessage):
            version = upload.object.version_id or upload.object.sequencer
            files.setdefault((upload.bucket, upload.object.key, version), upload)
    return list(files.values())


def _fitting(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """Cut the messages into batches whose input stays within the limit; keys may take 1024 bytes each."""
    batch: list[Message] = []
    size = _FRAME
    for message in messages:
        length = len(msgspec.json.encode(message.delivery)) + 1
        if batch and size + length > INPUT_LIMIT:
            yield batch
            batch, size = [], _FRAME
        batch.append(message)
        size += length
    if batch:
        yield batch
