"""A range of a version is answered as S3 does."""

from typing import Any

import pytest

from local.ranges import Answer, ranged


def _whole(*_: Any) -> Answer:
    """Answer as the emulator does for a version: with all of it."""
    return 200, {"ETag": '"abc"', "x-amz-checksum-crc32": "AAAAAA=="}, b"0123456789"


@pytest.mark.parametrize(
    ("asked", "status", "place", "body"),
    [
        ("bytes=4-", 206, "bytes 4-9/10", b"456789"),
        ("bytes=4-5", 206, "bytes 4-5/10", b"45"),
        ("bytes=-3", 206, "bytes 7-9/10", b"789"),
        ("bytes=10-", 416, "bytes */10", b""),
    ],
)
def test_a_range_of_a_version_is_cut_out(asked: str, status: int, place: str, body: bytes) -> None:
    answered_status, headers, answered = ranged(_whole)("bucket", "key", {"range": asked}, {"versionId": ["v1"]})

    assert (answered_status, headers["Content-Range"], answered) == (status, place, body)
    assert "x-amz-checksum-crc32" not in headers


def test_a_request_without_a_range_has_all() -> None:
    assert ranged(_whole)("bucket", "key", {}) == _whole()


def test_an_answer_that_is_a_range_already_stays_as_it_is() -> None:
    part: Answer = (206, {"Content-Range": "bytes 4-5/10"}, b"45")

    assert ranged(lambda *_: part)("bucket", "key", {"range": "bytes=4-5"}) == part
