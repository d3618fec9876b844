"""The state machine: identify the files, take one of the two routes, and see that every file has an outcome."""

from typing import Any, Final

from etl.statuses import UNFINISHED
from etl.workflow.asl import Resources, State, States, catch, follow, jsonata, query, retry, service
from etl.workflow.chain import file_chain
from etl.workflow.failure import INCOMPLETE, failure_path
from etl.workflow.publication import PUBLISH
from etl.workflow.telling import TOLD, retelling_path

EXECUTION_TIMEOUT_SECONDS: Final = 14 * 60
"""Ends inside the 15 minutes of the service level, with a minute left to settle what it leaves behind."""

LEASE_SECONDS: Final = EXECUTION_TIMEOUT_SECONDS + 60
"""How long a claim holds. It outlives the longest execution, so that a claim is only ever taken from a dead one.

It is also the longest delay that SQS knows: a message waits so long for the end of another run's claim.
"""

DIRECT: Final = "direct"
BATCH: Final = "batch"
SETTLE: Final = "settle"

INCOMING: Final = "incoming"
"""First segment of an upload's key; the second says whose file it is: ``incoming/<partner>/...``."""

BATCH_CONCURRENCY: Final = 20
_DIRECT_FUNCTION_SECONDS: Final = 300
# An Express child lives five minutes: four attempts of 60 s and their pauses fit, and a small file takes seconds.
_BATCH_FUNCTION_SECONDS: Final = 60
_SEQUENCER_LENGTH: Final = 64
NO_OUTCOME: Final = "Pipeline.NoOutcome"
"""The error of a file whose run ended without an outcome."""

_EXECUTION: Final = "($exists($states.input.execution) ? $states.input.execution : $states.context.Execution.Id)"


def build_definition(resources: Resources) -> dict[str, Any]:
    """Build the definition of the state machine.

    Input: ``{"route": "direct" | "batch", "files": [event, ...]}`` with events as the rules make them, or
    ``{"route": "settle", ...}`` with the input of an execution that ended badly.
    """
    states: States = {
        "Which input?": _which_input(),
        "Read the ended execution": _read_ended_execution(),
        "Identify": _identify(),
        "Which route?": _which_route(),
        "Process directly": _process_directly(resources),
        "Process the batch": _process_batch(resources),
        "Read the outcomes": _read_outcomes(resources),
        "Fail what is left behind": _fail_left_behind(resources),
        "Tell what is left untold": _tell_untold(resources),
        "Is every file handled?": _is_every_file_handled(),
        "Handling incomplete": {"Type": "Fail", "Error": INCOMPLETE},
        "Done": {"Type": "Succeed"},
    }
    return {
        "Comment": "Claims, validates, transforms, reconciles and publishes partner banks' transaction files.",
        "StartAt": "Which input?",
        "TimeoutSeconds": EXECUTION_TIMEOUT_SECONDS,
        "States": states,
    }


def _which_input() -> State:
    return {
        "Type": "Choice",
        "Choices": [{"Variable": "$.route", "StringEquals": SETTLE, "Next": "Read the ended execution"}],
        "Default": "Identify",
    }


def _read_ended_execution() -> State:
    """Take over the files of an execution that timed out, was aborted or failed.

    One that was itself settling is left alone: its alarm is the end of the line, not a loop.
    """
    return jsonata(
        {
            "route": SETTLE,
            "execution": query("$states.input.ended.executionArn"),
            "files": query(f"""(
                $input := $parse($states.input.ended.input);
                $input.route = '{SETTLE}' ? [] : [$input.files]
            )"""),
        },
        following="Identify",
    )


def _identify() -> State:
    """Work out each file's identity, once per execution.

    ``file_id`` is the SHA-256 of bucket, key and version id (the event's sequencer where there is no version id), so
    that the same upload has the same id however often its event comes. Sequencers are padded to one length, because
    S3 wants them compared as strings after padding on the right with zeros.
    """
    return jsonata(
        {
            "route": query("$states.input.route"),
            "lease_ended": query(f"$fromMillis($toMillis($states.context.State.EnteredTime) - {LEASE_SECONDS * 1000})"),
            "execution": query(_EXECUTION),
            "files": query(f"""(
                $execution := {_EXECUTION};
                $identified := $map($states.input.files, function($event) {{(
                    $object := $event.object;
                    $key := $object.key;
                    $version := $exists($object.`version-id`) ? $object.`version-id` : '';
                    $path := $split($key, '/');
                    $named := $count($path) > 2 and $path[0] = '{INCOMING}' ? $path[1] : '';
                    $id := $hash(
                        $event.bucket & '\\n' & $key & '\\n' & ($version = '' ? $object.sequencer : $version),
                        'SHA-256');
                    {{
                        'file_id': $id,
                        'event': $event,
                        'bucket': $event.bucket,
                        'key': $key,
                        'version_id': $version,
                        'etag': $object.etag,
                        'size': $object.size,
                        'uploaded_at': $event.uploaded_at,
                        'object_key': $event.bucket & '/' & $key,
                        'display_key': $replace(
                            $replace($key, /[0-9]{{9,}}/, '*********'),
                            /[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]/, '?'),
                        'file_name': $path[-1],
                        'partner': $contains($named, /^[a-z0-9][a-z0-9-]*$/) ? $named : 'unknown',
                        'format': $contains($key, /\\.json$/i) ? 'json' : 'csv',
                        'sequencer': $pad($object.sequencer, {_SEQUENCER_LENGTH}, '0'),
                        'execution': $execution,
                        'claim': $execution & '#' & $id,
                        'attempt': {{'number': '0'}}
                    }}
                )}});
                [$map($distinct($identified.file_id), function($id) {{ $identified[file_id = $id][0] }})]
            )"""),
        },
        following="Which route?",
    )


