"""Outcomes that could not be recorded are recorded again, from the audit table."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from deployment.unrecorded import AFTER, BEFORE, UnrecordedOutcomes
from pipeline.audit_row import AuditRow
from pipeline.constants import FINISHED, FileStatus
from tests.unit.cli.rows import UPLOADED, audit_row
from tests.unit.functions.fakes import client_error

if TYPE_CHECKING:
    from deployment.audit import AuditTable

CHANGED = UPLOADED + timedelta(seconds=4)
"""When the rows of ``audit_row`` took their status."""


@dataclass
class FakeAudit:
    rows: list[AuditRow]
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)

    def of_status(self, status: FileStatus, *, changed: tuple[datetime, datetime], limit: int) -> list[AuditRow]:
        self.asked.append(changed)
        first, last = changed
        return [row for row in self.rows if row.status is status and first <= row.changed_at <= last][:limit]


@dataclass
class FakeItems:
    """Changes items, except those whose status has changed meanwhile."""

    changed_meanwhile: str = ""
    touched: list[str] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)

    def update_item(self, **request: Any) -> Any:
        if request["Key"]["file_id"]["S"] == self.changed_meanwhile:
            raise client_error("ConditionalCheckFailedException")
        self.touched.append(request["Key"]["file_id"]["S"])
        self.values.append(request["ExpressionAttributeValues"])


@dataclass
class FakeQueue:
    bodies: list[str]
    deleted: list[str] = field(default_factory=list)
    given_back: list[str] = field(default_factory=list)

    def receive_message(self, **_request: Any) -> Any:
        taken, self.bodies = self.bodies[:10], self.bodies[10:]
        return {"Messages": [{"Body": body, "ReceiptHandle": body} for body in taken]} if taken else {}

    def delete_message(self, **request: Any) -> None:
        self.deleted.append(request["ReceiptHandle"])

    def change_message_visibility(self, **request: Any) -> None:
        assert request["VisibilityTimeout"] == 0
        self.given_back.append(request["ReceiptHandle"])


def _failure(first: datetime, last: datetime) -> str:
    """Write what Lambda leaves of a failed batch."""
    return json.dumps(
        {
            "requestContext": {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": 11},
            "version": "1.0",
            "DDBStreamBatchInfo": {
                "shardId": "shardId-00000001573689847184-864758bb",
                "startSequenceNumber": "800000000003126276362",
                "approximateArrivalOfFirstRecord": first.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "approximateArrivalOfLastRecord": last.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "batchSize": 1,
            },
        }
    )


def _unrecorded(audit: FakeAudit, items: FakeItems, queue: FakeQueue) -> UnrecordedOutcomes:
    return UnrecordedOutcomes(
        audit=cast("AuditTable", audit), dynamodb=items, table="audit", sqs=queue, queue="failures"
    )


@pytest.mark.parametrize("status", sorted(FINISHED))
@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=23)])
def test_an_outcome_of_a_failed_batch_is_recorded_again(status: FileStatus, later: timedelta) -> None:
    arrived = CHANGED + later
    items, queue = FakeItems(), FakeQueue([_failure(arrived, arrived)])

    sent = _unrecorded(FakeAudit([audit_row(status)]), items, queue).resend()

    assert [row.status for row in sent] == [status]
    assert items.touched == [sent[0].file_id]
    assert datetime.fromisoformat(items.values[0][":changed"]["S"]) == CHANGED
    assert len(queue.deleted) == 1


@pytest.mark.parametrize("arrived", [CHANGED + BEFORE + timedelta(seconds=1), CHANGED - AFTER - timedelta(seconds=1)])
def test_an_outcome_of_another_time_is_not_recorded_again(arrived: datetime) -> None:
    items = FakeItems()

    assert _unrecorded(FakeAudit([audit_row()]), items, FakeQueue([_failure(arrived, arrived)])).resend() == []
    assert items.touched == []


def test_many_failures_of_one_time_are_looked_up_once() -> None:
    audit, items = FakeAudit([audit_row()]), FakeItems()
    arrivals = [CHANGED + timedelta(minutes=minute) for minute in range(60)]
    queue = FakeQueue([_failure(arrived, arrived) for arrived in reversed(arrivals)])

    _unrecorded(audit, items, queue).resend()

    assert set(audit.asked) == {(arrivals[0] - BEFORE, arrivals[-1] + AFTER)}
    assert len(items.touched) == 1
    assert len(queue.deleted) == 60


def test_an_outcome_that_has_changed_meanwhile_tells_itself() -> None:
    row = audit_row()
    items, queue = FakeItems(changed_meanwhile=row.file_id), FakeQueue([_failure(CHANGED, CHANGED)])

    assert _unrecorded(FakeAudit([row]), items, queue).resend() == []
    assert len(queue.deleted) == 1


def test_a_dry_run_tells_nothing_and_gives_messages_back() -> None:
    items, queue = FakeItems(), FakeQueue([_failure(CHANGED, CHANGED)])

    would_be_sent = _unrecorded(FakeAudit([audit_row()]), items, queue).resend(dry_run=True)

    assert len(would_be_sent) == 1
    assert (items.touched, queue.deleted, len(queue.given_back)) == ([], [], 1)
