"""Reads uploads from the raw bucket."""

from contextlib import closing
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from events import Upload

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class ReadsObjects(Protocol):
    """The part of the S3 client that reads."""

    def get_object(self, **request: Any) -> Any:
        """Open an object."""


def open_upload(s3: ReadsObjects, upload: Upload) -> "AbstractContextManager[BinaryIO]":
    """Open the announced version's bytes as a stream.

    Raises
    ------
    botocore.exceptions.ClientError
        If the version is gone, or the object is not the announced one any more.
    """
    version = {"VersionId": upload.version_id} if upload.version_id else {}
    response = s3.get_object(Bucket=upload.bucket, Key=upload.key, IfMatch=upload.etag, **version)
    return closing(cast("BinaryIO", response["Body"]))
