"""One day of the pipeline, as short as can be: every path that needs a right is taken, and looked at."""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from deployment.pipeline import Pipeline, Upload
from deployment.waiting import wait_until
from etl.constructs.storage import uploads_of
from etl.workflow.definition import DIRECT
from local.announcements import Announcements
from local.session import LocalPipeline
from pipeline.constants import FILE_TOTALS, FILES, QUARANTINE, REPORTS, TRANSACTIONS, UNFINISHED
from transactions.layouts.catalog import LayoutCatalog

PARTNER: Final = "alpine"
THRESHOLD_BYTES: Final = 16 * 1024
LARGE_THRESHOLD_BYTES: Final = 1024**2

GOOD: Final = "good file"
CORRECTION: Final = "correction"
CORRECTED: Final = "corrected file"
LARGE: Final = "large file"
AT_SCALE: Final = "file of the job"
DUPLICATE: Final = "duplicate"
REFUSED: Final = "refused file"
MISSING: Final = "missing file"
ALL_FILES: Final = (GOOD, CORRECTION, LARGE, DUPLICATE, REFUSED, MISSING)
"""The files of a run, but for the one that a job processes: that takes far longer, and few rights are for it."""
SMALL_FILES: Final = 4
"""What makes a batch: all but the large and the missing one."""

Seen = dict[str, str]
"""What has become of each file, in words."""

_RECORDED: Final = "in the list of files"
_NEVER_CAME: Final = "never came"
_EXECUTIONS: Final = "executions that failed"
_PATIENCE_SECONDS: Final = 20.0
"""So long nothing may change before the end is taken to be reached."""
_PATIENCE_AT_SCALE_SECONDS: Final = 120.0
"""The same for a file of the job: Spark starts twice."""
_POLL_SECONDS: Final = 0.4
_SLOWEST_EVENT_SECONDS: Final = 2.0
_BOOKING_DATE: Final = "2025-05-05"
_LAYOUT: Final = LayoutCatalog.load().get("alpine-2025")


def statement(mark: str, rows: int = 1, *, overlaps: str = "") -> bytes:
    """Write a statement of good rows and one bad one; ``mark`` makes its content its own.

    It has the first row of the statement with the mark ``overlaps`` too, if one is given.
    """
    names = [*(f"{mark}-{number}" for number in range(rows)), *([f"{overlaps}-0"] if overlaps else [])]
    records = [
        {"transaction_id": name, "booking_date": _BOOKING_DATE, "amount": "1.10", "currency": "CHF"} for name in names
    ]
    records.append({"transaction_id": f"{mark}-bad", "booking_date": "no date", "amount": "1.10", "currency": "CHF"})
    lines = [",".join(record.get(column, "") for column in _LAYOUT.header) for record in records]
    return "\n".join([",".join(_LAYOUT.header), *lines, ""]).encode()


