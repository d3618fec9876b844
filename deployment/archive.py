"""Uploads that lie in the archive: a replay can read one only after S3 has restored it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol, Unpack

from botocore.exceptions import ClientError

from deployment.dead_letters import DeadLetter
from pipeline.constants import ARCHIVED_ERROR

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import (
        HeadObjectOutputTypeDef,
        HeadObjectRequestTypeDef,
        RestoreObjectOutputTypeDef,
        RestoreObjectRequestTypeDef,
    )

RESTORED_DAYS: Final = 7
"""How long a restored upload can be read."""

_ARCHIVES: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})
"""The storage classes that are read only after a restore; objects of every other one are read at once."""
_GONE: Final = frozenset({"404", "NoSuchKey", "NoSuchVersion"})
_ASKED_BEFORE: Final = "RestoreAlreadyInProgress"


class Readability(StrEnum):
    """Whether an upload can be read."""

    READABLE = "readable"
    ARCHIVED = "archived"
    RESTORING = "restoring"


class RestoresObjects(Protocol):
    """The part of the S3 client that restores objects."""

    def head_object(self, **request: "Unpack[HeadObjectRequestTypeDef]") -> "HeadObjectOutputTypeDef":
        """Describe an object."""

    def restore_object(self, **request: "Unpack[RestoreObjectRequestTypeDef]") -> "RestoreObjectOutputTypeDef":
        """Ask for a readable copy of an archived object."""


@dataclass(frozen=True, kw_only=True)
class Archive:
    """Asks S3 whether the uploads of messages can be read, and for copies of those that cannot."""

    s3: RestoresObjects

    def readability(self, letter: DeadLetter) -> Readability:
        """Tell whether the upload of a message can be read; one that is gone is left to the replay.

        S3 is asked about those only that may be archived: that failed for it, or whose message was lost.
        """
        if letter.version is None or (letter.receipt and letter.reason != ARCHIVED_ERROR):
            return Readability.READABLE
        bucket, key, version_id = letter.version
        try:
            head = self.s3.head_object(Bucket=bucket, Key=key, VersionId=version_id)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return Readability.READABLE
            raise
        if head.get("StorageClass") not in _ARCHIVES:
            return Readability.READABLE
        # S3 API, HeadObject: ongoing-request="true", or "false" with the day on which the copy goes.
        restore = head.get("Restore", "")
        if 'ongoing-request="true"' in restore:
            return Readability.RESTORING
        return Readability.READABLE if restore else Readability.ARCHIVED

    def restore(self, letter: DeadLetter) -> None:
        """Ask for a copy that can be read for a week; it is there within some hours."""
        assert letter.version is not None  # noqa: S101 - one without cannot be archived
        bucket, key, version_id = letter.version
        try:
            self.s3.restore_object(
                Bucket=bucket,
                Key=key,
                VersionId=version_id,
                RestoreRequest={"Days": RESTORED_DAYS, "GlacierJobParameters": {"Tier": "Standard"}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != _ASKED_BEFORE:
                raise
