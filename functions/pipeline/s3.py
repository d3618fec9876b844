"""Objects in S3, many at a time: each request takes some ten milliseconds, and a file may need hundreds."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, Unpack

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import (
        GetObjectOutputTypeDef,
        GetObjectRequestTypeDef,
        PutObjectOutputTypeDef,
        PutObjectRequestTypeDef,
    )

PARALLEL_REQUESTS: Final = 16

_Item = TypeVar("_Item")


class ReadsObjects(Protocol):
    """The part of the S3 client that reads."""

    def get_object(self, **request: "Unpack[GetObjectRequestTypeDef]") -> "GetObjectOutputTypeDef":
        """Open an object."""


class WritesObjects(Protocol):
    """The part of the S3 client that writes."""

    def put_object(self, **request: "Unpack[PutObjectRequestTypeDef]") -> "PutObjectOutputTypeDef":
        """Write an object."""


class ReadsAndWritesObjects(ReadsObjects, WritesObjects, Protocol):
    """The part of the S3 client that reads and writes."""


def in_parallel(request: Callable[[_Item], object], items: Iterable[_Item]) -> None:
    """Make the request for each item, 16 at a time; raise the first error there is."""
    with ThreadPoolExecutor(PARALLEL_REQUESTS) as pool:
        list(pool.map(request, items))


def upload_files(s3: WritesObjects, bucket: str, files: Mapping[str, Path]) -> None:
    """Write local files, each as the object of its key.

    One request each, which holds 5 GB (S3 user guide, "Uploading objects"): more than a function writes in its time.
    """

    def upload(key: str) -> None:
        with files[key].open("rb") as content:
            s3.put_object(Bucket=bucket, Key=key, Body=content)

    in_parallel(upload, files)
