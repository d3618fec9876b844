"""Versions of uploads, as the raw bucket lists them."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol, Unpack

import msgspec

from pipeline.constants import EXTENSIONS

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ListObjectVersionsOutputTypeDef, ListObjectVersionsRequestTypeDef


class ListsVersions(Protocol):
    """The part of the S3 client that lists versions."""

    def list_object_versions(
        self, **request: "Unpack[ListObjectVersionsRequestTypeDef]"
    ) -> "ListObjectVersionsOutputTypeDef":
        """List up to a thousand versions and delete markers."""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an upload.

    ``modified`` is when it was uploaded; of an upload in parts, when that was begun (S3 user guide, "Working with
    object metadata").
    """

    key: str
    version_id: str
    etag: str
    size: int
    modified: datetime
    latest: bool

    @property
    def wanted(self) -> bool:
        """Whether a rule takes it by its ending."""
        return self.key.lower().endswith(EXTENSIONS)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Behind which version a listing goes on. Both are empty at its beginning."""

    key: str = ""
    version_id: str = ""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Up to a thousand versions, and where the listing goes on; None where it ends."""

    versions: tuple[Version, ...]
    following: Place | None


def identify(bucket: str, key: str, version: str) -> str:
    """Work out the id that the state machine gives an upload: SHA-256 of bucket, key and version id."""
    return sha256(f"{bucket}\n{key}\n{version}".encode()).hexdigest()


def list_page(s3: ListsVersions, bucket: str, place: Place, *, prefix: str = "") -> Page:
    """List versions in the order of their keys, those of a key from the newest to the oldest."""
    request: ListObjectVersionsRequestTypeDef = {"Bucket": bucket, "Prefix": prefix}
    if place.key:
        request |= {"KeyMarker": place.key, "VersionIdMarker": place.version_id}
    answer = s3.list_object_versions(**request)
    versions = tuple(
        Version(
            key=found["Key"],
            version_id=found["VersionId"],
            etag=found["ETag"].strip('"'),
            size=found["Size"],
            modified=found["LastModified"],
            latest=found["IsLatest"],
        )
        for found in answer.get("Versions", [])
    )
    if not answer.get("IsTruncated"):
        return Page(versions=versions, following=None)
    following = Place(key=answer["NextKeyMarker"], version_id=answer.get("NextVersionIdMarker", ""))
    return Page(versions=versions, following=following)


def list_versions(s3: ListsVersions, bucket: str, *, prefix: str = "") -> Iterator[Version]:
    """List all versions below a prefix."""
    place: Place | None = Place()
    while place is not None:
        page = list_page(s3, bucket, place, prefix=prefix)
        yield from page.versions
        place = page.following


def versions_of(s3: ListsVersions, bucket: str, key: str) -> list[Version]:
    """List the versions of one key, from the oldest to the newest."""
    return [version for version in list_versions(s3, bucket, prefix=key) if version.key == key][::-1]