def _which_route() -> State:
    return {
        "Type": "Choice",
        "Choices": [
            {"Variable": "$.files[0]", "IsPresent": False, "Next": "Done"},
            {"Variable": "$.route", "StringEquals": DIRECT, "Next": "Process directly"},
            {"Variable": "$.route", "StringEquals": BATCH, "Next": "Process the batch"},
        ],
        "Default": "Read the outcomes",
    }


def _process_directly(resources: Resources) -> State:
    return _map(
        file_chain(
            resources,
            label=DIRECT,
            function_timeout_seconds=_DIRECT_FUNCTION_SECONDS,
            lease_seconds=LEASE_SECONDS,
        ),
        processor={"Mode": "INLINE"},
    )


def _process_batch(resources: Resources) -> State:
    """Run each file as an Express child; one that fails or times out harms no other, and is settled afterwards."""
    chain = file_chain(
        resources, label=BATCH, function_timeout_seconds=_BATCH_FUNCTION_SECONDS, lease_seconds=LEASE_SECONDS
    )
    return {
        **_map(chain, processor={"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}),
        "Label": "files",
        "MaxConcurrency": BATCH_CONCURRENCY,
        "ToleratedFailurePercentage": 100,
    }


def _map(chain: dict[str, Any], *, processor: dict[str, str]) -> State:
    return {
        "Type": "Map",
        "ItemsPath": "$.files",
        "ItemSelector": {"file.$": "$$.Map.Item.Value", "lease_ended.$": "$.lease_ended", "action": PUBLISH},
        "ItemProcessor": {"ProcessorConfig": processor, **chain},
        # A file's chain ends with its file_id, unless its failure could not be handled in full.
        "ResultPath": "$.ended",
        "Catch": [catch("Read the outcomes")],
        **follow("Read the outcomes"),
    }


def _read_outcomes(resources: Resources) -> State:
    """Read the files' rows and find those that this execution leaves without an outcome, or with one that is untold.

    A child that was killed, or ran out of its five minutes, could not catch its own failure: its row still says
    PROCESSING under this execution, or there is no row at all. An answer without some of the rows is an error, which
    the retry asks again. When an ended execution is settled, whether it could tell of an outcome is not known, so all
    of its outcomes are told again.
    """
    table = resources.audit_table
    unfinished = ", ".join(f"'{status}'" for status in sorted(UNFINISHED))
    told = ", ".join(f"'{status}'" for status in sorted(TOLD))
    return {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": service("aws-sdk:dynamodb:batchGetItem"),
        "Arguments": {
            "RequestItems": {
                table: {
                    "Keys": query("[$map($states.input.files, function($f) { {'file_id': {'S': $f.file_id}} })]"),
                    "ConsistentRead": True,
                    # A hundred whole rows would outgrow the 256 KiB that a task may answer.
                    "ProjectionExpression": "file_id, #status, #execution",
                    "ExpressionAttributeNames": {"#status": "status", "#execution": "execution"},
                }
            }
        },
        "Output": {
            "left_behind": query(f"""(
                $execution := $states.input.execution;
                $rows := $lookup($states.result.Responses, '{table}');
                $exists($keys($states.result.UnprocessedKeys)) ? $error('some rows were not read')
                : [$filter($states.input.files, function($f) {{(
                    $row := $rows[file_id.S = $f.file_id][0];
                    $not($exists($row))
                    or ($row.status.S in [{unfinished}] and $row.execution.S = $execution)
                )}})]
            )"""),
            "untold": query(f"""(
                $execution := $states.input.execution;
                $rows := $lookup($states.result.Responses, '{table}')
                    [execution.S = $execution and status.S in [{told}]];
                $states.input.route = '{SETTLE}'
                ? [$filter($states.input.files, function($f) {{ $f.file_id in $rows.file_id.S }})]
                : []
            )"""),
            "without_end": query(f"""
                $states.input.route = '{SETTLE}' ? []
                : [$filter($states.input.files, function($f) {{ $not($f.file_id in $states.input.ended) }}).file_id]
            """),
        },
        "Retry": retry(),
        "Next": "Fail what is left behind",
    }


def _fail_left_behind(resources: Resources) -> State:
    start, states = failure_path(resources, label="left behind")
    return {
        "Type": "Map",
        "ItemsPath": "$.left_behind",
        "ItemSelector": {
            "file.$": "$$.Map.Item.Value",
            "error": {"Error": NO_OUTCOME, "Cause": "the run ended without an outcome for this file"},
        },
        "MaxConcurrency": 10,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": start, "States": states},
        "ResultPath": "$.settled",
        **follow("Tell what is left untold"),
    }


def _tell_untold(resources: Resources) -> State:
    start, states = retelling_path(resources, label="untold")
    return {
        "Type": "Map",
        "ItemsPath": "$.untold",
        "ItemSelector": {"file.$": "$$.Map.Item.Value"},
        "MaxConcurrency": 10,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": start, "States": states},
        "ResultPath": "$.told",
        **follow("Is every file handled?"),
    }


def _is_every_file_handled() -> State:
    """Ask for files that have an outcome but no end: say, one that is recorded as FAILED and could not be alerted."""
    open_files = query("""(
        $handled := $append($states.input.settled, $states.input.told);
        $open := $append(
            $states.input.without_end, $append($states.input.left_behind.file_id, $states.input.untold.file_id)
        );
        $exists($open[$not($ in $handled)])
    )""")
    return {
        "Type": "Choice",
        "QueryLanguage": "JSONata",
        "Choices": [{"Condition": open_files, "Next": "Handling incomplete"}],
        "Default": "Done",
    }
