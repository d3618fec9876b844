"""Writes the calls of SNS to the log of their state machine, as Step Functions does with all that happens.

The emulator writes no event of an execution to a log, and the alerts that were sent are read from there. An event has
the form that Step Functions gives it: ``details`` are those of ``GetExecutionHistory``, numbers are texts. A call that
fails leaves only its beginning. Other events are not written.
"""

import json
import time
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Final

from ministack.core.responses import get_region
from ministack.services import cloudwatch_logs, stepfunctions

from local.executions import running_execution

PUBLISH: Final = "arn:aws:states:::sns:publish"
_CALL: Final = {"resource": "publish", "resourceType": "sns"}
_numbers = count(1)


def install() -> None:
    """Replace the emulator's function. After what changes a call's parameters for the emulator."""
    services = stepfunctions._SERVICE_DISPATCH  # noqa: SLF001
    services[PUBLISH] = _logged(services[PUBLISH])


def _logged(publish: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    def publish_and_log(resource: str, parameters: Any) -> Any:
        log = _Log()
        log.write("TaskScheduled", {"parameters": json.dumps(parameters), "region": get_region()})
        answer = publish(resource, parameters)
        log.write("TaskStarted", {})
        log.write("TaskSucceeded", {"output": json.dumps(answer)})
        return answer

    return publish_and_log


class _Log:
    """The log of the execution that this thread works for; each event names the one before."""

    def __init__(self) -> None:
        self._execution = running_execution()
        self._previous = 0

    def write(self, kind: str, details: Mapping[str, str]) -> None:
        """Write an event, if the execution's state machine logs all and there is its log group."""
        group = _group(self._execution) if self._execution else None
        if self._execution is None or group is None:
            return
        now, number = int(time.time() * 1000), next(_numbers)
        event = {
            "id": str(number),
            "type": kind,
            "details": {**details, **_CALL},
            "previous_event_id": str(self._previous),
            "event_timestamp": str(now),
            "execution_arn": self._execution["executionArn"],
        }
        self._previous = number
        place = {"logGroupName": group, "logStreamName": f"states/{self._execution['name']}"}
        cloudwatch_logs._create_log_stream(place)  # noqa: SLF001 refuses to make it again
        cloudwatch_logs._put_log_events(place | {"logEvents": [{"timestamp": now, "message": json.dumps(event)}]})  # noqa: SLF001


def _group(execution: Mapping[str, Any]) -> str | None:
    machine = stepfunctions._state_machines.get(execution["stateMachineArn"])  # noqa: SLF001
    settings = machine["loggingConfiguration"] if machine else {}
    if settings.get("Level") != "ALL" or not settings["IncludeExecutionData"]:
        return None
    (destination,) = settings["Destinations"]
    group: str | None = cloudwatch_logs._resolve_group_by_arn(destination["CloudWatchLogsLogGroup"]["LogGroupArn"])  # noqa: SLF001
    return group
