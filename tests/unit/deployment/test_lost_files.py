"""Files whose message is lost are found again: by their rows, and without one by the execution that failed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from deployment.lost_files import NO_EVENT, LostFiles
from etl.workflow.settling import NO_OUTCOME
from pipeline.audit_row import AuditRow, Change
from pipeline.constants import FileStatus
from pipeline.queue_messages import S3Object, UploadMessage, read_delivery
from tests.unit.cli.rows import audit_row

if TYPE_CHECKING:
    from deployment.audit import AuditTable


@dataclass
class FakeAudit:
    rows: list[AuditRow]

    def of_status(self, status: FileStatus, *, changed: tuple[datetime, datetime], limit: int) -> list[AuditRow]:
        _, until = changed
        return [row for row in self.rows if row.status is status and row.history[-1].at <= until][:limit]

    def get(self, file_ids: set[str]) -> dict[str, AuditRow]:
        return {row.file_id: row for row in self.rows if row.file_id in file_ids}


@dataclass
class FakeBucket:
    error: str = ""

    def head_object(self, **_request: Any) -> Any:
        if self.error:
            raise ClientError({"Error": {"Code": self.error, "Message": ""}}, "HeadObject")
        return {"ETag": '"etag"'}


@dataclass
class FakeExecutions:
    """Failed executions' inputs."""

    inputs: list[str] = field(default_factory=list)
    described: int = 0

    def get_paginator(self, _operation: str, /) -> Any:
        return self

    def paginate(self, **request: Any) -> Any:
        # It is the state machine for large files whose executions have failed
        found = request["stateMachineArn"] == "arn of large files" and request["statusFilter"] == "FAILED"
        failed = self.inputs if found else []
        stopped = datetime(2025, 11, 3, tzinfo=UTC)
        yield {"executions": [{"executionArn": str(n), "stopDate": stopped} for n, _ in enumerate(failed)]}

    def describe_execution(self, **request: Any) -> Any:
        self.described += 1
        return {"input": self.inputs[int(request["executionArn"])]}


@dataclass
class FakeUploads:
    """Uploads without a row."""

    uploads: tuple[UploadMessage, ...]

    def until(self, time: datetime) -> Iterator[UploadMessage]:
        yield from (upload for upload in self.uploads if upload.uploaded_at <= time)


def _lost(
    *rows: AuditRow,
    bucket: FakeBucket | None = None,
    inputs: tuple[str, ...] = (),
    uploads: tuple[UploadMessage, ...] = (),
) -> LostFiles:
    return LostFiles(
        audit=cast("AuditTable", FakeAudit(list(rows))),
        s3=bucket or FakeBucket(),
        uploads=FakeUploads(uploads),
        step_functions=FakeExecutions(list(inputs)),
        state_machines=("arn", "arn of large files"),
    )


@pytest.mark.requirement("L2")
def test_a_rebuilt_message_equals_that_of_the_state_machine() -> None:
    row = audit_row(FileStatus.FAILED, bucket="raw", sequencer="0A", error="Disk.Full", attempts=2)

    [letter] = _lost(row, audit_row(FileStatus.COMPLETED)).letters()

    upload = read_delivery(letter.body)
    assert isinstance(upload, UploadMessage)
    assert (upload.bucket, upload.object.key, upload.object.version_id) == ("raw", row.key, row.version_id)
    assert (upload.object.etag, upload.uploaded_at) == ("etag", row.uploaded_at)
    assert (letter.reason, letter.attempt, letter.partner) == ("Disk.Full", 2, row.partner)


def test_a_file_that_stays_in_process_is_lost() -> None:
    [letter] = _lost(audit_row(FileStatus.PROCESSING, bucket="raw")).letters()

    assert letter.reason == NO_OUTCOME


@pytest.mark.parametrize(("minutes", "lost"), [(14, False), (16, True)])
def test_a_file_in_process_is_lost_after_a_lease_of_15_minutes(minutes: int, *, lost: bool) -> None:
    claimed = Change(FileStatus.PROCESSING, datetime.now(UTC) - timedelta(minutes=minutes), "arn:1", "")
    row = audit_row(FileStatus.PROCESSING, bucket="raw", history=(claimed,))

    assert bool(list(_lost(row).letters())) is lost


@pytest.mark.parametrize(("minutes", "lost"), [(1, False), (-1, True)])
def test_a_file_whose_claim_says_when_it_ends_is_lost_then(minutes: int, *, lost: bool) -> None:
    now = datetime.now(UTC)
    claimed = Change(FileStatus.PROCESSING, now - timedelta(hours=3), "arn:1", "")
    ends = now + timedelta(minutes=minutes)
    row = audit_row(FileStatus.PROCESSING, bucket="raw", history=(claimed,), lease_ends=ends)

    assert bool(list(_lost(row).letters())) is lost


@pytest.mark.parametrize("error", ["404", "NoSuchVersion"])
def test_an_upload_that_is_gone_cannot_be_replayed(error: str) -> None:
    assert list(_lost(audit_row(FileStatus.FAILED), bucket=FakeBucket(error)).letters()) == []


def test_an_error_of_the_bucket_is_shown() -> None:
    with pytest.raises(ClientError, match="403"):
        list(_lost(audit_row(FileStatus.FAILED), bucket=FakeBucket("403")).letters())


def test_a_file_without_a_row_is_sent_with_its_first_message() -> None:
    names = [{"bucket": "raw", "object": {"key": "incoming/alpine/a.csv", "version-id": v}} for v in ("1", "2")]
    document = json.dumps({"route": "batch", "files": names})
    settling = json.dumps({"route": "settle", "ended": {}})
    [known, _] = _lost(inputs=(document,)).letters()

    [letter] = _lost(audit_row(file_id=known.file_id), inputs=(document, settling)).letters()

    assert json.loads(letter.body) == names[1]
    assert letter.reason == NO_OUTCOME


def _upload(*, minutes: int) -> UploadMessage:
    announced = S3Object(key="incoming/alpine/a.csv", size=1, etag="etag", sequencer="0", version_id="1")
    return UploadMessage(bucket="raw", object=announced, uploaded_at=datetime.now(UTC) - timedelta(minutes=minutes))


@pytest.mark.parametrize(("minutes", "lost"), [(14, False), (16, True)])
def test_an_upload_without_an_event_is_lost_after_a_lease(minutes: int, *, lost: bool) -> None:
    upload = _upload(minutes=minutes)

    found = [(read_delivery(letter.body), letter.reason) for letter in _lost(uploads=(upload,)).letters()]

    assert found == ([(upload, NO_EVENT)] if lost else [])


def test_an_executions_event_goes_before_what_the_bucket_knows() -> None:
    announced = {"key": "incoming/alpine/a.csv", "version-id": "1", "sequencer": "0055AED6DCD90281E5"}
    document = json.dumps({"files": [{"bucket": "raw", "object": announced}]})

    [letter] = _lost(inputs=(document,), uploads=(_upload(minutes=60),)).letters()

    assert json.loads(letter.body)["object"] == announced


def test_a_bounded_search_reads_the_latest_failed_executions() -> None:
    names = [{"bucket": "raw", "object": {"key": "incoming/alpine/a.csv", "version-id": str(v)}} for v in range(9)]
    lost = _lost(inputs=tuple(json.dumps({"route": "direct", "files": [name]}) for name in names))

    found = list(lost.without_row(latest=4))

    assert [json.loads(letter.body) for letter in found] == names[:4]
    assert cast("FakeExecutions", lost.step_functions).described == 4
