"""An upload is read in the announced version, or not at all."""

import io
from typing import Any

import boto3
import msgspec
import pytest
from botocore.exceptions import ClientError, ResponseStreamingError
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clients import client
from pipeline.constants import ARCHIVED_ERROR
from pipeline.uploads import MOST_BREAKS, File, UploadArchivedError, open_upload
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


class _BreakingBody:
    """The rest of an object, whose connection breaks after so many bytes, with what had been read in that call lost."""

    def __init__(self, rest: bytes, breaks_after: int | None) -> None:
        self._rest = io.BytesIO(rest)
        self._breaks_after = breaks_after

    def read(self, size: int | None) -> bytes:
        content = self._rest.read(size)
        if self._breaks_after is not None and self._rest.tell() > self._breaks_after:
            raise ResponseStreamingError(error="reset by peer")
        return content

    def close(self) -> None:
        pass


class _BreakingS3:
    """An object whose connections break one after the other, as listed, and then no more."""

    def __init__(self, content: bytes, breaks: list[int]) -> None:
        self._content, self._breaks = content, list(breaks)

    def get_object(self, **request: Any) -> Any:
        assert request["IfMatch"] == "abc"
        first = int(request.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        body = _BreakingBody(self._content[first:], self._breaks.pop(0) if self._breaks else None)
        size = len(self._content)
        return {"Body": body, "ContentRange": f"bytes {first}-{size - 1}/{size}"}


@given(
    content=st.binary(max_size=200), breaks=st.lists(st.integers(0, 50), max_size=MOST_BREAKS), size=st.integers(1, 60)
)
def test_a_stream_that_breaks_goes_on_where_it_was(content: bytes, breaks: list[int], size: int) -> None:
    s3 = _BreakingS3(content, breaks)

    with open_upload(s3, _file(file_event(KEY, version_id="v1", etag="abc"))) as stream:
        assert b"".join(iter(lambda: stream.read(size), b"")) == content


def test_a_stream_that_yields_nothing_fails_in_the_end() -> None:
    s3 = _BreakingS3(b"content", [0] * (MOST_BREAKS + 1))

    with (
        open_upload(s3, _file(file_event(KEY, version_id="v1", etag="abc"))) as stream,
        pytest.raises(ResponseStreamingError),
    ):
        stream.read(1)


def test_bytes_that_were_not_asked_for_are_refused() -> None:
    s3 = _BreakingS3(b"content", [2])

    with open_upload(s3, _file(file_event(KEY, version_id="v1", etag="abc"))) as stream:
        assert stream.read(2) == b"co"
        # When the connection breaks, and all of the object is sent again
        s3.get_object = lambda **_: {"Body": _BreakingBody(b"content", None)}  # type: ignore[method-assign]
        with pytest.raises(OSError, match="bytes from 2 on"):
            stream.read(2)


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
