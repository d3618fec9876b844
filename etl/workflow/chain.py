"""The states that one file goes through, from its claim to its published rows. All routes run them."""

from datetime import timedelta
from typing import Any, Final

from etl.workflow.asl import Resources, States, query
from etl.workflow.failure import describe_failure, failure_path, incomplete_end
from etl.workflow.identity import identify
from etl.workflow.inspection import InspectionSteps
from etl.workflow.large_files import (
    LARGE_FILES,
    LargeFileSteps,
    LargeInspectionSteps,
    LargeTransformationSteps,
    name_job_error,
)
from etl.workflow.notification import notification_path
from etl.workflow.publication import PublicationSteps
from etl.workflow.requeueing import requeue_path
from etl.workflow.steps import OUT_OF_TIME, PUBLISH
from etl.workflow.transformation import TransformationSteps
from pipeline.constants import LARGE_LEASE, LEASE

LARGE_FUNCTION_SECONDS: Final = 300
"""What collecting an answer, and publishing, may take of a large file."""


def file_chain(
    resources: Resources,
    *,
    label: str,
    function_timeout_seconds: int,
    large_threshold_bytes: int,
    repeat_timeouts: bool,
) -> dict[str, Any]:
    """Build the chain of one file that functions process; a large file's ends with the start of a large run.

    Input: what ``identify`` takes. The chain ends with the file's ``$.number``, unless something could not be done.

    Parameters
    ----------
    label
        The route's name, which makes the states' names unique.
    function_timeout_seconds
        How long one call of a function may take on this route.
    large_threshold_bytes
        A larger file is a large file.
    repeat_timeouts
        Whether a call is repeated whose time was not enough, before the file is handed over.

    Returns
    -------
    dict
        ``StartAt`` and ``States``, for a Map's item processor.
    """
    failure, failing = _failure(resources, label)
    routing = LargeFileSteps(
        resources,
        label=label,
        timeout=function_timeout_seconds,
        failure=failure,
        threshold_bytes=large_threshold_bytes,
    )
    parts = [
        kind(
            resources,
            label=label,
            timeout=function_timeout_seconds,
            failure=failure,
            outgrown=routing.name("Hand over to a large run"),
            unrepeated=() if repeat_timeouts else OUT_OF_TIME,
        )
        for kind in (InspectionSteps, TransformationSteps, PublicationSteps)
    ]
    first, states = _identify(label, following=routing.name("Large file?"), lease=LEASE)
    for part in (routing, *parts):
        states |= part.states()
    return {"StartAt": first, "States": states | notification_path(resources, label=label) | failing}


def large_file_chain(resources: Resources) -> dict[str, Any]:
    """Build the chain of one file that a job processes. It differs in the steps that read the file."""
    label = LARGE_FILES
    failure, failing = _failure(resources, label)
    job_failure, naming = name_job_error(label=label, following=failure)
    parts = [
        LargeInspectionSteps(resources, label=label, timeout=LARGE_FUNCTION_SECONDS, failure=job_failure),
        LargeTransformationSteps(resources, label=label, timeout=LARGE_FUNCTION_SECONDS, failure=job_failure),
        PublicationSteps(resources, label=label, timeout=LARGE_FUNCTION_SECONDS, failure=failure),
    ]
    first, states = _identify(label, following=parts[0].name("Claim"), lease=LARGE_LEASE)
    for part in parts:
        states |= part.states()
    return {"StartAt": first, "States": states | notification_path(resources, label=label) | naming | failing}


def _failure(resources: Resources, label: str) -> tuple[str, States]:
    failed, failing = failure_path(resources, label=label)
    described, describing = describe_failure(label=label, following=failed)
    failure, requeueing = requeue_path(resources, label=label, otherwise=described)
    return failure, requeueing | describing | failing


def _identify(label: str, *, following: str, lease: timedelta) -> tuple[str, States]:
    """Identify the file, and say until when its claim will hold: longer than its execution may take."""
    now = "$toMillis($states.context.State.EnteredTime)"
    return identify(
        label=label,
        following=following,
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


def _milliseconds(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)
