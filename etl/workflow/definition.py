"""The state machines: take each file one of the routes, and see that every one has an outcome."""

from typing import Any, Final

from etl.workflow.asl import Resources, State, States, catch, compute, follow, query, service, task
from etl.workflow.chain import file_chain, large_file_chain
from etl.workflow.failure import INCOMPLETE, OPEN
from etl.workflow.identity import each_file
from etl.workflow.settling import settle_every_file, settle_left_behind
from etl.workflow.withdrawal import withdraw_files
from pipeline.constants import LARGE_LEASE, LEASE

LEASE_SECONDS: Final = int(LEASE.total_seconds())

EXECUTION_TIMEOUT_SECONDS: Final = LEASE_SECONDS - 60
"""Ends before the claims of its files, and inside the service level with a minute left to settle what it leaves."""

LARGE_EXECUTION_TIMEOUT_SECONDS: Final = int(LARGE_LEASE.total_seconds()) - 60
"""The same for a large file, which has a longer claim and so a state machine of its own (decision 0047)."""

DIRECT: Final = "direct"
LARGE: Final = "large"
"""The direct route, for uploads whose size EventBridge may not be able to compare."""
BATCH: Final = "batch"
SETTLE: Final = "settle"
WITHDRAW: Final = "withdraw"

COMPARABLE_BYTES: Final = 1_000_000_000
"""EventBridge compares numbers up to here, whichever of its documented bounds holds: 10^9, or 5 * 10^9."""

_DIRECT_FUNCTION_SECONDS: Final = 300
# An Express child lives five minutes: four attempts of 60 s and their pauses fit, and a small file takes seconds.
_BATCH_FUNCTION_SECONDS: Final = 60

_LEFT_BEHIND: Final = "Settle unfinished files"
_EVERY_FILE: Final = "Settle all files"
_DESCRIBE_ENDED: Final = "Describe the ended execution"
_READ_ENDED: Final = "Read the ended execution"
_HANDLED: Final = "All files handled?"
_INCOMPLETE: Final = "Handling incomplete"


def build_definition(resources: Resources, *, batch_concurrency: int, large_threshold_bytes: int) -> dict[str, Any]:
    """Build the definition of the state machine, in which so many files of a batch run side by side.

    Files of more than ``large_threshold_bytes`` are handed on to the state machine for large files.

    Input: ``{"route": "direct" | "large" | "batch", "files": [event, ...]}`` with events as the rules make them, or
    ``{"route": "settle", "ended": {"executionArn": ..., "input": ...}}`` with an execution that ended badly, or
    ``{"route": "withdraw", "files": [event, ...], "reason": ..., "by": ...}``. An ended execution's input may be absent
    or null; then Step Functions is asked for it.

    An expression over all files, or any that can fail, stands only where a failure is retried and caught: in a Task, a
    Map, or a Parallel state (``compute``). What is worked out for a file is worked out for that file alone.
    """
    states: States = {
        "Which route?": _which_route(),
        "Withdraw files": withdraw_files(resources, following=_HANDLED),
        "Process directly": _process_directly(resources, large_threshold_bytes),
        "Process the batch": _process_batch(resources, batch_concurrency, large_threshold_bytes),
        _DESCRIBE_ENDED: _describe_ended_execution(),
        _READ_ENDED: _read_ended_execution(),
        **_settling(resources),
    }
    return {
        "Comment": "Claims, validates, transforms, reconciles and publishes partner banks' transaction files.",
        "StartAt": "Which route?",
        "TimeoutSeconds": EXECUTION_TIMEOUT_SECONDS,
        "States": states,
    }


def build_large_files_definition(resources: Resources) -> dict[str, Any]:
    """Build the definition of the state machine for large files, whose executions have one file each.

    Input: ``{"route": "large files", "files": [event]}``. An execution of it that ends badly is settled by one of the
    other state machine.
    """
    return {
        "Comment": "Processes a large file: a job of AWS Glue validates and transforms it.",
        "StartAt": "Process at scale",
        "TimeoutSeconds": LARGE_EXECUTION_TIMEOUT_SECONDS,
        "States": {
            "Process at scale": _map(large_file_chain(resources), processor={"Mode": "INLINE"}),
            **_settling(resources),
        },
    }


