"""Objects in S3, many at a time: each request takes some ten milliseconds, and a file may need hundreds."""

import shutil
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
    """Write local files, each as the object of its key."""
    in_parallel(lambda key: upload_file(s3, bucket, key, files[key]), files)


def upload_file(s3: WritesObjects, bucket: str, key: str, path: Path) -> None:
    """Write a local file as an object.

    In one request, which holds 5 GB (S3 user guide, "Uploading objects"): more than a function writes in its time, and
    twenty times a segment.
    """
    with path.open("rb") as content:
        s3.put_object(Bucket=bucket, Key=key, Body=content)


def download_file(s3: ReadsObjects, bucket: str, key: str, path: Path) -> None:
    """Write an object as a local file."""
    body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    with path.open("wb") as copy:
        shutil.copyfileobj(body, copy)
