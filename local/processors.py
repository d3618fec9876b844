"""Lets a function's call wait until a processor of this machine is free for it.

On AWS each call has a processor and memory of its own. The emulator starts a process for each at once: a burst of small
files would take hundreds, which share this machine's processors and memory, and outlast the time that their states
give them. So a call waits for its turn first, and its time begins when it has it.
"""

import os
import threading
from collections.abc import Callable
from typing import Any, Final

from ministack.services import stepfunctions

PLACES: Final = 2 * (os.cpu_count() or 1)
"""Calls at once. A call waits for the emulator half of its time."""

_turns = threading.BoundedSemaphore(PLACES)


def install() -> None:
    """Let the calls that have a time limit, which are those of functions, take turns."""
    stepfunctions._invoke_resource_with_timeout = _in_turn(  # noqa: SLF001
        stepfunctions._invoke_resource_with_timeout  # noqa: SLF001
    )


def _in_turn(call: Callable[..., Any]) -> Callable[..., Any]:
    def wait_and_call(*arguments: Any) -> Any:
        with _turns:
            return call(*arguments)

    return wait_and_call
