"""The states of a file in the audit table, and which of them end its way."""

from enum import StrEnum


class FileStatus(StrEnum):
    """A file's status. Each change appends to the row's history."""

    RECEIVED = "RECEIVED"
    """S3 announced the upload; its time is the event's."""
    PROCESSING = "PROCESSING"
    """An execution holds the claim."""
    COMPLETED = "COMPLETED"
    """Accepted rows are published; rejected rows, if any, are in quarantine."""
    REJECTED = "REJECTED"
    """The file as a whole was refused, with a reason. A finished business outcome."""
    DUPLICATE = "DUPLICATE"
    """The same content had come before; nothing was published."""
    SUPERSEDED = "SUPERSEDED"
    """A newer version of the same key is published in its place."""
    FAILED = "FAILED"
    """The pipeline could not process the file; it lies in the dead-letter queue for replay."""


UNFINISHED = frozenset({FileStatus.RECEIVED, FileStatus.PROCESSING})
"""Every other status ends a file's way."""

FINISHED = frozenset(FileStatus) - UNFINISHED
"""The statuses that are an outcome."""
