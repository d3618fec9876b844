"""Takes a completed file's rows back because a person says so: status first, then the rows (decision 0029)."""

from typing import Any, Final

from etl.workflow import audit
from etl.workflow.asl import ERROR_KEY, Resources, State, catch, catch_with, jsonata_task, query, service, task
from etl.workflow.failure import OPEN
from etl.workflow.identity import identify
from etl.workflow.steps import WITHDRAW, item
from pipeline.constants import FileStatus

LABEL: Final = "withdrawal"
_TIMEOUT_SECONDS: Final = 300


def withdraw_files(resources: Resources, *, following: str) -> State:
    """Build the map that withdraws ``$.files``, as ``$.by`` says for ``$.reason``.

    A file that is not completed is left as it is. One that is withdrawn already is withdrawn once more, since what
    failed may be tried again. The map's result has ``$.open`` for each that could not be withdrawn.
    """
    return {
        "Type": "Map",
        "ItemsPath": "$.files",
        "ItemSelector": {
            "event.$": "$$.Map.Item.Value",
            "number.$": "$$.Map.Item.Index",
            "execution.$": "$$.Execution.Id",
            "reason.$": "$.reason",
            "by.$": "$.by",
        },
        "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **_chain(resources)},
        "ResultSelector": {f"{OPEN}.$": f"$[*].{OPEN}"},
        "Next": following,
    }


def _chain(resources: Resources) -> dict[str, Any]:
    read, published, remove, free, done, failed = map(
        _name,
        (
            "Read the published file",
            "Is it published?",
            "Remove its rows",
            "Free its delivery",
            "Done",
            "Withdrawal failed",
        ),
    )
    also = {"reason": query("$states.input.reason"), "by": query("$states.input.by")}
    start, states = identify(label=LABEL, following=read, failing=failed, also=also)
    states |= {
        read: _read_published(resources, following=published, failing=failed),
        published: {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.status", "StringEquals": FileStatus.COMPLETED, "Next": _name("Record withdrawal")},
                {"Variable": "$.status", "StringEquals": FileStatus.WITHDRAWN, "Next": remove},
            ],
            "Default": done,
        },
        _name("Record withdrawal"): task(
            audit.UPDATE,
            audit.withdraw(resources),
            following=remove,
            unless=[audit.CONDITION_FAILED],
            # A newer file took its place meanwhile.
            catches=[catch(done, audit.CONDITION_FAILED), catch(failed)],
        ),
        remove: task(
            resources.publish_function,
            {"action": WITHDRAW, "file.$": "$.file"},
            following=free,
            catches=[catch(failed)],
            timeout_seconds=_TIMEOUT_SECONDS,
        ),
        free: _free_delivery(resources, following=done, failing=failed),
        done: {"Type": "Succeed"},
        failed: {"Type": "Pass", "Result": {OPEN: True}, "End": True},
    }
    return {"StartAt": start, "States": states}


def _name(step: str) -> str:
    return f"{step} ({LABEL})"


def _read_published(resources: Resources, *, following: str, failing: str) -> State:
    row = "$states.result.Item"
    output = f"""$merge([$states.input, {{
        'status': $exists({row}) ? {row}.status.S : '',
        'delivery': $exists({row}.delivery) ? {row}.delivery.S : 'key#' & $states.input.file.object_key
    }}])"""
    return jsonata_task(
        service("dynamodb:getItem"),
        item(resources.audit_table, {"file_id": {"S": query("$states.input.file.file_id")}}),
        output=output,
        following=following,
        catches=[catch_with(failing, ERROR_KEY)],
    )


def _free_delivery(resources: Resources, *, following: str, failing: str) -> State:
    """Say that no file of the delivery has rows, unless a newer one has claimed it."""
    return task(
        audit.UPDATE,
        {
            "TableName": resources.registry_table,
            "Key": {"entry": audit.text("$.delivery")},
            "UpdateExpression": "SET published = :none",
            "ConditionExpression": "file_id = :file_id",
            "ExpressionAttributeValues": {":none": {"L": []}, ":file_id": audit.text("$.file.file_id")},
        },
        following=following,
        unless=[audit.CONDITION_FAILED],
        catches=[catch(following, audit.CONDITION_FAILED), catch(failing)],
    )