@dataclass(kw_only=True)
class Day:
    """Uploads of a partner on both routes, and everything that can become of them.

    A good file, the correction of an older one, a large one, one for the job, a duplicate, a refused one, and an event
    of a file that is not there.
    """

    local: LocalPipeline
    partner: Any
    _runs: int = 0
    _expected: Seen = field(default_factory=dict)
    _older: list[Upload] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to what the pipeline announces."""
        self.pipeline = Pipeline(self.local.stack)
        self._client: Any = self.local.stack.session.client
        self._announcements = Announcements(self.local.stack.session, source=self.local.stack.name)

    def prepare(self, corrections: int) -> None:
        """Upload what the corrections of so many runs and of one more will replace, and run once with all rights."""
        upload = self.pipeline.upload
        self.pipeline.settle([upload(self._key("original.csv"), statement("original"))])
        for first in range(0, corrections + 1, SMALL_FILES):
            wave = range(first, first + SMALL_FILES)
            self._older += self.pipeline.settle(
                [upload(self._key(f"corrected-{run}.csv"), statement(f"old-{run}")) for run in wave]
            )
        self.recover()
        self._expected = self._run((*ALL_FILES, AT_SCALE, _RECORDED))
        self.recover()

    def differences(self, files: Collection[str] = ALL_FILES, *, recorded: bool = False) -> list[str]:
        """Run once with these files, and return what differs from a run with all rights.

        ``recorded`` looks besides at what is written of the outcomes when the files are done.
        """
        seen = self._run((*files, _RECORDED) if recorded else files)
        return [
            f"{what}: {found or 'nothing'}, not {self._expected[what]}"
            for what, found in seen.items()
            if self._differs(what, found)
        ]

    def recover(self) -> None:
        """Put away what a run has left, so that the next one starts like the first."""
        wait_until("no execution runs", self.pipeline.running_executions, lambda running: running == 0)
        for queue in ("BatchingQueue", "DeadLetterQueue"):
            self._client("sqs").purge_queue(QueueUrl=self.pipeline.outputs[queue])
        self._forget_alerts()

    def _forget_alerts(self) -> None:
        """Clear the counts that hold floods of alerts back: the runs would make one."""
        dynamodb, table = self._client("dynamodb"), self.pipeline.outputs["RegistryTable"]
        for entry in dynamodb.scan(TableName=table)["Items"]:
            if "alert" in entry["entry"]["S"]:
                dynamodb.delete_item(TableName=table, Key={"entry": entry["entry"]})

    def _differs(self, what: str, found: str) -> bool:
        return found != self._expected.get(what)

    def _key(self, name: str) -> str:
        return f"{uploads_of(PARTNER)}{name}"

    def _run(self, wanted: Collection[str]) -> Seen:
        """Send the files, and look until all is as expected, cannot become so, or does not change any more."""
        began = changed = time.monotonic()
        sent, failed = datetime.now(UTC), self._failed_executions()
        uploads = self._send(wanted)
        patience = _PATIENCE_AT_SCALE_SECONDS if AT_SCALE in wanted else _PATIENCE_SECONDS
        seen: Seen = {}
        while True:
            time.sleep(_POLL_SECONDS)
            before, seen = seen, self._look(uploads, wanted, sent)
            seen[_EXECUTIONS] = str(self._failed_executions() - failed)
            now = time.monotonic()
            changed = now if seen != before else changed
            if self._expected and not any(self._differs(what, found) for what, found in seen.items()):
                # An execution may fail after its last file is done.
                if not self.pipeline.running_executions():
                    seen[_EXECUTIONS] = str(self._failed_executions() - failed)
                    return seen
                continue
            if final := self._ended_otherwise(seen):
                return final
            quiet = now - began > _SLOWEST_EVENT_SECONDS and seen == before and self._is_quiet(seen)
            if now - changed > patience or (quiet and _RECORDED not in wanted):
                return seen

    def _ended_otherwise(self, seen: Seen) -> Seen:
        """Return the new files that have ended in another status than with all rights: nothing will change that."""
        return {
            what: found
            for what, found in seen.items()
            if self._expected
            and what not in {CORRECTED, _RECORDED, _EXECUTIONS}
            and _status(found) not in {_NEVER_CAME, *UNFINISHED}
            and _status(found) != _status(self._expected[what])
        }

    def _send(self, wanted: Collection[str]) -> dict[str, Upload]:
        run, self._runs = self._runs, self._runs + 1
        upload = self.pipeline.upload
        uploads: dict[str, Upload] = {}
        if CORRECTION in wanted:
            uploads[CORRECTED] = self._older.pop()
            uploads[CORRECTION] = upload(uploads[CORRECTED].key, statement(f"new-{run}"))
        if DUPLICATE in wanted:
            uploads[DUPLICATE] = upload(self._key(f"copy-{run}.csv"), statement("original"))
        if REFUSED in wanted:
            uploads[REFUSED] = upload(self._key(f"refused-{run}.csv"), f"other,header,{run}\n".encode())
        if LARGE in wanted:
            uploads[LARGE] = upload(self._key(f"large-{run}.csv"), statement(f"large-{run}", rows=1000))
        if AT_SCALE in wanted:
            content = statement(f"at-scale-{run}", rows=LARGE_THRESHOLD_BYTES // 32)
            uploads[AT_SCALE] = upload(self._key(f"at-scale-{run}.csv"), content)
        if MISSING in wanted:
            uploads[MISSING] = self._announce_missing(run)
        if GOOD in wanted:
            uploads[GOOD] = self._put_as_partner(
                self._key(f"good-{run}.csv"), statement(f"good-{run}", overlaps="original")
            )
        return uploads

    def _put_as_partner(self, key: str, content: bytes) -> Upload:
        """Upload a file as a partner's tools send a large one: in parts, of which this has one."""
        place = {"Bucket": self.pipeline.outputs["RawBucket"], "Key": key}
        try:
            place["UploadId"] = self.partner.create_multipart_upload(**place)["UploadId"]
            part = self.partner.upload_part(**place, PartNumber=1, Body=content)
            parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
            answer = self.partner.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
        except ClientError as error:
            return Upload(key=key, version_id=error.response["Error"]["Code"])
        return Upload(key=key, version_id=answer["VersionId"])

    def _announce_missing(self, run: int) -> Upload:
        """Start an execution for a version that S3 does not have."""
        missing = Upload(key=self._key(f"missing-{run}.csv"), version_id=f"missing-{run}")
        announced = {"key": missing.key, "version-id": missing.version_id, "sequencer": "1", "etag": "0", "size": 1}
        event = {
            "bucket": self.pipeline.outputs["RawBucket"],
            "object": announced,
            "uploaded_at": "2025-05-05T05:05:05Z",
        }
        self._client("stepfunctions").start_execution(
            stateMachineArn=self.pipeline.outputs["StateMachine"],
            input=json.dumps({"route": DIRECT, "files": [event]}),
        )
        return missing

    def _look(self, uploads: Mapping[str, Upload], wanted: Collection[str], sent: datetime) -> Seen:
        rows = self.pipeline.rows(uploads.values())
        alerts = [alert.message for alert in self.local.alerts.received()]
        letters = self._dead_letters()
        seen: Seen = {}
        for what, upload in uploads.items():
            file_id = self.pipeline.file_id(upload)
            words = [rows[upload].status.value if upload in rows else _NEVER_CAME]
            words += ["alerted"] * sum(file_id in message for message in alerts)
            words += ["announced"] * bool(self._announcements.about(file_id))
            words += ["kept for replay"] * (upload.key in letters)
            words += self._objects(file_id)
            seen[what] = ", ".join(words)
        if _RECORDED in wanted:
            seen[_RECORDED] = self._recorded(self.pipeline.file_id(uploads[GOOD]), sent)
        return seen

    def _failed_executions(self) -> int:
        answers = (
            self._client("stepfunctions").list_executions(stateMachineArn=machine, statusFilter="FAILED")
            for machine in self.pipeline.state_machines
        )
        return sum(len(answer["executions"]) for answer in answers)

    def _dead_letters(self) -> str:
        """Read the dead letters, and leave them where they are."""
        received = self._client("sqs").receive_message(
            QueueUrl=self.pipeline.outputs["DeadLetterQueue"], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return " ".join(message["Body"] for message in received.get("Messages", []))

    def _objects(self, file_id: str) -> list[str]:
        day = datetime.now(UTC).date()
        places = {
            TRANSACTIONS: f"{TRANSACTIONS}partner={PARTNER}/booking_date={_BOOKING_DATE}/",
            QUARANTINE: f"{QUARANTINE}partner={PARTNER}/received_date={day}/",
            REPORTS: f"{REPORTS}{PARTNER}/",
        }
        return [what for what, place in places.items() if self._exists(f"{place}{file_id}")]

    def _recorded(self, file_id: str, sent: datetime) -> str:
        day = datetime.now(UTC).date()
        words = [what for what in (FILES, FILE_TOTALS) if self._exists(f"{what}uploaded_date={day}/{file_id}")]
        row = self.pipeline.audit.get([file_id]).get(file_id)
        words += ["overlaps counted"] * bool(row and row.rows_in_other_files)
        words += ["page of the report"] * self._exists(f"{REPORTS}{PARTNER}/{file_id}.html")
        entries = self._client("dynamodb").scan(TableName=self.pipeline.outputs["RegistryTable"])["Items"]
        arrivals = [
            datetime.fromisoformat(entry["uploaded_at"]["S"])
            for entry in entries
            if "uploaded_at" in entry and _LAYOUT.name in entry["entry"]["S"]
        ]
        words += ["arrival noted"] * any(arrived.timestamp() >= int(sent.timestamp()) for arrived in arrivals)
        return ", ".join(words)

    def _exists(self, prefix: str) -> bool:
        bucket = self.pipeline.outputs["ProcessedBucket"]
        return bool(self._client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)["KeyCount"])

    def _is_quiet(self, seen: Seen) -> bool:
        open_work = self.pipeline.running_executions() + self.pipeline.waiting_messages("BatchingQueue")
        return not open_work and not UNFINISHED & {_status(found) for found in seen.values()}


def _status(found: str) -> str:
    return found.partition(",")[0]
