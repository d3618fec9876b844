"""A file as the state machine hands it to the functions, and what transform stages for it."""

import hashlib
from pathlib import Path
from typing import Any

import boto3

from pipeline.manifests import read_manifest, stage
from pipeline.s3 import ReadsObjects, WritesObjects
from transactions.results import WrittenObject

RAW = "bucket-raw-123456789012-test"
PROCESSED = "bucket-processed-123456789012-test"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:state-machine-files-test:1"


def file_event(
    key: str = "incoming/alpine/a b+c%é.csv", *, partner: str = "alpine", version_id: str = "", etag: str = "any"
) -> dict[str, Any]:
    """Build the part of a task's input that the functions read, among what they do not."""
    return {
        "file_id": hashlib.sha256(f"{RAW}\n{key}\n{version_id}".encode()).hexdigest(),
        "bucket": RAW,
        "key": key,
        "version_id": version_id,
        "etag": etag,
        "size": 7,
        "uploaded_at": "2025-11-03T14:05:12Z",
        "partner": partner,
        "file_name": key.rsplit("/", maxsplit=1)[-1],
        "format": "json" if key.endswith(".json") else "csv",
        "execution": EXECUTION,
        "display_key": key,
    }


def upload(key: str, content: bytes, *, versioned: bool = True, partner: str = "alpine") -> dict[str, Any]:
    """Put an upload into a (moto) raw bucket, and announce it."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=RAW)
    if versioned:
        s3.put_bucket_versioning(Bucket=RAW, VersioningConfiguration={"Status": "Enabled"})
    put = s3.put_object(Bucket=RAW, Key=key, Body=content)
    return file_event(key, partner=partner, version_id=put.get("VersionId", ""), etag=put["ETag"].strip('"'))


def written(
    file_id: str, *, dates: list[str], table: str = "transactions", partner: str = "alpine"
) -> list[WrittenObject]:
    key = {"transactions": "booking_date", "quarantine": "received_date"}[table]
    return [
        WrittenObject(
            path=f"{table}/partner={partner}/{key}={date}/{file_id}.parquet",
            table=table,
            partition=(partner, date),
            rows=1,
            size=1,
        )
        for date in dates
    ]


def staged(s3: WritesObjects, folder: Path, file_id: str, objects: list[WrittenObject]) -> list[WrittenObject]:
    """Stage objects whose content is the file's id."""
    for item in objects:
        (folder / item.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / item.path).write_text(file_id)
    stage(s3, PROCESSED, file_id, folder, objects)
    return objects


def listed(s3: ReadsObjects, file_id: str) -> list[WrittenObject]:
    return read_manifest(s3, PROCESSED, file_id)
