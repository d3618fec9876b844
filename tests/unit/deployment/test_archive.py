"""Uploads in the archive: which must be restored before a replay, and what S3 is asked for."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from deployment.archive import Archive, Readability
from deployment.dead_letters import DeadLetter, make_letter
from pipeline.constants import ARCHIVED_ERROR
from tests.unit.functions.fakes import client_error

ONGOING = 'ongoing-request="true"'
DONE = 'ongoing-request="false", expiry-date="Fri, 21 Nov 2025 00:00:00 GMT"'


@dataclass
class FakeS3:
    head: dict[str, str] = field(default_factory=dict)
    error: str = ""
    heads: int = 0
    restored: list[dict[str, Any]] = field(default_factory=list)

    def head_object(self, **request: Any) -> Any:
        assert request == {"Bucket": "raw", "Key": "incoming/alpine/a.csv", "VersionId": "v1"}
        self.heads += 1
        if self.error:
            raise client_error(self.error, "HeadObject")
        return self.head

    def restore_object(self, **request: Any) -> Any:
        if self.error:
            raise client_error(self.error, "RestoreObject")
        self.restored.append(request)


def _lost(version: str = "v1") -> DeadLetter:
    announced = {"key": "incoming/alpine/a.csv", "version-id": version, "sequencer": "1"}
    upload = {"bucket": "raw", "object": announced, "uploaded_at": "2025-08-01T00:00:00Z"}
    return make_letter(upload, reason="Disk.Full", attempt=1, kept_at=datetime(2025, 11, 3, tzinfo=UTC))


def _kept(reason: str) -> DeadLetter:
    lost = _lost()
    attributes: Any = {"reason": {"DataType": "String", "StringValue": reason}}
    return DeadLetter(body=lost.body, attributes=attributes, kept_at=lost.kept_at, receipt="receipt")


@pytest.mark.parametrize(
    ("head", "readability"),
    [
        ({}, Readability.READABLE),
        ({"StorageClass": "GLACIER_IR"}, Readability.READABLE),
        ({"StorageClass": "GLACIER"}, Readability.ARCHIVED),
        ({"StorageClass": "GLACIER", "Restore": ONGOING}, Readability.RESTORING),
        ({"StorageClass": "GLACIER", "Restore": DONE}, Readability.READABLE),
        ({"StorageClass": "DEEP_ARCHIVE"}, Readability.ARCHIVED),
    ],
)
def test_an_archived_upload_is_readable_once_it_is_restored(head: dict[str, str], readability: Readability) -> None:
    assert Archive(s3=FakeS3(head)).readability(_lost()) is readability


def test_an_upload_that_is_gone_is_left_to_the_replay() -> None:
    assert Archive(s3=FakeS3(error="NoSuchVersion")).readability(_lost()) is Readability.READABLE


def test_s3_is_asked_about_messages_that_may_be_archived_only() -> None:
    s3 = FakeS3({"StorageClass": "GLACIER"})
    archive = Archive(s3=s3)

    assert archive.readability(_kept("Disk.Full")) is Readability.READABLE
    assert s3.heads == 0
    assert archive.readability(_kept(ARCHIVED_ERROR)) is Readability.ARCHIVED


def test_a_message_without_a_version_is_left_to_the_replay() -> None:
    letter = DeadLetter(
        body=json.dumps({"object": {"key": "a"}}), attributes={}, kept_at=datetime(2025, 1, 1, tzinfo=UTC)
    )

    assert Archive(s3=FakeS3(error="AccessDenied")).readability(letter) is Readability.READABLE


def test_a_restore_asks_for_that_version_for_a_week() -> None:
    s3 = FakeS3()

    Archive(s3=s3).restore(_lost())

    assert s3.restored == [
        {
            "Bucket": "raw",
            "Key": "incoming/alpine/a.csv",
            "VersionId": "v1",
            "RestoreRequest": {"Days": 7, "GlacierJobParameters": {"Tier": "Standard"}},
        }
    ]


def test_a_restore_that_was_requested_before_is_no_error() -> None:
    Archive(s3=FakeS3(error="RestoreAlreadyInProgress")).restore(_lost())
    with pytest.raises(Exception, match="AccessDenied"):
        Archive(s3=FakeS3(error="AccessDenied")).restore(_lost())
