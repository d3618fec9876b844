"""What the rules deliver: uploads, as the batching queue's messages name them. Knows no layout and no engine."""

from contextlib import suppress
from datetime import datetime

import msgspec


class S3Object(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """``detail.object`` of S3's Object Created event."""

    key: str
    size: int
    etag: str
    sequencer: str
    version_id: str = ""


class UploadMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One upload, as the rules name it: the batching queue's message."""

    bucket: str
    object: S3Object
    uploaded_at: datetime


class _Bucket(msgspec.Struct, frozen=True, kw_only=True):
    name: str


class _Detail(msgspec.Struct, frozen=True, kw_only=True):
    bucket: _Bucket
    object: S3Object


class _ObjectCreated(msgspec.Struct, frozen=True, kw_only=True):
    """S3's own event."""

    detail: _Detail
    time: datetime


class _DirectInput(msgspec.Struct, frozen=True, kw_only=True):
    """What the direct rule makes of one."""

    files: tuple[UploadMessage]


class EndedExecution(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """An execution that timed out, was aborted or failed, and whose files are to be settled.

    Step Functions leaves the input out of its event, as the state machine has a key of the stack; the sweep gives one.
    """

    execution_arn: str
    input: str | None = None


class _StatusChange(msgspec.Struct, frozen=True, kw_only=True):
    """Step Functions' own event."""

    detail: EndedExecution


class _SettleInput(msgspec.Struct, frozen=True, kw_only=True):
    """What the settling rule makes of one."""

    ended: EndedExecution


def read_delivery(message: str) -> UploadMessage | EndedExecution:
    """Read which file or execution a message of the batching queue is about.

    Messages have the shape of the batching rule. What EventBridge could not deliver lies in the dead-letter queue as
    the event of S3 or Step Functions, or as a rule's input to the state machine; moved to the batching queue for
    replay, it is understood too.

    Raises
    ------
    msgspec.DecodeError
        If the message has none of these shapes; it names the field at fault and holds nothing of the message.
    """
    try:
        return msgspec.json.decode(message, type=UploadMessage)
    except msgspec.ValidationError as error:
        with suppress(msgspec.ValidationError):
            event = msgspec.json.decode(message, type=_ObjectCreated)
            return UploadMessage(bucket=event.detail.bucket.name, object=event.detail.object, uploaded_at=event.time)
        with suppress(msgspec.ValidationError):
            return msgspec.json.decode(message, type=_DirectInput).files[0]
        with suppress(msgspec.ValidationError):
            return msgspec.json.decode(message, type=_StatusChange).detail
        with suppress(msgspec.ValidationError):
            return msgspec.json.decode(message, type=_SettleInput).ended
        raise error from None
