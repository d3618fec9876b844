"""What the state machine hands to the functions that read files, and the uploads that it names."""

from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast

import msgspec

from pipeline.observability import logger
from pipeline.s3 import ReadsObjects
from transactions.results import Source

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef


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


def read_file(event: dict[str, Any]) -> File:
    """Read the file from a task's input, and put its identity on every log line of this call.

    Raises
    ------
    msgspec.ValidationError
        If the input is not of the state machine's shape.
    """
    # JSONata knows floats only, and Step Functions may write a large size as 5.0E9.
    file = msgspec.convert(event["file"], File, strict=False)
    logger.append_keys(file_id=file.file_id, partner=file.partner, execution=file.execution)
    return file


def open_upload(s3: ReadsObjects, file: File) -> "AbstractContextManager[BinaryIO]":
    """Open the announced version's bytes as a stream.

    Raises
    ------
    botocore.exceptions.ClientError
        If the version is gone, or the object is not the announced one any more.
    """
    request: GetObjectRequestTypeDef = {"Bucket": file.bucket, "Key": file.key, "IfMatch": file.etag}
    if file.version_id:
        request["VersionId"] = file.version_id
    response = s3.get_object(**request)
    return closing(cast("BinaryIO", response["Body"]))
