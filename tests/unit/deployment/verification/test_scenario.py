"""What a run does to a deployment: only to its own files, once, and nothing is left."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from deployment.pipeline import Upload
from deployment.verification.files import ABORTS, PREFIX, make_files
from deployment.verification.scenario import Cleaned, NotAbortedError, Scenario
from deployment.waiting import NotInTimeError
from pipeline.audit_row import AuditRow, Change
from pipeline.constants import FileStatus

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FILES = make_files("run", threshold=2048, today=date(2026, 3, 1))
EXECUTION = "arn:aws:states:us-east-1:111122223333:execution:files:1"


def _row(key: str, status: FileStatus) -> AuditRow:
    return AuditRow(
        file_id=f"id of {key}",
        status=status,
        key=key,
        partner="etl-verify",
        execution=EXECUTION,
        size=1,
        uploaded_at=NOW,
        history=(Change(status, NOW, EXECUTION, ""),),
    )


@dataclass
class _Letter:
    file_id: str


@dataclass
class Deployment:
    """A pipeline, S3 and Step Functions in one: what it was asked, and what becomes of files."""

    statuses: dict[str, FileStatus] = field(default_factory=dict)
    claimed_as: FileStatus = FileStatus.PROCESSING
    aborted_as: FileStatus = FileStatus.FAILED
    keys: list[str] | None = None
    route: str = "direct"
    execution_status: str = "RUNNING"
    letters: list[_Letter] = field(default_factory=list)
    failing_part: bool = False
    stopped: int = 0
    withdrawn: list[str] = field(default_factory=list)
    did: list[str] = field(default_factory=list)

    outputs = {"RawBucket": "raw"}  # noqa: RUF012 - read only

    @property
    def dead_letters(self) -> "Deployment":
        return self

    @property
    def withdrawals(self) -> "Deployment":
        return self

    def upload(self, key: str, _: bytes) -> Upload:
        self.statuses[key] = FileStatus.COMPLETED
        return Upload(key=key, version_id="v")

    def rows(self, uploads: Any) -> dict[Upload, AuditRow]:
        return {
            upload: _row(upload.key, self.statuses[upload.key]) for upload in uploads if upload.key in self.statuses
        }

    def settle(self, uploads: Any, **_: Any) -> dict[Upload, AuditRow]:
        self.did.append("settle")
        return self.rows(uploads)

    def replay(self, wanted: Any) -> list[_Letter]:
        moved = [letter for letter in self.letters if wanted(letter)]
        for letter in moved:
            self.statuses[letter.file_id.removeprefix("id of ")] = FileStatus.COMPLETED
        return moved

    def withdraw(self, row: AuditRow, reason: str, **_: Any) -> None:
        assert reason == "etl verify run"
        self.statuses[row.key] = FileStatus.WITHDRAWN
        self.withdrawn.append(row.key)

    def list_object_versions(self, Prefix: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - AWS's name
        assert Prefix == PREFIX
        facts = {"VersionId": "v", "ETag": "e", "Size": 1, "LastModified": NOW, "IsLatest": True}
        return {"Versions": [{"Key": key, **facts} for key in self.statuses]}

    def create_multipart_upload(self, **_: Any) -> dict[str, str]:
        return {"UploadId": "u"}

    def upload_part(self, **_: Any) -> dict[str, str]:
        if self.failing_part:
            raise OSError
        return {"ETag": "e"}

    def complete_multipart_upload(self, **request: Any) -> dict[str, str]:
        self.statuses[request["Key"]] = self.claimed_as
        return {"VersionId": "v"}

    def abort_multipart_upload(self, **_: Any) -> None:
        self.did.append("abort upload")

    def describe_execution(self, **_: Any) -> dict[str, str]:
        [key] = self.keys or list(self.statuses)[-1:]
        files = [{"object": {"key": key}}]
        if self.route == "batch":
            files.append({"object": {"key": "incoming/alpine/theirs.csv"}})
        return {"status": self.execution_status, "input": json.dumps({"route": self.route, "files": files})}

    def stop_execution(self, **_: Any) -> None:
        self.stopped += 1
        self.statuses[list(self.statuses)[-1]] = self.aborted_as


def _scenario(deployment: Any) -> Scenario:
    return Scenario(pipeline=deployment, s3=deployment, step_functions=deployment, files=FILES)


def test_an_execution_of_its_own_file_is_aborted_once() -> None:
    deployment = Deployment()
    scenario = _scenario(deployment)

    first, again = scenario.aborted(), scenario.aborted()

    assert first is again
    assert (first.row.status, deployment.stopped) == (FileStatus.FAILED, 1)


@pytest.mark.parametrize(
    "deployment",
    [
        # Another file is in the same execution, or in place of it
        Deployment(route="batch"),
        Deployment(keys=["incoming/alpine/theirs.csv"]),
        Deployment(execution_status="SUCCEEDED"),
        Deployment(claimed_as=FileStatus.COMPLETED),
    ],
)
def test_no_other_execution_is_ever_aborted(deployment: Deployment) -> None:
    with pytest.raises(NotAbortedError):
        _scenario(deployment).aborted()

    assert deployment.stopped == 0


def test_a_file_that_completes_all_the_same_gives_way_to_another() -> None:
    deployment = Deployment(aborted_as=FileStatus.COMPLETED)

    with pytest.raises(NotAbortedError):
        _scenario(deployment).aborted()

    assert deployment.stopped == ABORTS


def test_an_error_is_remembered_and_not_waited_for_again() -> None:
    scenario = _scenario(Deployment())
    calls: list[None] = []

    def settle(*_: Any, **__: Any) -> None:
        calls.append(None)
        raise NotInTimeError("no outcome")

    scenario.pipeline.settle = settle  # type: ignore[method-assign, assignment]
    for _ in range(3):
        with pytest.raises(NotInTimeError):
            scenario.rows()

    assert len(calls) == 1


def test_an_upload_that_fails_leaves_no_parts() -> None:
    deployment = Deployment(failing_part=True)

    with pytest.raises(OSError):  # noqa: PT011 - the error is the fake's
        _scenario(deployment).upload_parts(FILES.large)

    assert deployment.did == ["abort upload"]


def test_a_large_file_is_uploaded_in_parts_in_order() -> None:
    content = bytes(range(256)) * (9 * 4096)
    parts: dict[int, bytes] = {}

    class _S3(Deployment):
        def upload_part(self, **request: Any) -> dict[str, str]:
            parts[request["PartNumber"]] = request["Body"]
            return {"ETag": str(request["PartNumber"])}

        def complete_multipart_upload(self, **request: Any) -> dict[str, str]:
            assert request["MultipartUpload"]["Parts"] == [{"PartNumber": n, "ETag": str(n)} for n in sorted(parts)]
            return {"VersionId": "v"}

    _scenario(_S3()).upload_parts(replace(FILES.large, content=content))

    assert b"".join(parts[number] for number in sorted(parts)) == content
    assert len(parts) == 2


def test_what_an_interrupted_run_left_is_replayed_and_withdrawn() -> None:
    left = f"{PREFIX}earlier/statement.csv"
    failed = f"{PREFIX}earlier/aborted-1.csv"
    deployment = Deployment(
        statuses={left: FileStatus.COMPLETED, failed: FileStatus.FAILED},
        letters=[_Letter(f"id of {failed}"), _Letter("id of incoming/alpine/theirs.csv")],
    )

    cleaned = _scenario(deployment).clean_up()

    assert cleaned == Cleaned(withdrawn=2, failed=0)
    assert deployment.withdrawn == [left, failed]


def test_a_failed_file_without_a_message_is_told() -> None:
    deployment = Deployment(statuses={f"{PREFIX}earlier/aborted-1.csv": FileStatus.FAILED})

    assert _scenario(deployment).clean_up() == Cleaned(withdrawn=0, failed=1)


def test_a_run_begins_by_cleaning_up() -> None:
    left = f"{PREFIX}earlier/statement.csv"
    deployment = Deployment(statuses={left: FileStatus.COMPLETED})

    uploads = _scenario(deployment).uploads()

    assert deployment.withdrawn == [left]
    assert uploads.keys() == {file.name for file in FILES.sent}
