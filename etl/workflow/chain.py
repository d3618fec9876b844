"""The states that one file goes through, from its claim to its published rows. Both routes run them."""

from datetime import timedelta
from typing import Any

from etl.workflow.asl import Resources, query
from etl.workflow.failure import failure_path, incomplete_end
from etl.workflow.identity import identify
from etl.workflow.inspection import InspectionSteps
from etl.workflow.notification import notification_path
from etl.workflow.publication import PUBLISH, PublicationSteps
from etl.workflow.requeueing import requeue_path
from etl.workflow.transformation import TransformationSteps
from pipeline.constants import LEASE


def file_chain(resources: Resources, *, label: str, function_timeout_seconds: int, lease: timedelta) -> dict[str, Any]:
    """Build the chain of one file.

    Input: what ``identify`` takes. The chain ends with the file's ``$.number``, unless something could not be done.

    Parameters
    ----------
    label
        The route's name, which makes the states' names unique.
    function_timeout_seconds
        How long one call of a function may take on this route.
    lease
        How long a claim holds: longer than the execution may take, so that only a dead one's claim is ever taken.

    Returns
    -------
    dict
        ``StartAt`` and ``States``, for a Map's item processor.
    """
    failed, failing = failure_path(resources, label=label)
    failure, requeueing = requeue_path(resources, label=label, otherwise=failed)
    parts = [
        kind(resources, label=label, timeout=function_timeout_seconds, failure=failure)
        for kind in (InspectionSteps, TransformationSteps, PublicationSteps)
    ]
    now = "$toMillis($states.context.State.EnteredTime)"
    first, states = identify(
        label=label,
        following=parts[0].name("Claim"),
        # Its execution settles it afterwards, as any file whose chain does not end.
        failing=incomplete_end(label),
        also={
            "lease": {
                "ends": query(f"$fromMillis({now} + {_milliseconds(lease)})"),
                "ended_before": query(f"$fromMillis({now} - {_milliseconds(LEASE)})"),
            },
            "action": PUBLISH,
        },
    )
    for part in parts:
        states |= part.states()
    states |= notification_path(resources, label=label) | requeueing | failing
    return {"StartAt": first, "States": states}


def _milliseconds(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)
