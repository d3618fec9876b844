"""An upload is read in the announced version, or not at all."""

from typing import Any

import boto3
import msgspec
import pytest
from botocore.exceptions import ClientError

from pipeline.clients import client
from pipeline.constants import ARCHIVED_ERROR
from pipeline.uploads import File, UploadArchivedError, open_upload
from tests.unit.functions.samples import RAW, file_event, upload

KEY = "incoming/alpine/a b+c%é.csv"


def _file(event: dict[str, Any]) -> File:
    return msgspec.convert(event, File)


@pytest.mark.usefixtures("aws")
def test_an_older_version_is_opened_by_its_own_bytes() -> None:
    event = upload(KEY, b"older")
    boto3.client("s3").put_object(Bucket=RAW, Key=KEY, Body=b"newer")

    with open_upload(client("s3"), _file(event)) as stream:
        assert stream.read() == b"older"


@pytest.mark.usefixtures("aws")
def test_an_unversioned_object_is_read_if_it_is_unchanged() -> None:
    event = upload(KEY, b"content", versioned=False)
    assert event["version_id"] == ""

    with open_upload(client("s3"), _file(event)) as stream:
        assert stream.read() == b"content"


@pytest.mark.usefixtures("aws")
def test_an_unversioned_object_that_has_changed_is_refused() -> None:
    event = upload(KEY, b"announced", versioned=False)
    boto3.client("s3").put_object(Bucket=RAW, Key=KEY, Body=b"changed")

    with pytest.raises(ClientError, match="PreconditionFailed"):
        open_upload(client("s3"), _file(event))


@pytest.mark.usefixtures("aws")
def test_an_archived_upload_fails_with_a_name_that_says_so() -> None:
    # Given an upload that its bucket's lifecycle has archived
    event = upload(KEY, b"old")
    archived = boto3.client("s3").put_object(Bucket=RAW, Key=KEY, Body=b"old", StorageClass="GLACIER")
    file = _file(event | {"version_id": archived["VersionId"]})

    with pytest.raises(UploadArchivedError, match="etl replay --restore") as raised:
        open_upload(client("s3"), file)

    assert type(raised.value).__name__ == ARCHIVED_ERROR


class _RecordingS3:
    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []

    def get_object(self, **request: Any) -> Any:
        self.requests.append(request)
        return {"Body": None}


@pytest.mark.parametrize(("version_id", "named"), [("v1", {"VersionId": "v1"}), ("", {})])
def test_opening_an_upload_always_requires_its_etag(version_id: str, named: dict[str, str]) -> None:
    s3 = _RecordingS3()

    open_upload(s3, _file(file_event(KEY, version_id=version_id, etag="abc")))

    assert s3.requests == [{"Bucket": RAW, "Key": KEY, "IfMatch": "abc", **named}]
