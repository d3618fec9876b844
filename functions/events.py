"""What the state machine hands to the functions that read files."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from observability import logger
from transactions.results import Source


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file as the state machine identified it.

    ``version_id`` is empty where the event has none: then ``etag`` makes sure that the bytes read are the announced.
    """

    file_id: str
    bucket: str
    key: str
    version_id: str
    etag: str
    size: int
    uploaded_at: datetime
    partner: str
    file_name: str
    format: Literal["csv", "json"]
    execution: str

    def source(self) -> Source:
        """Describe the file to the domain."""
        return Source(
            file_id=self.file_id,
            partner=self.partner,
            file_name=self.file_name,
            format=self.format,
            received_at=self.uploaded_at,
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
