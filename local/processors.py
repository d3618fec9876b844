"""Makes a function's call wait until a processor of this machine is free for it.

On AWS each call has its own processor and memory. The emulator starts a process for each call at once: for a burst of
small files hundreds, which would share this machine's processors and memory and exceed their states' time limits. So a
call waits for its turn first, and its time limit begins then.
"""

import os
import threading
from collections.abc import Callable
from typing import Any, Final

from ministack.services import stepfunctions

PLACES: Final = 2 * (os.cpu_count() or 1)
"""Calls at a time. A call spends half of its time waiting for the emulator."""

_turns = threading.BoundedSemaphore(PLACES)


def install() -> None:
    """Limit the calls at a time of those that have a time limit, which are the calls of functions."""
    stepfunctions._invoke_resource_with_timeout = _in_turn(  # noqa: SLF001
        stepfunctions._invoke_resource_with_timeout  # noqa: SLF001
    )


def _in_turn(call: Callable[..., Any]) -> Callable[..., Any]:
    def wait_and_call(*arguments: Any) -> Any:
        with _turns:
            return call(*arguments)

    return wait_and_call
