"""What happens to a file that could not be processed: it is kept, recorded and alerted, each even if another fails."""

from collections.abc import Mapping
from typing import Any, Final

from etl.workflow import audit, messages
from etl.workflow.alerting import alert_path
from etl.workflow.asl import ERROR_KEY, ERROR_PATH, Resources, States, catch, compute, follow, query, service, task
from etl.workflow.identity import NO_PARTNER
from etl.workflow.steps import RETIRE
from pipeline.constants import FailedStep, FileStatus

INCOMPLETE: Final = "Pipeline.FailureHandlingIncomplete"
"""The execution ends with this error when a failure could not be kept, recorded or alerted: an alarm follows."""

INCOMPLETE_KEY: Final = "incomplete"
INCOMPLETE_PATH: Final = f"$.{INCOMPLETE_KEY}"
"""Where a file's chain keeps the error of a step that could not be done, and continues."""


_STEP_REACHED: Final = f"""
    $exists($states.input.transformation) or $states.input.action = '{RETIRE}' ? '{FailedStep.PUBLISH}'
    : $states.input.inspected.validation.verdict = 'REJECTED' ? '{FailedStep.RECORD}'
    : $exists($states.input.inspected) ? '{FailedStep.TRANSFORM}'
    : $states.input.file.attempt.number = '0' ? '{FailedStep.CLAIM}' : '{FailedStep.VALIDATE}'
"""
"""JSONata for the step in which a file failed: each leaves something in the state's input for the next."""

_REQUEST_ID: Final = r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

OPEN: Final = "open"
"""Is in the result of a file's chain if something could not be done for it."""


def incomplete_end(label: str) -> str:
    """Name the state in which a file's chain ends whose failure is not handled."""
    return f"Failure not handled ({label})"


def failure_path(resources: Resources, *, label: str) -> tuple[str, States]:
    """Build the path of a failed file.

    Input: ``$.file`` (identified), ``$.error`` with ``Error`` and ``Cause``, and ``$.failure``. The file's event goes
    to the dead-letter queue in the batching queue's own shape, so that moving it back is the replay. The cause may
    quote a file's content, so only the error's name and the id of the function's request leave the state machine.

    Parameters
    ----------
    label
        Makes the states' names unique, since the path stands in more than one place.

    Returns
    -------
    tuple
        The name of the first state, and the states.
    """
    keep, record, handled = (
        f"{name} ({label})" for name in ("Send to dead-letter queue", "Record failure", "All failure steps done?")
    )
    alert, alerting = alert_path(
        resources,
        kind="failure",
        label=label,
        status=FileStatus.FAILED,
        message=messages.failed(resources),
        following=handled,
        key=INCOMPLETE_KEY,
    )
    states: States = {
        **_keep(
            resources,
            keep,
            lost=f"Sending to dead-letter queue failed ({label})",
            event="$.file.event",
            about={
                "attempt": {"DataType": "Number", "StringValue.$": "$.file.attempt.number"},
                "file_id": {"DataType": "String", "StringValue.$": "$.file.file_id"},
            },
            following=record,
        ),
        record: task(
            audit.UPDATE,
            audit.fail(resources, detail=audit.text(f"{ERROR_PATH}.Error")),
            unless=[audit.CONDITION_FAILED],
            following=alert,
            catches=[
                # Another run holds the file by now and answers for it. The message kept is harmless: claims exclude.
                catch(handled, audit.CONDITION_FAILED, result_path="$.claim_lost"),
                catch(alert, result_path=INCOMPLETE_PATH),
            ],
        ),
        **alerting,
        **end_path(handled, complete=f"Failure handled ({label})", incomplete=incomplete_end(label)),
    }
    return keep, states


def describe_failure(*, label: str, following: str) -> tuple[str, States]:
    """Build the state that finds out in which step a file failed, and by which request of a function.

    It changes ``$.failure``, which is empty while neither is known. Lambda's cause has the request's id in a field of
    its own, or before the words by which it says that the time was over.

    Returns
    -------
    tuple
        The name of the first state, and the states.
    """
    first = f"Describe the failure ({label})"
    output = query(f"""(
        $cause := $exists($states.input.{ERROR_KEY}.Cause) ? $states.input.{ERROR_KEY}.Cause : '';
        $named := $match($cause, /"requestId":\\s*"{_REQUEST_ID}"/).groups[0];
        $out_of_time := $match($cause, /{_REQUEST_ID} Task timed out/).groups[0];
        $merge([$states.input, {{'failure': {{
            'step': {_STEP_REACHED.strip()},
            'request_id': $exists($named) ? $named : $exists($out_of_time) ? $out_of_time : ''
        }}}}])
    )""")
    return first, {
        first: compute(f"Find step and request ({label})", output, following=following, failing=following),
    }


def unidentified_path(resources: Resources, *, label: str) -> tuple[str, States]:
    """Build the path of a file that cannot be identified: it is kept and alerted without an id.

    Nobody knows what its row says, if it has one, so its execution fails in any case. It ends where ``failure_path`` of
    the same label does. Input: what ``identify`` takes, and ``$.error``.

    Returns
    -------
    tuple
        The name of the first state, and the states.
    """
    nameless, keep = f"Mark as unidentified ({label})", f"Send unidentified file to dead-letter queue ({label})"
    alert, alerting = alert_path(
        resources,
        kind="unidentified file",
        label=label,
        status=FileStatus.FAILED,
        message=messages.unidentified(resources),
        following=incomplete_end(label),
        key=INCOMPLETE_KEY,
    )
    states: States = {
        # Alerts are counted by partner.
        nameless: {"Type": "Pass", "Result": {"partner": NO_PARTNER}, "ResultPath": "$.file", **follow(keep)},
        **_keep(
            resources,
            keep,
            lost=f"Sending unidentified file failed ({label})",
            event="$.event",
            about={"attempt": {"DataType": "Number", "StringValue": "0"}},
            following=alert,
        ),
        **alerting,
    }
    return nameless, states


def _keep(
    resources: Resources, keep: str, *, lost: str, event: str, about: Mapping[str, Any], following: str
) -> States:
    return {
        keep: task(
            service("sqs:sendMessage"),
            {
                "QueueUrl": resources.dead_letter_queue_url,
                "MessageBody.$": f"States.JsonToString({event})",
                "MessageAttributes": {
                    "reason": {"DataType": "String", "StringValue.$": f"{ERROR_PATH}.Error"},
                    **about,
                },
            },
            result_path="$.kept",
            result_selector={"where": "the dead-letter queue"},
            following=following,
            catches=[catch(lost, result_path=INCOMPLETE_PATH)],
        ),
        lost: {
            "Type": "Pass",
            "Result": {"where": messages.NOT_KEPT},
            "ResultPath": "$.kept",
            **follow(following),
        },
    }


def end_path(asked: str, *, complete: str, incomplete: str) -> States:
    """End a file's chain with its number, or without one if something could not be done for it.

    It does not end with a failure, which would end a map before its other files are handled. A file without a number
    is settled when the map is done. Errors stay behind: a hundred of them outgrow what a map may answer.
    """
    return {
        asked: {
            "Type": "Choice",
            "Choices": [{"Variable": INCOMPLETE_PATH, "IsPresent": True, "Next": incomplete}],
            "Default": complete,
        },
        incomplete: {"Type": "Pass", "Result": {OPEN: True}, "End": True},
        complete: {"Type": "Succeed", "OutputPath": "$.number"},
    }
