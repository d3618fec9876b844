"""Notifies others of a recorded outcome: systems by an event, people by an alert, each even if the other fails."""

from typing import Any, Final

from etl.workflow import messages
from etl.workflow.alerting import alert_path
from etl.workflow.asl import Resources, State, States, catch, service, task
from etl.workflow.failure import INCOMPLETE_KEY, INCOMPLETE_PATH, end_path
from etl.workflow.steps import VALIDATION
from pipeline.constants import FileStatus

PROCESSED_EVENT: Final = "Transaction File Processed"


def notification_path(resources: Resources, *, label: str) -> States:
    """Build the states from a recorded outcome to the end of a file's chain.

    ``Send event`` is the first for a completed file, ``Count rejection alerts`` for a rejected one; ``Done`` sends
    nothing. Input: ``$.file`` and ``$.inspected.validation``. The chain ends with the file's number if every
    notification was sent.
    """
    choose, asked = f"Any rejected rows? ({label})", f"All notifications sent? ({label})"
    alerts = f"Count row rejection alerts ({label})"
    ends = end_path(asked, complete=f"Done ({label})", incomplete=f"Notifications incomplete ({label})")
    states: States = {
        f"Send event ({label})": _announce(resources, following=choose),
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
        "row rejection": (FileStatus.COMPLETED, messages.rows_rejected(resources)),
    }
    for kind, (status, message) in kinds.items():
        states |= _alert(resources, kind, status, message, label=label, following=asked)
    return states


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