def _settling(resources: Resources) -> States:
    """Make the states that follow the files' chains, to the end of an execution."""
    return {
        _LEFT_BEHIND: settle_left_behind(resources, following=_HANDLED, failing="Select all files"),
        "Select all files": _select_all_files(),
        _EVERY_FILE: settle_every_file(resources, following=_HANDLED, failing=_INCOMPLETE),
        _HANDLED: {
            "Type": "Choice",
            "Choices": [{"Variable": f"$.{OPEN}[0]", "IsPresent": True, "Next": _INCOMPLETE}],
            "Default": "Done",
        },
        _INCOMPLETE: {"Type": "Fail", "Error": INCOMPLETE},
        "Done": {"Type": "Succeed"},
    }


def _which_route() -> State:
    return {
        "Type": "Choice",
        "Choices": [
            {"Variable": "$.route", "StringEquals": WITHDRAW, "Next": "Withdraw files"},
            {
                "And": [
                    {"Variable": "$.route", "StringEquals": SETTLE},
                    {"Variable": "$.ended.input", "IsPresent": True},
                    {"Variable": "$.ended.input", "IsString": True},
                ],
                "Next": _READ_ENDED,
            },
            {"Variable": "$.route", "StringEquals": SETTLE, "Next": _DESCRIBE_ENDED},
            {"Variable": "$.route", "StringEquals": DIRECT, "Next": "Process directly"},
            {
                "And": [
                    {"Variable": "$.route", "StringEquals": LARGE},
                    {"Variable": "$.files[0].object.size", "NumericLessThanEquals": COMPARABLE_BYTES},
                ],
                # The rule that compares sizes has started an execution for it.
                "Next": "Done",
            },
            {"Variable": "$.route", "StringEquals": LARGE, "Next": "Process directly"},
        ],
        "Default": "Process the batch",
    }


def _process_directly(resources: Resources, large_threshold_bytes: int) -> State:
    return _map(
        file_chain(
            resources,
            label=DIRECT,
            function_timeout_seconds=_DIRECT_FUNCTION_SECONDS,
            large_threshold_bytes=large_threshold_bytes,
            # There is no time for a second call of five minutes.
            repeat_timeouts=False,
        ),
        processor={"Mode": "INLINE"},
    )


def _process_batch(resources: Resources, concurrency: int, large_threshold_bytes: int) -> State:
    """Run each file as an Express child; one that fails or times out harms no other, and is settled afterwards."""
    chain = file_chain(
        resources,
        label=BATCH,
        function_timeout_seconds=_BATCH_FUNCTION_SECONDS,
        large_threshold_bytes=large_threshold_bytes,
        repeat_timeouts=True,
    )
    return {
        **_map(chain, processor={"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}),
        "Label": "files",
        "MaxConcurrency": concurrency,
        "ToleratedFailurePercentage": 100,
    }


def _map(chain: dict[str, Any], *, processor: dict[str, str]) -> State:
    return {
        "Type": "Map",
        "ItemsPath": "$.files",
        # A child's own execution is another one.
        "ItemSelector": each_file(execution="$$.Execution.Id"),
        "ItemProcessor": {"ProcessorConfig": processor, **chain},
        "ResultPath": "$.ended",
        # How far the files came is not known then.
        "Catch": [catch("Select all files")],
        **follow(_LEFT_BEHIND),
    }


def _select_all_files() -> State:
    return {
        "Type": "Pass",
        "Parameters": {"files.$": "$.files", "execution.$": "$$.Execution.Id"},
        **follow(_EVERY_FILE),
    }


def _describe_ended_execution() -> State:
    """Ask for the input of an execution: the event on its end has none, as the state machine has the stack's key."""
    return task(
        service("aws-sdk:sfn:describeExecution"),
        {"ExecutionArn.$": "$.ended.executionArn"},
        result_path="$.ended",
        result_selector={"executionArn.$": "$.ExecutionArn", "input.$": "$.Input"},
        following=_READ_ENDED,
        catches=[catch(_INCOMPLETE)],
    )


def _read_ended_execution() -> State:
    """Take over the files of an execution that timed out, was aborted or failed.

    One that was itself settling is left alone: its alarm is the end of the line, not a loop.
    """
    return compute(
        "Read its input",
        {
            "execution": query("$states.input.ended.executionArn"),
            "files": query(f"""(
                $input := $parse($states.input.ended.input);
                $type($input) != 'object' ? $error('no input') : $input.route = '{SETTLE}' ? [] : [$input.files]
            )"""),
        },
        following=_EVERY_FILE,
        failing=_INCOMPLETE,
    )
