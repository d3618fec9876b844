"""Settles the files whose chain did not end: each by itself, by its audit row."""

from typing import Any, Final

from etl.workflow.asl import (
    ERROR_KEY,
    EVALUATION_ERROR,
    Resources,
    State,
    States,
    catch,
    catch_with,
    jsonata_task,
    query,
    retry,
    service,
)
from etl.workflow.failure import INCOMPLETE_KEY, OPEN, failure_path, incomplete_end, unidentified_path
from etl.workflow.identity import each_file, identify
from etl.workflow.messages import PERHAPS_KEPT
from etl.workflow.notification import notification_path
from etl.workflow.steps import COUNTS, item
from pipeline.constants import UNFINISHED, FileStatus

NO_OUTCOME: Final = "Pipeline.NoOutcome"
"""The error of a file whose run ended without an outcome."""

LEFT_BEHIND: Final = "unfinished"
EVERY_FILE: Final = "all files"
"""Labels of the two places where files are settled."""

CONCURRENCY: Final = 10

_NONE: Final = "NONE"
_ANOTHERS: Final = "OF ANOTHER RUN"
"""What a row may say beside a status: no outcome of this execution yet, or nothing of it at all."""

_FIRST_STEPS: Final = {
    FileStatus.COMPLETED: "Send event",
    FileStatus.REJECTED: "Count rejection alerts",
    FileStatus.FAILED: "Count failure alerts",
}
"""The outcomes that are notified, and the first state of their notification."""


def settle_left_behind(resources: Resources, *, following: str, failing: str) -> State:
    """Build the map over the files that did not end with their number: mostly none.

    A child that was killed, or ran out of its five minutes, could not catch its own failure. A file without an outcome
    is failed here; one with an outcome that was perhaps not notified fails the execution, and is notified when that is
    settled. ``$.ended`` has a number for each file whose chain ended, and on AWS a description of each child that
    failed. The items are found in a time that grows with the files, not with their square.
    """
    return {
        "Type": "Map",
        "QueryLanguage": "JSONata",
        # Mostly all have ended, which is seen at once.
        "Items": query("""$states.input.ended = [0..$count($states.input.files) - 1] ? [] : (
            $numbers := $filter($states.input.ended, function($item) { $type($item) = 'number' });
            $ended := '|' & $join($map($numbers, function($number) { $string($number) }), '|') & '|';
            [$filter($states.input.files, function($file, $number) {
                $not($contains($ended, '|' & $number & '|'))
            })]
        )"""),
        "ItemSelector": {
            "event": query("$states.context.Map.Item.Value"),
            "number": query("$states.context.Map.Item.Index"),
            "execution": query("$states.context.Execution.Id"),
        },
        "MaxConcurrency": CONCURRENCY,
        "ItemProcessor": _processor(resources, label=LEFT_BEHIND, last=False),
        "Output": {OPEN: query(f"[$states.result.{OPEN}]")},
        # The map's own expressions; its tasks retry by themselves.
        "Retry": retry(only=(EVALUATION_ERROR,)),
        "Catch": [catch_with(failing, ERROR_KEY)],
        "Next": following,
    }


def settle_every_file(resources: Resources, *, following: str, failing: str) -> State:
    """Build the map over all files of ``$.execution``, of which it is unknown whether their chains ended.

    Notifications that were perhaps not sent are sent again.
    """
    return {
        "Type": "Map",
        "ItemsPath": "$.files",
        "ItemSelector": each_file(execution="$.execution"),
        "MaxConcurrency": CONCURRENCY,
        "ItemProcessor": _processor(resources, label=EVERY_FILE, last=True),
        "ResultSelector": {f"{OPEN}.$": f"$[*].{OPEN}"},
        "Catch": [catch(failing)],
        "Next": following,
    }


def _processor(resources: Resources, *, label: str, last: bool) -> dict[str, Any]:
    """Build the chain of a file that is settled. What it leaves open is settled again, unless it is the ``last``."""
    read, choose = f"Read the audit row ({label})", f"Which outcome is recorded? ({label})"
    keep, failing = failure_path(resources, label=label)
    done = f"Done ({label})"
    nameless, unidentified = unidentified_path(resources, label=label) if last else (incomplete_end(label), {})
    start, identifying = identify(label=label, following=read, failing=nameless)
    states: States = {
        **identifying,
        read: _read_row(resources, following=choose, failing=keep),
        choose: {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.outcome", "StringEquals": _NONE, "Next": keep},
                *(
                    {
                        "Variable": "$.outcome",
                        "StringEquals": status,
                        "Next": f"{step} ({label})" if last else incomplete_end(label),
                    }
                    for status, step in _FIRST_STEPS.items()
                ),
            ],
            "Default": done,
        },
        **(
            notification_path(resources, label=label) if last else {done: {"Type": "Succeed", "OutputPath": "$.number"}}
        ),
        **failing,
        **unidentified,
    }
    return {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": start, "States": states}


def _read_row(resources: Resources, *, following: str, failing: str) -> State:
    """Read from a file's row what became of it, and what the validate function once said of it.

    Where the row cannot be read, the file is failed if its run still holds it, and its execution fails in any case.
    """
    unfinished = ", ".join(f"'{status}'" for status in sorted(UNFINISHED))
    counts = ", ".join(f"'{count}': $number($row.{attribute}.N)" for count, attribute in COUNTS.items())
    no_outcome = f"{{'Error': '{NO_OUTCOME}', 'Cause': 'the run ended without an outcome for this file'}}"
    return jsonata_task(
        service("dynamodb:getItem"),
        item(resources.audit_table, {"file_id": {"S": query("$states.input.file.file_id")}}),
        output=f"""(
            $row := $states.result.Item;
            $own := $row.execution.S = $states.input.file.execution;
            $none := $not($exists($row)) or ($own and $row.status.S in [{unfinished}]);
            $listed := function($text) {{ $exists($text) ? [$parse($text)] : [] }};
            {{
                'number': $states.input.number,
                'file': $merge([
                    $states.input.file, $exists($row) ? {{'attempt': {{'number': $row.attempts.N}}}} : {{}}
                ]),
                'outcome': $none ? '{_NONE}' : $own ? $row.status.S : '{_ANOTHERS}',
                'failure': $states.input.failure,
                'error': $none ? {no_outcome} : {{'Error': $row.error.S}},
                'kept': {{'where': '{PERHAPS_KEPT}'}},
                'inspected': {{'validation': {{
                    'layout': $row.layout.S,
                    'reason_code': $row.history.L[-1].M.detail.S,
                    'reason': $row.reason.S,
                    'report': $row.report.S,
                    'counts': {{{counts}}},
                    'totals': $listed($row.totals.S),
                    'errors': $listed($row.errors.S)
                }}}}
            }}
        )""",
        following=following,
        catches=[catch_with(failing, ERROR_KEY, INCOMPLETE_KEY)],
    )
