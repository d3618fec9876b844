"""Queues a file again whose calls were throttled to the end: that a burst is large is no failure of the file."""

from typing import Final

from etl.workflow import audit
from etl.workflow.asl import ERROR_PATH, Resources, States, catch, catch_with, jsonata_task, query, service, task
from etl.workflow.failure import INCOMPLETE_PATH
from pipeline.constants import THROTTLED_ERROR

THROTTLING: Final = (
    THROTTLED_ERROR,
    "Lambda.TooManyRequestsException",
    "Glue.ConcurrentRunsExceededException",
    "Glue.ResourceNumberLimitExceededException",
    "*ThrottlingException",
    "*ProvisionedThroughputExceededException",
    "*RequestLimitExceeded",
)
"""Errors by which AWS says that it is asked too much for the moment, in the names that Step Functions gives them."""

MAX_ATTEMPTS: Final = 300
"""Of one file. With some four minutes between them, they last for most of a day; then it fails like any other."""

FIRST_DELAY_SECONDS: Final = 60
LONGEST_DELAY_SECONDS: Final = 300
"""Longer delays leave calls unused at the end of a burst (``evidence.cost.bursts``). SQS knows 900 at most."""

_NOT_QUEUED: Final = "not_queued"


def requeue_path(resources: Resources, *, label: str, otherwise: str) -> tuple[str, States]:
    """Build the path of a file that fails: throttled ones are queued again, and all others go on with ``otherwise``.

    Input: as that of ``failure_path``. The message first, the row second: where the row is not written, the message
    finds the claim, and waits for its lease to end.

    Returns
    -------
    tuple
        The name of the first state, and the states.
    """
    throttled, again, release = (f"{step} ({label})" for step in ("Throttled?", "Queue again", "Release the claim"))
    number = "$number($states.input.file.attempt.number)"
    longest = f"$min([{LONGEST_DELAY_SECONDS}, {FIRST_DELAY_SECONDS} * $power(2, $min([{number}, 10])) / 2])"
    states: States = {
        throttled: {
            "Type": "Choice",
            "Choices": [
                {
                    "And": [
                        {"Or": [{"Variable": f"{ERROR_PATH}.Error", "StringMatches": name} for name in THROTTLING]},
                        {"Not": {"Variable": "$.file.attempt.number", "StringEquals": str(MAX_ATTEMPTS)}},
                        # An outcome may have been recorded and not notified: the execution must fail.
                        {"Not": {"Variable": INCOMPLETE_PATH, "IsPresent": True}},
                    ],
                    "Next": again,
                }
            ],
            "Default": otherwise,
        },
        again: jsonata_task(
            service("sqs:sendMessage"),
            {
                "QueueUrl": resources.batching_queue_url,
                "MessageBody": query("$string($states.input.file.event)"),
                # Half of it is drawn by lot, so that a burst does not come back at once.
                "DelaySeconds": query(f"$round({longest} * (1 + $random()) / 2)"),
            },
            output="$states.input",
            following=release,
            catches=[catch_with(otherwise, _NOT_QUEUED)],
        ),
        release: task(
            audit.UPDATE,
            audit.release(resources, detail=audit.text(f"{ERROR_PATH}.Error")),
            unless=[audit.CONDITION_FAILED],
            following=f"Done ({label})",
            catches=[catch(f"Done ({label})", result_path="$.not_released")],
        ),
    }
    return throttled, states
