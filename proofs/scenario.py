"""One day of the pipeline, as short as can be: every path that needs a right is taken once, and looked at."""

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from cli.pipeline import Pipeline, Upload
from cli.waiting import wait_until
from etl.constructs.storage import QUARANTINE, REPORTS, TRANSACTIONS, uploads_of
from etl.statuses import UNFINISHED
from etl.workflow.definition import DIRECT
from local.announcements import Announcements
from local.session import LocalPipeline
from transactions.layouts.catalog import LayoutCatalog

PARTNER: Final = "alpine"
THRESHOLD_BYTES: Final = 16 * 1024
SMALL_FILES: Final = 4
"""What makes a batch: the good file, the correction, the duplicate and the refused one."""

Seen = dict[str, str]
"""What is seen after a scenario, by what was looked at."""

_PATIENCE_SECONDS: Final = 20.0
_POLL_SECONDS: Final = 0.2
_SLOWEST_EVENT_SECONDS: Final = 2.0
_BOOKING_DATE: Final = "2025-05-05"
_HEADER: Final = LayoutCatalog.load().get("alpine-2025").header


def statement(mark: str, rows: int = 1) -> bytes:
    """Write a statement of good rows and one bad one; ``mark`` makes its content its own."""
    records = [
        {"transaction_id": f"{mark}-{number}", "booking_date": _BOOKING_DATE, "amount": "1.10", "currency": "CHF"}
        for number in range(rows)
    ]
    records.append({"transaction_id": f"{mark}-bad", "booking_date": "no date", "amount": "1.10", "currency": "CHF"})
    lines = [",".join(record.get(column, "") for column in _HEADER) for record in records]
    return "\n".join([",".join(_HEADER), *lines, ""]).encode()


@dataclass(kw_only=True)
class Day:
    """Uploads of a partner on both routes, and everything that can become of them.

    Given files of an earlier day, a correction, a duplicate, a good file, a refused one and a large one arrive at once,
    and an event of a file that is not there.
    """

    local: LocalPipeline
    partner: Any
    _runs: int = 0
    _expected: Seen = field(default_factory=dict)
    _corrected: list[Upload] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to what the pipeline announces."""
        self.pipeline = Pipeline(self.local.stack)
        self._client: Any = self.local.stack.session.client
        self._announcements = Announcements(self.local.stack.session, source=self.local.stack.name)

    def prepare(self, runs: int) -> None:
        """Upload what the earlier day has left for this many runs and one more, and run once with all rights."""
        upload = self.pipeline.upload
        self.pipeline.settle([upload(self._key("original.csv"), statement("original"))])
        for first in range(0, runs + 1, SMALL_FILES):
            wave = range(first, first + SMALL_FILES)
            self._corrected += self.pipeline.settle(
                [upload(self._key(f"corrected-{run}.csv"), statement(f"old-{run}")) for run in wave]
            )
        self._expected = self._run()
        self.recover()

    def differences(self) -> list[str]:
        """Run once, and tell what is not as it was with all rights."""
        seen = self._run()
        return [
            f"{what}: {seen.get(what, 'nothing')}, not {expected}"
            for what, expected in self._expected.items()
            if seen.get(what) != expected
        ]

    def recover(self) -> None:
        """Put away what an interrupted run has left in the queues."""
        sqs = self._client("sqs")
        for queue in ("BatchingQueue", "DeadLetterQueue"):
            sqs.purge_queue(QueueUrl=self.pipeline.outputs[queue])
        wait_until("no execution runs", self.pipeline.running_executions, lambda running: running == 0)

    def _key(self, name: str) -> str:
        return f"{uploads_of(PARTNER)}{name}"

    def _run(self) -> Seen:
        run, self._runs = self._runs, self._runs + 1
        older = self._corrected[run]
        uploads, seen = self._send(run, older)
        began = time.monotonic()
        before: Seen = {}
        while (passed := time.monotonic() - began) < _PATIENCE_SECONDS:
            time.sleep(_POLL_SECONDS)
            seen |= self._look(uploads, older)
            if seen == self._expected:
                break
            if passed > _SLOWEST_EVENT_SECONDS and seen == before and self._is_quiet(seen):
                break
            before = dict(seen)
        return seen

    def _send(self, run: int, older: Upload) -> tuple[dict[str, Upload], Seen]:
        upload = self.pipeline.upload
        uploads = {
            "corrected file": upload(older.key, statement(f"new-{run}")),
            "duplicate": upload(self._key(f"copy-{run}.csv"), statement("original")),
            "refused file": upload(self._key(f"refused-{run}.csv"), f"other,header,{run}\n".encode()),
            "large file": upload(self._key(f"large-{run}.csv"), statement(f"large-{run}", rows=1000)),
            "missing file": self._announce_missing(run),
        }
        seen: Seen = {}
        good, content = self._key(f"good-{run}.csv"), statement(f"good-{run}")
        try:
            answer = self.partner.put_object(Bucket=self.pipeline.outputs["RawBucket"], Key=good, Body=content)
            uploads["good file"] = Upload(key=good, version_id=answer["VersionId"])
            seen["partner's upload"] = "taken"
        except ClientError as error:
            seen["partner's upload"] = error.response["Error"]["Code"]
        return uploads, seen

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

    def _look(self, uploads: Mapping[str, Upload], older: Upload) -> Seen:
        rows = self.pipeline.rows(uploads.values())
        seen = {what: rows[upload].status.value for what, upload in uploads.items() if upload in rows}
        alerts = Counter(
            what
            for what, upload in uploads.items()
            for alert in self.local.alerts.received()
            if self.pipeline.file_id(upload) in alert.message
        )
        announced = {what for what, one in uploads.items() if self._announcements.about(self.pipeline.file_id(one))}
        seen["alerts"] = ", ".join(f"{what} {count}" for what, count in sorted(alerts.items()))
        seen["announced"] = ", ".join(sorted(announced))
        seen["dead letters"] = str(self.pipeline.waiting_messages("DeadLetterQueue"))
        for what in ("corrected file", "good file", "large file"):
            if what in uploads:
                seen[f"objects of the {what}"] = self._objects(self.pipeline.file_id(uploads[what]))
        seen["objects of the version that was corrected"] = self._objects(self.pipeline.file_id(older))
        return seen

    def _objects(self, file_id: str) -> str:
        day = datetime.now(UTC).date()
        places = {
            TRANSACTIONS: f"{TRANSACTIONS}partner={PARTNER}/booking_date={_BOOKING_DATE}/",
            QUARANTINE: f"{QUARANTINE}partner={PARTNER}/received_date={day}/",
            REPORTS: f"{REPORTS}{PARTNER}/",
        }
        return " ".join(what for what, place in places.items() if self._exists(f"{place}{file_id}"))

    def _exists(self, prefix: str) -> bool:
        bucket = self.pipeline.outputs["ProcessedBucket"]
        return bool(self._client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)["KeyCount"])

    def _is_quiet(self, seen: Seen) -> bool:
        open_work = self.pipeline.running_executions() + self.pipeline.waiting_messages("BatchingQueue")
        return not open_work and not UNFINISHED & set(seen.values())
