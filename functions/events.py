"""What the state machine hands to the functions."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from observability import logger
from transactions import Source


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """One object version in the raw bucket, as S3's event names it.

    ``version_id`` may be empty: then ``etag`` makes sure that the bytes read are the ones announced.
    """

    bucket: str
    key: str
    version_id: str
    etag: str
    sequencer: str
    size: int
    uploaded_at: datetime


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file as the state machine identified it."""

    file_id: str
    partner: str
    file_name: str
    format: Literal["csv", "json"]
    execution: str
    event: Upload

    def source(self) -> Source:
        """Describe the file to the domain."""
        return Source(
            file_id=self.file_id,
            partner=self.partner,
            file_name=self.file_name,
            format=self.format,
            received_at=self.event.uploaded_at,
        )


def read_file(event: dict[str, Any]) -> File:
    """Read the file from a task's input, and put its identity on every log line of this call.

    Raises
    ------
    msgspec.ValidationError
        If the input is not of the state machine's shape.
    """
    file = msgspec.convert(event["file"], File)
    logger.append_keys(file_id=file.file_id, partner=file.partner, execution=file.execution)
    return file
