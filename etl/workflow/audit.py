"""Writes to the audit table: every one sets the status, appends to the history, and holds its row's claim."""

from collections.abc import Mapping
from typing import Any, Final

from etl.workflow.asl import Resources, service
from pipeline.constants import LEASE_ENDS, SHARD, STATUS_AT, FileStatus

UPDATE: Final = service("dynamodb:updateItem")
CONDITION_FAILED: Final = "DynamoDB.ConditionalCheckFailedException"
"""On the audit table: another run holds the row, or has finished it."""

_NOW: Final = "$$.State.EnteredTime"


def text(path: str) -> dict[str, str]:
    """Return a DynamoDB string read from the state's input."""
    return {"S.$": path}


def number(path: str) -> dict[str, str]:
    """Return a DynamoDB number read from the state's input; DynamoDB takes numbers as text."""
    return {"N.$": f"States.Format('{{}}', {path})"}


def _history_entry(status: FileStatus, *, at: str = _NOW, detail: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Make one entry of a row's history: status, time, execution and a detail."""
    return {
        "M": {
            "status": {"S": status},
            "at": text(at),
            "execution": text("$.file.execution"),
            "detail": dict(detail) if detail else {"S": ""},
        }
    }


def _status(status: FileStatus) -> dict[str, dict[str, str]]:
    """Make the attributes that change with every status, those of the index included."""
    return {
        "status": {"S": status},
        "updated_at": text(_NOW),
        STATUS_AT: {"S.$": f"States.Format('{status}#{{}}', {_NOW})"},
    }


_FILE_FACTS: Final = {
    "object_key": text("$.file.object_key"),
    "bucket": text("$.file.bucket"),
    "key": text("$.file.key"),
    "version_id": text("$.file.version_id"),
    "sequencer": text("$.file.sequencer"),
    "size": number("$.file.size"),
    "uploaded_at": text("$.file.uploaded_at"),
    "partner": text("$.file.partner"),
    "execution": text("$.file.execution"),
    "claim": text("$.file.claim"),
    SHARD: text("$.file.shard"),
}


def claim(resources: Resources) -> dict[str, Any]:
    """Claim a file with one conditional write, which also makes its row.

    A claim is a lease: it says until when it holds. A second event for a claimed or finished file fails the condition;
    a FAILED file may be claimed again (replay), and so may one that was queued again, and one whose run died: its lease
    has ended. No claim holds for less than ``LEASE``, and those of older versions of the pipeline, which do not say
    until when, hold for just that. The state's own retry, whose first answer got lost, finds its own claim: that of its
    execution and of its place (``number``) in it, so that of two events of one upload in one execution only one claims
    it.
    """
    update = _update(
        resources,
        FileStatus.PROCESSING,
        facts={
            **_FILE_FACTS,
            "claimed_at": text(_NOW),
            LEASE_ENDS: text("$.lease.ends"),
            "number": number("$.number"),
        },
        condition=(
            "attribute_not_exists(file_id) OR #status IN (:failed, :waiting) OR (#status = :status"
            " AND ((#claimed_at < :ended_before"
            f" AND (attribute_not_exists(#{LEASE_ENDS}) OR #{LEASE_ENDS} < :claimed_at))"
            " OR (#claim = :claim AND #number = :number)))"
        ),
        values={
            ":failed": {"S": FileStatus.FAILED},
            ":waiting": {"S": FileStatus.RECEIVED},
            ":ended_before": text("$.lease.ended_before"),
            ":one": {"N": "1"},
        },
    )
    update["UpdateExpression"] += " ADD attempts :one"
    return {**update, "ReturnValues": "ALL_NEW"}


def finish(
    resources: Resources, status: FileStatus, *, detail: Mapping[str, str], facts: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """End a file's chain in a status, if this run still holds its claim (or has just ended it: a retry)."""
    return _update(
        resources,
        status,
        facts=facts,
        condition=_HELD,
        values={":processing": {"S": FileStatus.PROCESSING}, ":claim": text("$.file.claim")},
        detail=detail,
    )


def release(resources: Resources, *, detail: Mapping[str, str]) -> dict[str, Any]:
    """Give the claim back: the file waits for its turn again, as if it had just come. No execution answers for it."""
    return _update(
        resources,
        FileStatus.RECEIVED,
        facts={"execution": {"S": ""}, "claim": {"S": ""}},
        condition="#claim = :held AND #status = :processing",
        values={":processing": {"S": FileStatus.PROCESSING}, ":held": text("$.file.claim")},
        detail=detail,
    )


def supersede(resources: Resources) -> dict[str, Any]:
    """Mark a completed older version (``$.older``) as replaced by the file that is being published."""
    by = text("$.file.file_id")
    return _end_publication(
        resources, FileStatus.SUPERSEDED, file_id=text("$.older"), detail=by, facts={"superseded_by": by}
    )


def withdraw(resources: Resources) -> dict[str, Any]:
    """Mark a completed file as withdrawn, with the reason and who said so."""
    detail = {"S.$": "States.Format('{} (by {})', $.reason, $.by)"}
    return _end_publication(resources, FileStatus.WITHDRAWN, file_id=text("$.file.file_id"), detail=detail, facts={})


def _end_publication(
    resources: Resources,
    status: FileStatus,
    *,
    file_id: Mapping[str, str],
    detail: Mapping[str, str],
    facts: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """Give a file that is COMPLETED another status, whoever holds its claim."""
    changes = {**facts, **_status(status)}
    return {
        "TableName": resources.audit_table,
        "Key": {"file_id": file_id},
        "UpdateExpression": f"SET {_assignments(changes)}, history = list_append(history, :entry)",
        "ConditionExpression": "#status = :completed",
        "ExpressionAttributeNames": {f"#{name}": name for name in changes},
        "ExpressionAttributeValues": {
            **{f":{name}": value for name, value in changes.items()},
            ":completed": {"S": FileStatus.COMPLETED},
            ":entry": {"L": [_history_entry(status, detail=detail)]},
        },
    }


def fail(resources: Resources, *, detail: Mapping[str, str]) -> dict[str, Any]:
    """End a file's chain in FAILED. A file that has no row yet, because its claim itself failed, gets one."""
    return _update(
        resources,
        FileStatus.FAILED,
        facts={
            **_FILE_FACTS,
            "error": detail,
            "failed_step": text("$.failure.step"),
            "request_id": text("$.failure.request_id"),
        },
        # A run that hands its file over answers for it until the other run has claimed it.
        condition=f"attribute_not_exists(file_id) OR {_HELD} OR (#claim = :claim AND #status = :waiting)",
        values={":processing": {"S": FileStatus.PROCESSING}, ":waiting": {"S": FileStatus.RECEIVED}},
        detail=detail,
    )


_HELD: Final = "(#claim = :claim AND (#status = :processing OR #status = :status))"


def _update(
    resources: Resources,
    status: FileStatus,
    *,
    facts: Mapping[str, Mapping[str, str]],
    condition: str,
    values: Mapping[str, Mapping[str, str]],
    detail: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    changes = {**facts, **_status(status)}
    received = _history_entry(FileStatus.RECEIVED, at="$.file.uploaded_at")
    return {
        "TableName": resources.audit_table,
        "Key": {"file_id": text("$.file.file_id")},
        "UpdateExpression": (
            f"SET {_assignments(changes)}, history = list_append(if_not_exists(history, :received), :entry)"
        ),
        "ConditionExpression": condition,
        # "claim" stands in every condition, and in most changes.
        "ExpressionAttributeNames": {f"#{name}": name for name in (*changes, "claim")},
        "ExpressionAttributeValues": {
            **{f":{name}": value for name, value in changes.items()},
            ":received": {"L": [received]},
            ":entry": {"L": [_history_entry(status, detail=detail)]},
            **values,
        },
    }


def _assignments(changes: Mapping[str, object]) -> str:
    # Every name goes through a placeholder: "status", "key", "size" and others are reserved words of DynamoDB.
    return ", ".join(f"#{name} = :{name}" for name in changes)
