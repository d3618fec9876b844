"""What the tests do with a deployment, beyond what a partner or an analyst can."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from deployment.pipeline import Pipeline, Upload
from deployment.stack import DeployedStack
from deployment.waiting import wait_until
from local.alerts import Alert, AlertInbox
from local.announcements import Announcements
from local.emulator import Emulator
from local.session import LocalPipeline
from pipeline.audit_row import AuditRow


@dataclass(frozen=True, kw_only=True)
class Deployment:
    emulator: Emulator
    stack: DeployedStack
    pipeline: Pipeline
    inbox: AlertInbox
    announcements: Announcements

    @classmethod
    def of(cls, deployed: LocalPipeline) -> Self:
        """Use a pipeline on the embedded AWS."""
        return cls(
            emulator=deployed.emulator,
            stack=deployed.stack,
            pipeline=Pipeline(deployed.stack),
            inbox=deployed.alerts,
            announcements=Announcements(deployed.emulator.session, source=deployed.stack.name),
        )

    def client(self, service: str) -> Any:
        client: Any = self.emulator.session.client
        return client(service)

    def process(self, *uploads: Upload) -> list[AuditRow]:
        """Wait until the uploads have an outcome and nothing runs any more; return their rows in the same order."""
        self.pipeline.settle(uploads)
        self.wait_until_quiet()
        rows = self.pipeline.rows(uploads)
        return [rows[upload] for upload in uploads]

    def wait_until_quiet(self) -> None:
        """Wait until no message waits for an execution, and none runs: alerts have gone out by then."""
        wait_until(
            "the queue is empty and no execution runs",
            lambda: (self.pipeline.waiting_messages("BatchingQueue"), self.pipeline.running_executions()),
            lambda open_work: open_work == (0, 0),
        )

    def published(self, rows: Iterable[AuditRow]) -> dict[str, tuple[int, Decimal]]:
        """Ask Athena how many rows of these files are readable, and their sum, by currency."""
        ids = ", ".join(f"'{row.file_id}'" for row in rows)
        answer = self.pipeline.athena.query(
            f"SELECT currency, count(*) AS transactions, sum(amount) AS total FROM transactions "  # noqa: S608 - own ids
            f"WHERE file_id IN ({ids}) GROUP BY currency"
        )
        return {str(row["currency"]): (int(row["transactions"] or 0), Decimal(row["total"] or 0)) for row in answer}

    def alerts_about(self, row: AuditRow) -> list[Alert]:
        return [alert for alert in self.inbox.received() if row.file_id in alert.message]

    def processed_keys(self, prefix: str = "") -> Iterator[str]:
        """List the keys of the processed bucket that begin with ``prefix``."""
        pages = self.client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.pipeline.outputs["ProcessedBucket"], Prefix=prefix):
            yield from (entry["Key"] for entry in page.get("Contents", []))

    def log_events(self, purpose: str = "") -> Iterator[str]:
        """Read all that was logged, or what went to the log groups with ``purpose`` in their names."""
        pages = self.client("logs").get_paginator("filter_log_events")
        for group in self.stack.physical_ids("AWS::Logs::LogGroup"):
            if purpose in group:
                for page in pages.paginate(logGroupName=group):
                    yield from (event["message"] for event in page["events"])

    def event_of(self, row: AuditRow) -> dict[str, Any]:
        """Read a file's event from its execution's input: the batching queue's message has the same shape."""
        described = self.client("stepfunctions").describe_execution(executionArn=row.execution)
        (event,) = (
            event
            for event in json.loads(described["input"])["files"]
            if event["object"]["key"] == row.key and event["object"]["version-id"] == row.version_id
        )
        found: dict[str, Any] = event
        return found
