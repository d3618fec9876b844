"""What the functions and the CDK app both go by: statuses, prefixes, names of metrics, the service level.

It imports nothing of the project, so that the CDK app may read it without loading a function.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

SERVICE_LEVEL: Final = timedelta(minutes=15)
"""A file has its outcome so long after its upload, or an alarm goes off."""

LEASE: Final = SERVICE_LEVEL
"""How long a claim holds. It outlives the longest execution, so that a claim is only ever taken from a dead one.

It is also the longest delay that SQS knows: a message waits so long, and asks again, for the end of another run's
claim.
"""

LARGE_LEASE: Final = timedelta(hours=4)
"""How long the claim of a large file holds, which a job processes; and so long it has, as its service level."""

LEASE_ENDS: Final = "lease_ends"
"""Attribute of the audit table: until when the latest claim holds. Rows of before have none; theirs hold for LEASE."""

THROTTLED_ERROR: Final = "ThrottledError"
"""The error of a function of which AWS was asked too much: its file waits for its turn again."""

BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any upload: S3 is younger."""

INCOMING: Final = "incoming"
"""First segment of an upload's key; the second says whose file it is: ``incoming/<partner>/...``."""

VERIFICATION_PARTNER: Final = "etl-verify"
"""The partner of the files that ``etl verify`` sends. No bank may have this name."""

EXTENSIONS: Final = (".csv", ".json")
"""How the key of an upload ends, in any case (requirement E2)."""

STATUS_INDEX: Final = "index-status-shards"
"""The audit table's index by shard, and within it by status and time of the last change (decision 0039)."""
SHARD: Final = "shard"
"""Attribute: the first digit of the file's id. Without it, all files that are being processed would have one key; from
330 files a second on, they would need more than the 1,000 write units a second that DynamoDB gives a partition."""
SHARDS: Final = "0123456789abcdef"
STATUS_AT: Final = "status_at"
"""Attribute: the status, and the time since which the file has it, as ``PROCESSING#2025-11-03T14:07:00.123Z``."""
INDEXED: Final = ("partner", "duplicate_of", "delivery")
"""Attributes that the index has besides its keys, since they are searched for."""

TRANSACTIONS: Final = "transactions/"
QUARANTINE: Final = "quarantine/"
FILES: Final = "files/"
FILE_TOTALS: Final = "file_totals/"
"""Prefixes in the processed bucket; those of the tables are the tables' names."""
QUERY_RESULTS: Final = "athena-results/"
"""The results of Athena's queries."""
STAGING: Final = "staging/"
"""Output of a transform that is not yet published; readers never look here."""
ANSWERS: Final = "answers/"
"""What the job for large files has found of a file, until the state machine collects it."""
MANIFESTS: Final = "manifests/"
"""One JSON per processed file: which objects hold its rows. Lineage, and what a later version replaces."""
REPORTS: Final = "reports/"
"""What was found in each file, as JSON and as a page. Kept as long as the data."""

ARCHIVED_ERROR: Final = "UploadArchivedError"
"""The error of a file that failed because its upload lies in the archive: the name of the exception's class."""

TRANSACTION_IDENTITY: Final = ("partner", "account_id", "booking_date", "transaction_id")
"""What identifies a transaction. An account that no file names is NULL, and NULL is one account."""

OVERLAPPING_FILES_KEPT: Final = 20
"""So many of the files that have a file's transactions too stand in its row; their number is exact."""

LATENCY_METRIC: Final = "UploadToDone"
"""Seconds from a file's upload to its outcome, of files that functions process."""
LARGE_LATENCY_METRIC: Final = "LargeUploadToDone"
"""The same of files that the job for large files processes."""
FILES_METRIC: Final = "Files"
"""Files by outcome, dimension ``status``."""
ACCEPTED_METRIC: Final = "RowsAccepted"
REJECTED_METRIC: Final = "RowsRejected"
"""Rows of completed files, dimension ``partner``."""
REQUEUED_METRIC: Final = "FilesRequeued"
"""Uploads without a row, and files without an outcome, that were queued again long after their event was due."""
CONFLICTS_METRIC: Final = "ConflictingRows"
"""Rows of completed files that other files have with another amount or currency."""

MOVED_METRIC: Final = "MovedRows"
"""Rows of the ledger whose transaction stands under another booking date too."""


class FileStatus(StrEnum):
    """A file's status. Each change appends to the row's history."""

    RECEIVED = "RECEIVED"
    """S3 announced the upload; its time is the event's. Later, a file that waits again: its calls were throttled, or it
    outgrew a function and waits for the job."""
    PROCESSING = "PROCESSING"
    """An execution holds the claim."""
    COMPLETED = "COMPLETED"
    """Accepted rows are published; rejected rows, if any, are in quarantine."""
    REJECTED = "REJECTED"
    """The file as a whole was refused, with a reason. A finished business outcome."""
    DUPLICATE = "DUPLICATE"
    """The same content had come before; nothing was published."""
    SUPERSEDED = "SUPERSEDED"
    """A newer file of the same delivery (of the same key, where none is declared) is published in its place."""
    WITHDRAWN = "WITHDRAWN"
    """A person has taken its rows back, with a reason; the same file may be submitted again."""
    FAILED = "FAILED"
    """The pipeline could not process the file; it waits in the dead-letter queue for replay."""


class FailedStep(StrEnum):
    """The step in which a file FAILED, as far as its execution could tell."""

    CLAIM = "claim"
    """The file was not claimed yet."""
    VALIDATE = "validate"
    """From the claim to the verdict; a later attempt first clears what an earlier one left."""
    RECORD = "record"
    """The file was refused, and its rejection could not be recorded."""
    TRANSFORM = "transform"
    """From the verdict to the reconciled rows; the content is claimed first."""
    PUBLISH = "publish"
    """From the reconciled rows to the recorded outcome; of a duplicate, its withdrawal and its outcome."""


UNFINISHED = frozenset({FileStatus.RECEIVED, FileStatus.PROCESSING})
"""Every other status is an outcome."""

FINISHED = frozenset(FileStatus) - UNFINISHED
"""The statuses that are an outcome."""

PUBLISHED = frozenset({FileStatus.COMPLETED})
"""The statuses whose accepted rows can be read. Of a file of any other status nothing is published."""
