"""Takes a completed file's rows back because a person says so: status first, then the rows (decision 0029)."""

from typing import Any, Final

from etl.workflow import audit
from etl.workflow.asl import ERROR_KEY, Resources, State, States, catch_with, jsonata_task, query, service
from etl.workflow.failure import OPEN
from etl.workflow.identity import each_file, identify
from etl.workflow.steps import Steps, item, key_entry
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
        "ItemSelector": {**each_file(execution="$$.Execution.Id"), "reason.$": "$.reason", "by.$": "$.by"},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **_chain(resources)},
        "ResultSelector": {f"{OPEN}.$": f"$[*].{OPEN}"},
        "Next": following,
    }


def _chain(resources: Resources) -> dict[str, Any]:
    failed = f"Withdrawal failed ({LABEL})"
    steps = WithdrawalSteps(resources, label=LABEL, timeout=_TIMEOUT_SECONDS, failure=failed)
    also = {"reason": query("$states.input.reason"), "by": query("$states.input.by")}
    start, states = identify(label=LABEL, following=steps.name("Read the published file"), failing=failed, also=also)
    failing: States = {failed: {"Type": "Pass", "Result": {OPEN: True}, "End": True}}
    return {"StartAt": start, "States": states | steps.states() | failing}


class WithdrawalSteps(Steps):
    """From ``Read the published file`` to ``Done``."""

    def states(self) -> States:
        """Make the states, in the order a file meets them."""
        return self._named(
            {
                "Read the published file": self._read_published(),
                "Is it published?": {
                    "Type": "Choice",
                    "Choices": [
                        {"Variable": "$.status", "StringEquals": status, "Next": self.name(step)}
                        for status, step in (
                            (FileStatus.COMPLETED, "Record withdrawal"),
                            (FileStatus.WITHDRAWN, "Remove its rows"),
                        )
                    ],
                    "Default": self.name("Done"),
                },
                "Record withdrawal": self._task(
                    audit.UPDATE,
                    audit.withdraw(self._resources),
                    following="Remove its rows",
                    # A newer file took its place meanwhile.
                    unless={audit.CONDITION_FAILED: "Done"},
                ),
                "Remove its rows": self._withdraw(following="Free its delivery"),
                "Free its delivery": self._free_delivery(),
                "Done": {"Type": "Succeed"},
            }
        )

    def _read_published(self) -> State:
        row = "$states.result.Item"
        output = f"""$merge([$states.input, {{
            'status': $exists({row}) ? {row}.status.S : '',
            'delivery': $exists({row}.delivery) ? {row}.delivery.S : {key_entry("$states.input.file.object_key")}
        }}])"""
        return jsonata_task(
            service("dynamodb:getItem"),
            item(self._resources.audit_table, {"file_id": {"S": query("$states.input.file.file_id")}}),
            output=output,
            following=self.name("Is it published?"),
            catches=[catch_with(self._failure, ERROR_KEY)],
        )

    def _free_delivery(self) -> State:
        """Say that no file of the delivery has rows, unless a newer one has claimed it."""
        return self._task(
            audit.UPDATE,
            {
                "TableName": self._resources.registry_table,
                "Key": {"entry": audit.text("$.delivery")},
                "UpdateExpression": "SET published = :none",
                "ConditionExpression": "file_id = :file_id",
                "ExpressionAttributeValues": {":none": {"L": []}, ":file_id": audit.text("$.file.file_id")},
            },
            following="Done",
            unless={audit.CONDITION_FAILED: "Done"},
        )
