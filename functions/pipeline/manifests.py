"""Where a file's Parquet objects lie between transform and publish, and the manifest that lists them."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from pipeline.constants import MANIFESTS, STAGING
from pipeline.s3 import ReadsObjects, WritesObjects, upload_files
from transactions.results import WrittenObject


def staged_key(file_id: str, path: str) -> str:
    """Name the staged object that is to be published at ``path``."""
    return f"{STAGING}{file_id}/{path}"


def manifest_key(file_id: str) -> str:
    """Name a file's manifest."""
    return f"{MANIFESTS}{file_id}.json"


def stage(s3: WritesObjects, bucket: str, file_id: str, folder: Path, objects: Iterable[WrittenObject]) -> None:
    """Upload a transformation's objects, and then the manifest that makes them whole."""
    written = list(objects)
    upload_files(s3, bucket, {staged_key(file_id, item.path): folder / item.path for item in written})
    write_manifest(s3, bucket, file_id, written)


def write_manifest(s3: WritesObjects, bucket: str, file_id: str, objects: Iterable[WrittenObject]) -> None:
    """List a transformation's objects, which are uploaded."""
    listed = msgspec.json.encode(list(objects))
    s3.put_object(Bucket=bucket, Key=manifest_key(file_id), Body=listed, ContentType="application/json")


def read_manifest(s3: ReadsObjects, bucket: str, file_id: str) -> list[WrittenObject]:
    """List the objects of a staged or published file."""
    body = s3.get_object(Bucket=bucket, Key=manifest_key(file_id))["Body"].read()
    return msgspec.json.decode(body, type=list[WrittenObject])
