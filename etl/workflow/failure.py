"""What happens to a file that could not be processed: it is kept, recorded and alerted, each even if another fails."""

from typing import Final

from etl.statuses import FileStatus
from etl.workflow import audit, messages
from etl.workflow.alerting import alert_path
from etl.workflow.asl import ERROR_PATH, Resources, States, catch, follow, service, task

INCOMPLETE: Final = "Pipeline.FailureHandlingIncomplete"
"""The execution ends with this error when a failure could not be kept, recorded or alerted: an alarm follows."""

INCOMPLETE_KEY: Final = "incomplete"
INCOMPLETE_PATH: Final = f"$.{INCOMPLETE_KEY}"
"""Where a file's way keeps the error of what could not be done for it, and goes on all the same."""


def failure_path(resources: Resources, *, label: str) -> tuple[str, States]:
    """Build the path of a failed file.

    Input: ``$.file`` (identified), ``$.error`` with ``Error`` and ``Cause``. The file's event goes to the dead-letter
    queue in the batching queue's own shape, so that moving it back is the replay. The cause may quote a file's
    content, so only the error's name leaves the state machine.

    Parameters
    ----------
    label
        Makes the states' names unique, since the path stands in more than one place.

    Returns
    -------
    tuple
        The name of the first state, and the states.
    """
    keep, lost, record, handled, end, incomplete = (
        f"{step} ({label})"
        for step in (
            "Keep for replay",
            "Could not keep",
            "Record failure",
            "Is the failure handled?",
            "Failure handled",
            "Failure not handled",
        )
    )
    alert, alerting = alert_path(
        resources,
        kind="failure",
        label=label,
        status=FileStatus.FAILED,
        message=messages.failed(resources),
        following=handled,
        otherwise=handled,
        key=INCOMPLETE_KEY,
    )
    states: States = {
        keep: task(
            service("sqs:sendMessage"),
            {
                "QueueUrl": resources.dead_letter_queue_url,
                "MessageBody.$": "States.JsonToString($.file.event)",
                "MessageAttributes": {
                    "reason": {"DataType": "String", "StringValue.$": f"{ERROR_PATH}.Error"},
                    "attempt": {"DataType": "Number", "StringValue.$": "$.file.attempt.number"},
                    "file_id": {"DataType": "String", "StringValue.$": "$.file.file_id"},
                },
            },
            result_path="$.kept",
            result_selector={"where": "the dead-letter queue"},
            following=record,
            catches=[catch(lost, result_path=INCOMPLETE_PATH)],
        ),
        lost: {
            "Type": "Pass",
            "Result": {"where": "NOWHERE but the raw bucket (the dead-letter queue refused it): etl replay --lost"},
            "ResultPath": "$.kept",
            **follow(record),
        },
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
        **end_path(handled, complete=end, incomplete=incomplete),
    }
    return keep, states


def end_path(asked: str, *, complete: str, incomplete: str) -> States:
    """End a file's way with its id, or without one where something could not be done for it.

    It does not end with a failure, which would end a map before its other files are handled. That an id is missing
    fails the execution when the maps are done. Errors stay behind: a hundred of them outgrow what a map may answer.
    """
    return {
        asked: {
            "Type": "Choice",
            "Choices": [{"Variable": INCOMPLETE_PATH, "IsPresent": True, "Next": incomplete}],
            "Default": complete,
        },
        incomplete: {"Type": "Succeed", "OutputPath": None},
        complete: {"Type": "Succeed", "OutputPath": "$.file.file_id"},
    }
