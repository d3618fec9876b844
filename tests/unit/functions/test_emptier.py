"""Emptying a versioned bucket: everything goes, a thousand at a time, as long as there is time."""

from typing import Any

import pytest

from pipeline.emptier import BucketNotEmptiedError, empty_bucket
from tests.unit.functions.fakes import FakeVersionedBucket, client_error


def _versions(count: int, prefix: str = "key") -> list[dict[str, str]]:
    return [{"Key": f"{prefix}-{number}", "VersionId": f"v{number}"} for number in range(count)]


def _uploads(count: int) -> list[dict[str, str]]:
    return [{"Key": f"key-{number}", "UploadId": f"u{number}"} for number in range(count)]


def _always() -> bool:
    return True


@pytest.mark.requirement("X7")
def test_versions_markers_and_unfinished_uploads_are_deleted() -> None:
    bucket = FakeVersionedBucket(versions=_versions(1500), markers=_versions(700, "gone"), uploads=_uploads(1001))

    assert empty_bucket(bucket, "any", has_time=_always)

    assert sorted(bucket.deletes) == [200, 1000, 1000]
    assert (bucket.versions, bucket.markers, bucket.uploads) == ([], [], [])


def test_nothing_is_deleted_from_an_empty_bucket() -> None:
    bucket = FakeVersionedBucket()

    assert empty_bucket(bucket, "any", has_time=_always)

    assert bucket.deletes == []


def test_the_next_call_continues_after_too_little_time() -> None:
    bucket = FakeVersionedBucket(versions=_versions(16_500))
    time = [True, False]

    assert not empty_bucket(bucket, "any", has_time=lambda: time.pop(0))

    assert len(bucket.versions) == 500
    assert empty_bucket(bucket, "any", has_time=_always)


def test_what_s3_could_not_delete_for_the_moment_goes_later() -> None:
    bucket = FakeVersionedBucket(versions=_versions(2500), busy=2)

    assert empty_bucket(bucket, "any", has_time=_always)

    assert bucket.versions == []
    assert len(bucket.deletes) == 3 + 2


def test_an_undeletable_version_is_reported_with_its_error_code() -> None:
    bucket = FakeVersionedBucket(versions=_versions(3), locked={"key-1"})

    with pytest.raises(BucketNotEmptiedError, match="AccessDenied"):
        empty_bucket(bucket, "any", has_time=_always)

    assert [version["Key"] for version in bucket.versions] == ["key-1"]


class _Failing(FakeVersionedBucket):
    def __init__(self, code: str) -> None:
        super().__init__()
        self._code = code

    def list_multipart_uploads(self, **_request: Any) -> Any:
        raise client_error(self._code)


def test_a_bucket_that_is_gone_counts_as_empty() -> None:
    assert empty_bucket(_Failing("NoSuchBucket"), "any", has_time=_always)


def test_a_bucket_that_may_not_be_read_raises_an_error() -> None:
    with pytest.raises(Exception, match="AccessDenied"):
        empty_bucket(_Failing("AccessDenied"), "any", has_time=_always)
