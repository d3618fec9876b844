"""The uploads that the state machine names, and their bytes.

It needs no library of the functions' logs, so that the job for large files can use it too.
"""

from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, cast

import msgspec
from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError

from pipeline.s3 import ReadsObjects
from transactions.results import Source

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef

MOST_BREAKS: Final = 5
"""Of a connection, one after the other, without a byte between them; then the read fails."""

_ARCHIVED = "InvalidObjectState"
"""S3 API, GetObject: the object's storage class can be read only after a restore."""


class UploadArchivedError(Exception):
    """The upload is older than 90 days and lies in Glacier Flexible Retrieval: it must be restored before it is read.

    The class's name is what a failed file's row, alert and message say.
    """


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file as the state machine identified it.

    ``version_id`` is empty where the event has none: then ``etag`` makes sure that the bytes read are the announced.
    """

    file_id: str
    bucket: str
    key: str
    version_id: str
    etag: str
    size: int
    uploaded_at: datetime
    partner: str
    file_name: str
    format: Literal["csv", "json"]
    execution: str

    def source(self) -> Source:
        """Describe the file to the domain."""
        return Source(
            file_id=self.file_id,
            partner=self.partner,
            file_name=self.file_name,
            format=self.format,
            received_at=self.uploaded_at,
        )


def as_file(document: Any) -> File:
    """Read the state machine's description of a file.

    Raises
    ------
    msgspec.ValidationError
        If the document is not of that shape.
    """
    # JSONata knows floats only, and Step Functions may write a large size as 5.0E9.
    return msgspec.convert(document, File, strict=False)


def open_upload(s3: ReadsObjects, file: File) -> "AbstractContextManager[BinaryIO]":
    """Open the announced version's bytes as a stream, which goes on where a connection breaks off.

    Raises
    ------
    UploadArchivedError
        If the version lies in the archive, and is not restored.
    botocore.exceptions.ClientError
        If the version is gone, or the object is not the announced one any more.
    """
    request: GetObjectRequestTypeDef = {"Bucket": file.bucket, "Key": file.key, "IfMatch": file.etag}
    if file.version_id:
        request["VersionId"] = file.version_id
    return closing(cast("BinaryIO", _UploadStream(s3, request)))


class _UploadStream:
    """Reads one version of one object. A large file is read for longer than S3 keeps a connection that waits."""

    def __init__(self, s3: ReadsObjects, request: "GetObjectRequestTypeDef") -> None:
        self._s3, self._request = s3, request
        self._offset, self._breaks = 0, 0
        self._body = self._open()

    def read(self, size: int = -1, /) -> bytes:
        """Return the next ``size`` bytes, fewer at the end; all that are left without a ``size``."""
        while True:
            try:
                content: bytes = self._body.read(None if size < 0 else size)
            except (HTTPClientError, IncompleteReadError):
                self._breaks += 1
                if self._breaks > MOST_BREAKS:
                    raise
                self._body = self._open()
            else:
                self._offset += len(content)
                self._breaks = 0
                return content

    def close(self) -> None:
        """Close the connection."""
        self._body.close()

    def _open(self) -> Any:
        """Ask for the bytes that have not been returned yet: of the same object, by its version or its ETag."""
        rest: GetObjectRequestTypeDef = {**self._request}
        if self._offset:
            rest["Range"] = f"bytes={self._offset}-"
        try:
            response = self._s3.get_object(**rest)
        except ClientError as error:
            if error.response["Error"]["Code"] == _ARCHIVED:
                raise UploadArchivedError("restore it first: etl replay --restore") from error
            raise
        if self._offset and not response.get("ContentRange", "").startswith(f"bytes {self._offset}-"):
            raise OSError(f"S3 did not answer the bytes from {self._offset} on that were asked for")
        return response["Body"]
