"""Makes a file's staged rows visible, in place of those of the versions that it supersedes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from posixpath import dirname
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, Unpack

from botocore.exceptions import ClientError

from pipeline.manifests import read_manifest, staged_key
from pipeline.s3 import ReadsObjects, in_parallel
from transactions.results import WrittenObject

if TYPE_CHECKING:
    from mypy_boto3_glue.type_defs import (
        BatchCreatePartitionRequestTypeDef,
        BatchCreatePartitionResponseTypeDef,
        GetTableRequestTypeDef,
        GetTableResponseTypeDef,
        PartitionInputTypeDef,
    )
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

PARTITION_LIMIT: Final = 100
"""Partitions in one call of Glue BatchCreatePartition."""

_Item = TypeVar("_Item")
_EXISTS: Final = "AlreadyExistsException"
_NEVER_STAGED: Final = "NoSuchKey"


class PublishError(Exception):
    """AWS carried out only a part of a batch call. The message names the error codes."""


class ManagesObjects(ReadsObjects, Protocol):
    """The part of the S3 client that publishes."""

    def copy_object(self, **request: "Unpack[CopyObjectRequestTypeDef]") -> "CopyObjectOutputTypeDef":
        """Copy an object within S3."""

    def delete_objects(self, **request: "Unpack[DeleteObjectsRequestTypeDef]") -> "DeleteObjectsOutputTypeDef":
        """Delete up to a thousand objects."""


class ManagesPartitions(Protocol):
    """The part of the Glue client that publishes."""

    def get_table(self, **request: "Unpack[GetTableRequestTypeDef]") -> "GetTableResponseTypeDef":
        """Describe a table."""

    def batch_create_partition(
        self, **request: "Unpack[BatchCreatePartitionRequestTypeDef]"
    ) -> "BatchCreatePartitionResponseTypeDef":
        """Create up to a hundred partitions."""


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Publishes to one processed bucket and one Glue database. Every step may run twice with the same result."""

    s3: ManagesObjects
    glue: ManagesPartitions
    bucket: str
    database: str

    def publish(self, file_id: str, versions: Iterable[str]) -> None:
        """Make the file's rows visible in place of the older versions' rows.

        ``versions`` are the file ids of the key's versions that may have visible rows. Their objects go first: for a
        moment a reader may miss rows, and never sees them twice.

        Raises
        ------
        PublishError
            If AWS refuses a part; everything may be tried again.
        """
        objects = read_manifest(self.s3, self.bucket, file_id)
        self._register_partitions(objects)
        self.retire(file_id, versions)
        in_parallel(lambda item: self._copy(file_id, item), objects)

    def retire(self, file_id: str, versions: Iterable[str]) -> None:
        """Take the rows of all versions but ``file_id`` away from the readers.

        Raises
        ------
        PublishError
            If S3 refuses a part.
        """
        for version in sorted(set(versions) - {file_id}):
            self.withdraw(version)

    def withdraw(self, file_id: str) -> None:
        """Take a file's rows away from the readers. A file that was never staged has none.

        Raises
        ------
        PublishError
            If S3 refuses a part.
        """
        try:
            objects = read_manifest(self.s3, self.bucket, file_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != _NEVER_STAGED:
                raise
            return
        for part in _parts(objects, DELETE_LIMIT):
            keys: list[ObjectIdentifierTypeDef] = [{"Key": item.path} for item in part]
            answer = self.s3.delete_objects(Bucket=self.bucket, Delete={"Objects": keys, "Quiet": True})
            _raise_on([error["Code"] for error in answer.get("Errors", [])])

    def _copy(self, file_id: str, item: WrittenObject) -> None:
        source: CopySourceTypeDef = {"Bucket": self.bucket, "Key": staged_key(file_id, item.path)}
        self.s3.copy_object(Bucket=self.bucket, Key=item.path, CopySource=source)

    def _register_partitions(self, objects: Sequence[WrittenObject]) -> None:
        for table in sorted({item.table for item in objects}):
            described = self.glue.get_table(DatabaseName=self.database, Name=table)["Table"]["StorageDescriptor"]
            partitions: list[PartitionInputTypeDef] = [
                {
                    "Values": list(item.partition),
                    "StorageDescriptor": described | {"Location": f"s3://{self.bucket}/{dirname(item.path)}/"},
                }
                for item in objects
                if item.table == table
            ]
            for part in _parts(partitions, PARTITION_LIMIT):
                answer = self.glue.batch_create_partition(
                    DatabaseName=self.database, TableName=table, PartitionInputList=part
                )
                codes = [error["ErrorDetail"]["ErrorCode"] for error in answer.get("Errors", [])]
                _raise_on([code for code in codes if code != _EXISTS])


def _parts(items: Sequence[_Item], size: int) -> Iterator[list[_Item]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


def _raise_on(codes: list[str]) -> None:
    if codes:
        raise PublishError(", ".join(sorted(set(codes))))
