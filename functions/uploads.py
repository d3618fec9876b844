"""Reads uploads from the raw bucket."""

from contextlib import closing
from typing import TYPE_CHECKING, BinaryIO, cast

from events import File
from objects import ReadsObjects

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


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
