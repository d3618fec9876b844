"""The embedded AWS with accidents: events come twice, late and out of order; calls are throttled or lose their answer.

What goes wrong is read from a file beside the emulator's own, which the run writes before each scenario.
"""

import json
import random
import threading
from collections.abc import Mapping
from contextvars import copy_context
from pathlib import Path
from typing import Any, Final

from ministack.services import eventbridge, stepfunctions

from evidence.chaos.scenario import ACCIDENTS
from local import glue_jobs, server

_deliver = eventbridge._invoke_target  # noqa: SLF001
_call = stepfunctions._invoke_resource  # noqa: SLF001
_SLOW_DOWN: Final = (503, b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>")
_THROTTLED: Final = (400, b'{"__type": "ThrottlingException", "message": "Rate exceeded"}')
"""How S3 throttles, and the services that speak JSON."""
_NO_TIME_MINUTES: Final = 0.05
"""The time limit of a run that has next to no time: Spark has hardly started then."""
_FUNCTION: Final = b"Botocore/"
"""How the user agent of the functions' clients begins; that of everybody else's begins with boto3."""


def _plan() -> Mapping[str, float]:
    try:
        plan: Mapping[str, float] = json.loads(Path(ACCIDENTS).read_text())
    except (OSError, ValueError):
        return {}
    return plan


def _happens(share: float) -> bool:
    return random.random() < share  # noqa: S311 no secret


def _deliver_by_accident(*delivery: Any) -> None:
    plan = _plan()
    for _ in range(2 if _happens(plan.get("duplicates", 0)) else 1):
        delay = random.uniform(0, plan.get("delay", 0))  # noqa: S311 no secret
        if delay:
            threading.Timer(delay, copy_context().run, (_deliver, *delivery)).start()
        else:
            _deliver(*delivery)


def _call_by_accident(resource: str, parameters: Any) -> Any:
    plan = _plan()
    if _happens(plan.get("failing", 0)):
        raise stepfunctions._ExecutionError("Chaos.ThrottlingException", "Rate exceeded")  # noqa: SLF001
    if resource.startswith(glue_jobs.TASK) and _happens(plan.get("timed_out", 0)):
        parameters = {**parameters, "Timeout": _NO_TIME_MINUTES}
    answer = _call(resource, parameters)
    if _happens(plan.get("lost", 0)):
        raise stepfunctions._ExecutionError("States.Timeout", "The answer did not come back")  # noqa: SLF001
    return answer


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer as the embedded AWS does, and throttle some of the functions' calls."""
    asked = dict(scope.get("headers", ()))
    if asked.get(b"user-agent", b"").startswith(_FUNCTION) and _happens(_plan().get("throttled", 0)):
        status, body = _THROTTLED if b"x-amz-target" in asked else _SLOW_DOWN
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return
    await server.app(scope, receive, send)


# Retries wait for next to nothing: what they do is at stake, and not how long it takes.
stepfunctions._SFN_WAIT_SCALE = 0.02  # noqa: SLF001
eventbridge._invoke_target = _deliver_by_accident  # noqa: SLF001
stepfunctions._invoke_resource = _call_by_accident  # noqa: SLF001
