"""Objects in S3, many at a time: each request takes some ten milliseconds, and a file may need hundreds."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

PARALLEL_REQUESTS: Final = 16

_Item = TypeVar("_Item")


class ReadsObjects(Protocol):
    """The part of the S3 client that reads."""

    def get_object(self, **request: Any) -> Any:
        """Open an object."""


class UploadsFiles(Protocol):
    """The part of the S3 client that writes what lies in a file."""

    def upload_file(self, Filename: str, Bucket: str, Key: str) -> None:  # noqa: N803 - boto3's names
        """Write a local file, in parts where it is large."""


def in_parallel(request: Callable[[_Item], object], items: Iterable[_Item]) -> None:
    """Make the request for each item, 16 at a time; raise the first error there is."""
    with ThreadPoolExecutor(PARALLEL_REQUESTS) as pool:
        list(pool.map(request, items))


def upload_files(s3: UploadsFiles, bucket: str, files: Mapping[str, Path]) -> None:
    """Write local files, each as the object of its key."""
    in_parallel(lambda key: s3.upload_file(str(files[key]), bucket, key), files)
