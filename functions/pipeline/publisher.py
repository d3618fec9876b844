"""Makes a file's staged rows visible, in place of those of the versions that it supersedes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol, Unpack

from botocore.exceptions import ClientError

from pipeline.manifests import read_manifest, staged_key
from pipeline.partitions import Partitions
from pipeline.parts import parts
from pipeline.registry import ReadsEntries, read_entry
from pipeline.s3 import ReadsObjects, in_parallel
from transactions.results import WrittenObject

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import (
        CopyObjectOutputTypeDef,
        CopyObjectRequestTypeDef,
        CopySourceTypeDef,
        DeleteObjectsOutputTypeDef,
        DeleteObjectsRequestTypeDef,
        ObjectIdentifierTypeDef,
    )

DELETE_LIMIT: Final = 1000
"""Keys in one call of S3 DeleteObjects."""

RESERVE: Final = timedelta(seconds=5)
"""So long before the deadline no request is begun any more: what was begun has ended by then."""

_NEVER_STAGED: Final = "NoSuchKey"


class PublishError(Exception):
    """S3 carried out only a part of a batch call. The message names the error codes."""


class DeadlineError(Exception):
    """The state machine has given this call up, or is about to: another call does its work, or takes it back."""


class ManagesObjects(ReadsObjects, Protocol):
    """The part of the S3 client that publishes."""

    def copy_object(self, **request: "Unpack[CopyObjectRequestTypeDef]") -> "CopyObjectOutputTypeDef":
        """Copy an object within S3."""

    def delete_objects(self, **request: "Unpack[DeleteObjectsRequestTypeDef]") -> "DeleteObjectsOutputTypeDef":
        """Delete up to a thousand objects."""


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Publishes to one processed bucket. Every step may run twice with the same result.

    Lambda goes on with a call that the state machine has given up. No copy and no deletion is begun after the
    ``deadline``, so that such a call does not undo what came after it (decision 0035).
    """

    s3: ManagesObjects
    partitions: Partitions
    dynamodb: ReadsEntries
    bucket: str
    registry: str
    deadline: datetime

    def publish(self, file_id: str, versions: Iterable[str], *, delivery: str) -> None:
        """Make the file's rows visible in place of the older versions' rows.

        ``versions`` are the file ids of the delivery's files that may have visible rows. Their objects go first: for a
        moment a reader may miss rows, and never sees them twice. A newer file of the delivery that has claimed the
        registry's entry ``delivery`` meanwhile may have looked for this file's rows before they were there, so they
        are taken away again.

        Raises
        ------
        PartitionError, PublishError
            If Glue or S3 refuses a part; everything may be tried again.
        DeadlineError
            If the time is up.
        """
        objects = read_manifest(self.s3, self.bucket, file_id)
        self.partitions.register(objects)
        self.retire(file_id, versions)
        try:
            in_parallel(lambda item: self._copy(file_id, item), objects)
        finally:
            if self._is_overtaken(file_id, delivery):
                self._delete(objects)

    def retire(self, file_id: str, versions: Iterable[str]) -> None:
        """Take the rows of all versions but ``file_id`` away from the readers.

        Raises
        ------
        PublishError
            If S3 refuses a part.
        DeadlineError
            If the time is up.
        """
        for version in sorted(set(versions) - {file_id}):
            self.withdraw(version)

    def withdraw(self, file_id: str) -> None:
        """Take a file's rows away from the readers. A file that was never staged has none.

        Raises
        ------
        PublishError
            If S3 refuses a part.
        DeadlineError
            If the time is up.
        """
        try:
            objects = read_manifest(self.s3, self.bucket, file_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != _NEVER_STAGED:
                raise
            return
        for part in parts(objects, DELETE_LIMIT):
            self._check_time()
            self._delete(part)

    def _delete(self, objects: Sequence[WrittenObject]) -> None:
        for part in parts(objects, DELETE_LIMIT):
            keys: list[ObjectIdentifierTypeDef] = [{"Key": item.path} for item in part]
            answer = self.s3.delete_objects(Bucket=self.bucket, Delete={"Objects": keys, "Quiet": True})
            _raise_on([error["Code"] for error in answer.get("Errors", [])])

    def _is_overtaken(self, file_id: str, delivery: str) -> bool:
        newest = read_entry(self.dynamodb, self.registry, delivery)
        return newest is not None and newest["file_id"]["S"] != file_id

    def _check_time(self) -> None:
        if datetime.now(UTC) > self.deadline - RESERVE:
            raise DeadlineError(f"the state machine waits until {self.deadline:%H:%M:%S} UTC, and no longer")

    def _copy(self, file_id: str, item: WrittenObject) -> None:
        self._check_time()
        source: CopySourceTypeDef = {"Bucket": self.bucket, "Key": staged_key(file_id, item.path)}
        self.s3.copy_object(Bucket=self.bucket, Key=item.path, CopySource=source)


def _raise_on(codes: list[str]) -> None:
    if codes:
        raise PublishError(", ".join(sorted(set(codes))))
