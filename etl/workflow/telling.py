"""Tells of an outcome once it is recorded: other systems by an event, people by an alert, each even if one fails."""

from typing import Any, Final

from etl.statuses import FileStatus
from etl.workflow import messages
from etl.workflow.alerting import alert_path
from etl.workflow.asl import ANY_ERROR, Resources, State, States, catch, query, retry, service, task
from etl.workflow.failure import INCOMPLETE_KEY, INCOMPLETE_PATH, end_path
from etl.workflow.steps import VALIDATION, item

PROCESSED_EVENT: Final = "Transaction File Processed"

_FIRST_STEPS: Final = {
    FileStatus.COMPLETED: "Announce",
    FileStatus.REJECTED: "Count alerts of rejection",
    FileStatus.FAILED: "Count alerts of failure",
}
TOLD: Final = frozenset(_FIRST_STEPS)
"""The outcomes that somebody is told of."""

_PERHAPS_KEPT: Final = "the dead-letter queue; if it refused the file: etl replay --lost"


def telling_path(resources: Resources, *, label: str) -> States:
    """Build the states from a recorded outcome to the end of a file's way.

    ``Announce`` is the first for a completed file, ``Count alerts of rejection`` for a rejected one; ``Done`` ends in
    silence. Input: ``$.file`` and ``$.inspected.validation``. The way ends with the file's id if all was told.
    """
    choose, asked = f"Are there rejected rows? ({label})", f"Is everything told? ({label})"
    alerts = f"Count alerts of rejected rows ({label})"
    ends = end_path(asked, complete=f"Done ({label})", incomplete=f"Not told ({label})")
    states: States = {
        f"Announce ({label})": _announce(resources, following=choose),
        # Asks for what else the end asks for, so that a file without rejected rows takes a step less.
        choose: ends[asked]
        | {
            "Choices": [
                {"Variable": f"{VALIDATION}.counts.rejected", "NumericGreaterThan": 0, "Next": alerts},
                *ends[asked]["Choices"],
            ]
        },
        **ends,
    }
    kinds = {
        "rejection": (FileStatus.REJECTED, messages.rejected(resources)),
        "rejected rows": (FileStatus.COMPLETED, messages.rows_rejected(resources)),
    }
    for kind, (status, message) in kinds.items():
        states |= _alert(resources, kind, status, message, label=label, following=asked)
    return states


def retelling_path(resources: Resources, *, label: str) -> tuple[str, States]:
    """Build the path of a file whose run has recorded an outcome, and ended before it could tell.

    Input: ``$.file`` (identified). What is told follows from the file's row.

    Returns
    -------
    tuple
        The name of the first state, and the states.
    """
    read, choose = f"Read the row ({label})", f"Which outcome is it? ({label})"
    asked = f"Is everything told? ({label})"
    states: States = {
        read: _read_row(resources, following=choose, otherwise=asked),
        choose: {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.status", "StringEquals": status, "Next": f"{step} ({label})"}
                for status, step in _FIRST_STEPS.items()
            ],
            "Default": f"Done ({label})",
        },
        **telling_path(resources, label=label),
        **_alert(resources, "failure", FileStatus.FAILED, messages.failed(resources), label=label, following=asked),
    }
    return read, states


def _alert(
    resources: Resources, kind: str, status: FileStatus, message: dict[str, Any], *, label: str, following: str
) -> States:
    _, states = alert_path(
        resources,
        kind=kind,
        label=label,
        status=status,
        message=message,
        following=following,
        otherwise=following,
        key=INCOMPLETE_KEY,
    )
    return states


def _announce(resources: Resources, *, following: str) -> State:
    return task(
        service("events:putEvents"),
        {
            "Entries": [
                {
                    "Source": resources.event_source,
                    "DetailType": PROCESSED_EVENT,
                    "EventBusName": "default",
                    "Detail": {
                        "file_id.$": "$.file.file_id",
                        "partner.$": "$.file.partner",
                        "bucket.$": "$.file.bucket",
                        "key.$": "$.file.key",
                        "version_id.$": "$.file.version_id",
                        "layout.$": f"{VALIDATION}.layout",
                        "counts.$": f"{VALIDATION}.counts",
                        "totals.$": f"{VALIDATION}.totals",
                    },
                }
            ]
        },
        following=following,
        catches=[catch(following, result_path=INCOMPLETE_PATH)],
    )


def _read_row(resources: Resources, *, following: str, otherwise: str) -> State:
    """Read from a file's row what the validate function once said of the file."""
    failed = query(f"$merge([$states.input, {{'{INCOMPLETE_KEY}': $states.errorOutput}}])")
    return {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": service("dynamodb:getItem"),
        "Arguments": item(resources.audit_table, {"file_id": {"S": query("$states.input.file.file_id")}}),
        "Output": query(f"""(
            $row := $states.result.Item;
            $listed := function($text) {{ $exists($text) ? [$parse($text)] : [] }};
            {{
                'file': $merge([$states.input.file, {{'attempt': {{'number': $row.attempts.N}}}}]),
                'status': $row.status.S,
                'error': {{'Error': $row.error.S}},
                'kept': {{'where': '{_PERHAPS_KEPT}'}},
                'inspected': {{'validation': {{
                    'layout': $row.layout.S,
                    'reason_code': $row.history.L[-1].M.detail.S,
                    'reason': $row.reason.S,
                    'report': $row.report.S,
                    'counts': {{
                        'read': $number($row.rows_read.N),
                        'accepted': $number($row.rows_accepted.N),
                        'rejected': $number($row.rows_rejected.N),
                        'dropped': $number($row.rows_dropped.N)
                    }},
                    'totals': $listed($row.totals.S),
                    'errors': $listed($row.errors.S)
                }}}}
            }}
        )"""),
        "Retry": retry(),
        "Catch": [{"ErrorEquals": [ANY_ERROR], "Output": failed, "Next": otherwise}],
        "Next": following,
    }
