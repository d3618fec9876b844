"""Deletes everything in a versioned bucket."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, Protocol, Unpack
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError

from pipeline.s3 import PARALLEL_REQUESTS, in_parallel

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import (
        AbortMultipartUploadOutputTypeDef,
        AbortMultipartUploadRequestTypeDef,
        DeleteObjectOutputTypeDef,
        DeleteObjectRequestTypeDef,
        DeleteObjectsOutputTypeDef,
        DeleteObjectsRequestTypeDef,
        ListMultipartUploadsOutputTypeDef,
        ListMultipartUploadsRequestTypeDef,
        ListObjectVersionsOutputTypeDef,
        ListObjectVersionsRequestTypeDef,
        ObjectIdentifierTypeDef,
    )

_TEMPORARY: Final = frozenset({"InternalError", "ServiceUnavailable", "SlowDown"})
"""Codes of versions that S3 could not delete for the moment: a later listing shows them again."""

_FIT_FOR_XML = re.compile("[ -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
"""Characters of XML 1.0, less those that its readers may change: tabs and line ends."""


class EmptiesBuckets(Protocol):
    """The part of the S3 client that empties."""

    def list_object_versions(
        self, **request: "Unpack[ListObjectVersionsRequestTypeDef]"
    ) -> "ListObjectVersionsOutputTypeDef":
        """List up to a thousand versions and delete markers."""

    def delete_objects(self, **request: "Unpack[DeleteObjectsRequestTypeDef]") -> "DeleteObjectsOutputTypeDef":
        """Delete up to a thousand versions."""

    def delete_object(self, **request: "Unpack[DeleteObjectRequestTypeDef]") -> "DeleteObjectOutputTypeDef":
        """Delete one version."""

    def list_multipart_uploads(
        self, **request: "Unpack[ListMultipartUploadsRequestTypeDef]"
    ) -> "ListMultipartUploadsOutputTypeDef":
        """List unfinished uploads."""

    def abort_multipart_upload(
        self, **request: "Unpack[AbortMultipartUploadRequestTypeDef]"
    ) -> "AbortMultipartUploadOutputTypeDef":
        """Abort an unfinished upload."""


class BucketNotEmptiedError(Exception):
    """S3 refused to delete some versions. The message names the error codes."""


def empty_bucket(s3: EmptiesBuckets, bucket: str, *, has_time: Callable[[], bool]) -> bool:
    """Delete versions, delete markers and unfinished uploads, sixteen times a thousand at a time.

    Returns
    -------
    bool
        True when the bucket is empty or gone; False when the time ran out first.

    Raises
    ------
    BucketNotEmptiedError
        If S3 refuses to delete a version.
    """
    try:
        # Each listing starts anew: what the one before showed is gone by now.
        while has_time():
            # The SDK decodes the keys of versions, and has them encoded; those of uploads it leaves to its caller.
            uploads = s3.list_multipart_uploads(Bucket=bucket, EncodingType="url").get("Uploads", [])
            pages = list(_pages(s3, bucket))
            if not uploads and not pages:
                return True
            for upload in uploads:
                s3.abort_multipart_upload(Bucket=bucket, Key=unquote_plus(upload["Key"]), UploadId=upload["UploadId"])
            in_parallel(lambda page: _delete(s3, bucket, page), pages)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            return True
        raise
    return False


def _pages(s3: EmptiesBuckets, bucket: str) -> "Iterator[list[ObjectIdentifierTypeDef]]":
    """List the first pages of versions and delete markers: as many as are deleted at a time."""
    request: ListObjectVersionsRequestTypeDef = {"Bucket": bucket}
    for _ in range(PARALLEL_REQUESTS):
        page = s3.list_object_versions(**request)
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            yield [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
        if not page.get("IsTruncated"):
            return
        request |= {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}


def _delete(s3: EmptiesBuckets, bucket: str, versions: "list[ObjectIdentifierTypeDef]") -> None:
    together = []
    for version in versions:
        # A request for many is an XML document, which cannot hold every key.
        if _FIT_FOR_XML.fullmatch(version["Key"]):
            together.append(version)
        else:
            s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    if together:
        _delete_together(s3, bucket, together)


def _delete_together(s3: EmptiesBuckets, bucket: str, versions: "list[ObjectIdentifierTypeDef]") -> None:
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True})
    codes = sorted({error["Code"] for error in answer.get("Errors", [])} - _TEMPORARY)
    if codes:
        raise BucketNotEmptiedError(", ".join(codes))
