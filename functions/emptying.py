"""Deletes everything in a versioned bucket."""

from collections.abc import Callable
from typing import Any, Protocol

from botocore.exceptions import ClientError


class EmptiesBuckets(Protocol):
    """The part of the S3 client that empties."""

    def list_object_versions(self, **request: Any) -> Any:
        """List up to a thousand versions and delete markers."""

    def delete_objects(self, **request: Any) -> Any:
        """Delete up to a thousand versions."""

    def list_multipart_uploads(self, **request: Any) -> Any:
        """List unfinished uploads."""

    def abort_multipart_upload(self, **request: Any) -> Any:
        """Give an unfinished upload up."""


class BucketNotEmptiedError(Exception):
    """S3 refused to delete some versions. The message names the error codes."""


def empty_bucket(s3: EmptiesBuckets, bucket: str, *, has_time: Callable[[], bool]) -> bool:
    """Delete versions, delete markers and unfinished uploads, a thousand at a time.

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
            uploads = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
            page = s3.list_object_versions(Bucket=bucket)
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if not uploads and not found:
                return True
            for upload in uploads:
                s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
            if found:
                _delete(s3, bucket, [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            return True
        raise
    return False


def _delete(s3: EmptiesBuckets, bucket: str, versions: list[dict[str, str]]) -> None:
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True})
    codes = sorted({error["Code"] for error in answer.get("Errors", [])})
    if codes:
        raise BucketNotEmptiedError(", ".join(codes))
