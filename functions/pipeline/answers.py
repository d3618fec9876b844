"""What the job for large files has found of a file: the function of the same step collects it."""

from typing import Any, TypeVar

import msgspec

from pipeline.s3 import ReadsObjects

_Answer = TypeVar("_Answer")


def collect_answer(s3: ReadsObjects, bucket: str, event: dict[str, Any], kind: type[_Answer]) -> _Answer | None:
    """Read the answer whose key the state machine hands over as ``event["answer"]``; ``None`` if it names none.

    Raises
    ------
    msgspec.DecodeError
        If the object is no such answer.
    botocore.exceptions.ClientError
        If it is not there.
    """
    if "answer" not in event:
        return None
    found = s3.get_object(Bucket=bucket, Key=event["answer"])["Body"].read()
    return msgspec.json.decode(found, type=kind)
