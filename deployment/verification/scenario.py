"""What a run does with its files: it sends them, aborts an execution, replays its file, and withdraws every row."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final, TypeVar

from deployment.pipeline import Pipeline, Upload
from deployment.verification.files import PREFIX, FileSet, SampleFile
from deployment.waiting import wait_until
from etl.workflow.definition import DIRECT
from pipeline.audit_row import AuditRow
from pipeline.constants import SERVICE_LEVEL, FileStatus
from pipeline.raw_bucket import Place, list_page

PATIENCE_SECONDS: Final = SERVICE_LEVEL.total_seconds()
PART_BYTES: Final = 8 * 1024 * 1024
"""Size of the parts of a multipart upload; S3 accepts no part below 5 MiB but the last."""
_POLL_SECONDS: Final = 0.1
_REPLAY_POLL_SECONDS: Final = 2.0

_Answer = TypeVar("_Answer")


class NotAbortedError(Exception):
    """Every execution had ended before it could be aborted."""


def once(method: "Callable[[Scenario], _Answer]") -> "Callable[[Scenario], _Answer]":
    """Call a method once. Its result is also that of every later call, and so is its error: several checks ask."""

    @wraps(method)
    def remembered(self: "Scenario") -> _Answer:
        if method.__name__ not in self.remembered:
            try:
                self.remembered[method.__name__] = method(self)
            except Exception as error:
                self.remembered[method.__name__] = error
                raise
        answer: Any = self.remembered[method.__name__]
        if isinstance(answer, Exception):
            raise answer
        found: _Answer = answer
        return found

    return remembered


@dataclass(frozen=True, kw_only=True)
class Aborted:
    """A file whose execution was aborted, its row when that was settled, and the time before."""

    file: SampleFile
    upload: Upload
    row: AuditRow
    began_at: datetime


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """How many files were withdrawn, and how many failed ones could not be replayed."""

    withdrawn: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """The files of a run in a deployment. What it does begins when its result is first asked for."""

    pipeline: Pipeline
    s3: Any
    step_functions: Any
    files: FileSet
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    remembered: dict[str, Any] = field(default_factory=dict)

    @once
    def uploads(self) -> dict[str, Upload]:
        """Send the files, in two waves, and return the uploads by the files' names when each has an outcome.

        What an interrupted run has left is withdrawn before.
        """
        self.clean_up()
        sent = {self.files.large.name: self.upload_parts(self.files.large)}
        for wave in (self.files.first, self.files.second):
            sent |= {file.name: self.pipeline.upload(file.key, file.content) for file in wave}
            self.pipeline.settle(sent.values(), patience=PATIENCE_SECONDS)
        return sent

    @once
    def rows(self) -> dict[str, AuditRow]:
        """Return the audit rows of the files by their names, as they are when the last one has its outcome."""
        uploads = self.uploads()
        rows = self.pipeline.rows(uploads.values())
        return {name: rows[upload] for name, upload in uploads.items()}

    @once
    def aborted(self) -> Aborted:
        """Abort the execution of a large file, and wait until the file is settled.

        Raises
        ------
        NotAbortedError
            If every execution had ended before.
        """
        for file in self.files.aborted:
            began_at = datetime.now(UTC)
            upload = self.upload_parts(file)
            if not self._abort(self._claimed(upload)):
                continue
            row = self.pipeline.settle([upload], patience=PATIENCE_SECONDS)[upload]
            if row.status is FileStatus.FAILED:
                return Aborted(file=file, upload=upload, row=row, began_at=began_at)
        raise NotAbortedError

    @once
    def replayed(self) -> AuditRow:
        """Replay the file whose execution was aborted, and return its row when it is completed."""
        aborted = self.aborted()
        self._replay(lambda file_id: file_id == aborted.row.file_id)
        return self._completed(aborted.upload)

    def upload_parts(self, file: SampleFile) -> Upload:
        """Upload a file in parts."""
        place = {"Bucket": self.pipeline.outputs["RawBucket"], "Key": file.key}
        begun = place | {"UploadId": self.s3.create_multipart_upload(**place)["UploadId"]}
        try:
            parts = [
                {
                    "PartNumber": number,
                    "ETag": self.s3.upload_part(
                        **begun, PartNumber=number, Body=file.content[start : start + PART_BYTES]
                    )["ETag"],
                }
                for number, start in enumerate(range(0, len(file.content), PART_BYTES), start=1)
            ]
            completed = self.s3.complete_multipart_upload(**begun, MultipartUpload={"Parts": parts})
        except Exception:
            self.s3.abort_multipart_upload(**begun)
            raise
        return Upload(key=file.key, version_id=completed["VersionId"])

    def clean_up(self) -> Cleaned:
        """Replay failed files of any run, and withdraw published ones.

        The raw files and their audit rows stay. A file that has no outcome yet is waited for.
        """
        uploads = self._all_uploads()
        self.pipeline.settle(self.pipeline.rows(uploads), patience=PATIENCE_SECONDS)
        rows = self.pipeline.rows(uploads)
        failed = {row.file_id: upload for upload, row in rows.items() if row.status is FileStatus.FAILED}
        letters = self.pipeline.dead_letters.replay(lambda letter: letter.file_id in failed) if failed else []
        for letter in letters:
            self._completed(failed[letter.file_id])
        rows = self.pipeline.rows(uploads)
        published = [row for row in rows.values() if row.published]
        for row in published:
            self.pipeline.withdrawals.withdraw(row, f"etl verify {self.files.run}", patience=PATIENCE_SECONDS)
        failed_still = [row for row in rows.values() if row.status is FileStatus.FAILED]
        return Cleaned(withdrawn=len(published), failed=len(failed_still))

    def _all_uploads(self) -> list[Upload]:
        """List the uploads of all runs."""
        found: list[Upload] = []
        place: Place | None = Place()
        while place is not None:
            page = list_page(self.s3, self.pipeline.outputs["RawBucket"], place, prefix=PREFIX)
            found += [Upload(key=version.key, version_id=version.version_id) for version in page.versions]
            place = page.following
        return found

    def _claimed(self, upload: Upload) -> AuditRow:
        """Wait until an execution has claimed an upload, and return its row."""
        rows = wait_until(
            f"{upload.key} is being processed",
            lambda: self.pipeline.rows([upload]),
            lambda rows: any(row.status is not FileStatus.RECEIVED for row in rows.values()),
            patience=PATIENCE_SECONDS,
            poll=_POLL_SECONDS,
        )
        return rows[upload]

    def _abort(self, row: AuditRow) -> bool:
        """Abort a file's execution if it has not ended, and processes no other file."""
        execution = self.step_functions.describe_execution(executionArn=row.execution)
        started = json.loads(execution["input"])
        keys = [entry["object"]["key"] for entry in started["files"]]
        if row.finished or execution["status"] != "RUNNING" or started["route"] != DIRECT or keys != [row.key]:
            return False
        self.step_functions.stop_execution(executionArn=row.execution, cause=f"etl verify {self.files.run}")
        return True

    def _replay(self, wanted: Callable[[str], bool]) -> None:
        """Replay messages; the state machine sends them just after it has failed their files."""
        wait_until(
            "the message is in the dead-letter queue",
            lambda: self.pipeline.dead_letters.replay(lambda letter: wanted(letter.file_id)),
            patience=PATIENCE_SECONDS,
            poll=_REPLAY_POLL_SECONDS,
        )

    def _completed(self, upload: Upload) -> AuditRow:
        return wait_until(
            f"{upload.key} is completed",
            lambda: self.pipeline.rows([upload])[upload],
            lambda row: row.status is FileStatus.COMPLETED,
            describe=lambda row: row.status,
            patience=PATIENCE_SECONDS,
        )
