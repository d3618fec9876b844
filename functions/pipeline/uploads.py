"""The uploads that the state machine names, and their bytes.

It needs no library of the functions' logs, so that the job for large files can use it too.
"""

from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast

import msgspec
from botocore.exceptions import ClientError

from pipeline.s3 import ReadsObjects
from transactions.results import Source

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef


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
    """Open the announced version's bytes as a stream.

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
    try:
        response = s3.get_object(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] == _ARCHIVED:
            raise UploadArchivedError("restore it first: etl replay --restore") from error
        raise
    return closing(cast("BinaryIO", response["Body"]))
