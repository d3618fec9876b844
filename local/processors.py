"""Makes a function's call wait until a processor of this machine is free for it.

On AWS each call has its own processor and memory. The emulator starts a process for each call at once: for a burst of
small files hundreds, which would share this machine's processors and memory and exceed their states' time limits. So a
call waits for its turn first, and its time limit begins then, also that which it is told as its deadline.
"""

import os
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

from ministack.services import stepfunctions

PLACES: Final = 2 * (os.cpu_count() or 1)
"""Calls at a time. A call spends half of its time waiting for the emulator."""

_DEADLINE: Final = "deadline"
"""The parameter by which the publish function knows when it is given up."""

_turns = threading.BoundedSemaphore(PLACES)


def install() -> None:
    """Limit the calls at a time of those that have a time limit, which are the calls of functions."""
    stepfunctions._invoke_resource_with_timeout = _in_turn(  # noqa: SLF001
        stepfunctions._invoke_resource_with_timeout  # noqa: SLF001
    )


def _in_turn(call: Callable[..., Any]) -> Callable[..., Any]:
    def wait_and_call(resource: str, parameters: Any, timeout: float) -> Any:
        asked_at = monotonic()
        with _turns:
            waited = timedelta(seconds=monotonic() - asked_at)
            return call(resource, _moved(parameters, by=waited), timeout)

    return wait_and_call


def _moved(parameters: Any, *, by: timedelta) -> Any:
    """Move the deadline in a call's parameters, if there is one, by the time that the call has waited."""
    if not (isinstance(parameters, Mapping) and _DEADLINE in parameters):
        return parameters
    return {**parameters, _DEADLINE: (datetime.fromisoformat(parameters[_DEADLINE]) + by).isoformat()}
