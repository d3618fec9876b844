"""Reads uploads from the raw bucket."""

from contextlib import closing
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from events import File

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class ReadsObjects(Protocol):
    """The part of the S3 client that reads."""

    def get_object(self, **request: Any) -> Any:
        """Open an object."""


def open_upload(s3: ReadsObjects, file: File) -> "AbstractContextManager[BinaryIO]":
    """Open the announced version's bytes as a stream.

    Raises
    ------
    botocore.exceptions.ClientError
        If the version is gone, or the object is not the announced one any more.
    """
    version = {"VersionId": file.version_id} if file.version_id else {}
    response = s3.get_object(Bucket=file.bucket, Key=file.key, IfMatch=file.etag, **version)
    return closing(cast("BinaryIO", response["Body"]))
