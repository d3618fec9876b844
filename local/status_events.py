"""Keeps an execution's payload out of its status event where the state machine has a customer-managed key.

AWS does not include input, output, error and cause then (Step Functions developer guide, "Data at rest encryption");
the emulator includes them whatever the key.
"""

from typing import Any, Final

from ministack.services import stepfunctions

_TOO_LONG: Final = "x" * (stepfunctions._STATUS_EVENT_PAYLOAD_CAP + 1)  # noqa: SLF001
"""The emulator leaves out what exceeds the limit of an event, and says so."""

_emit = stepfunctions._emit_execution_status_event  # noqa: SLF001


def install() -> None:
    """Replace the emulator's function."""
    stepfunctions._emit_execution_status_event = _emit_without_payload  # noqa: SLF001


def _emit_without_payload(execution: dict[str, Any]) -> None:
    if execution["encryptionConfiguration"].get("kmsKeyId"):
        execution = execution | {"input": _TOO_LONG, "output": _TOO_LONG, "error": None, "cause": None}
    _emit(execution)
