"""Which execution of a state machine a thread of the emulator works for, and that a stopped one makes no more calls.

The emulator's maps and parallel branches continue to their end when their execution is stopped; on AWS they end.
"""

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, Final

from ministack.services import stepfunctions

_STOPPED: Final = "ABORTED"

_execution: ContextVar[dict[str, Any] | None] = ContextVar("execution", default=None)


class StoppedExecution(BaseException):
    """Ends the threads of a stopped execution."""


def install() -> None:
    """Replace the emulator's functions. Last of all: what others add to a call is not done for a stopped execution."""
    stepfunctions._run_execution = _until_stopped(stepfunctions._run_execution)  # noqa: SLF001
    stepfunctions._invoke_resource = _unless_stopped(stepfunctions._invoke_resource)  # noqa: SLF001


def running_execution() -> dict[str, Any] | None:
    """Return the execution that this thread works for; None if it works for none."""
    return _execution.get()


def end_if_stopped() -> None:
    """Raise StoppedExecution if this thread works for an execution that was stopped."""
    execution = _execution.get()
    if execution is not None and execution["status"] == _STOPPED:
        raise StoppedExecution


def _until_stopped(run: Callable[[str], None]) -> Callable[[str], None]:
    def run_until_stopped(execution_arn: str) -> None:
        # In a context of its own, which the threads of Parallel and Map states copy.
        _execution.set(stepfunctions._executions.get(execution_arn))  # noqa: SLF001
        with suppress(StoppedExecution):
            run(execution_arn)

    return run_until_stopped


def _unless_stopped(call: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    def call_unless_stopped(resource: str, parameters: Any) -> Any:
        end_if_stopped()
        return call(resource, parameters)

    return call_unless_stopped
