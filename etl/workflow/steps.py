"""What the states of a file's chain have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from etl.workflow import audit
from etl.workflow.asl import (
    ANY_ERROR,
    ERROR_KEY,
    ERROR_PATH,
    Resources,
    State,
    States,
    catch,
    catch_with,
    jsonata_task,
    query,
    service,
    task,
)
from pipeline.constants import FileStatus

TRANSACTION_CANCELED: Final = "DynamoDb.TransactionCanceledException"

OUT_OF_TIME: Final = ("States.Timeout", "Sandbox.Timedout", "Lambda.Unknown")
"""Errors of a call whose time was not enough.

Older runtimes of Lambda report this as ``Lambda.Unknown``, and that memory was not enough, too (Step Functions
developer guide, "Handle Lambda service exceptions").
"""

OUTGROWN: Final = (*OUT_OF_TIME, "Runtime.ExitError", "Runtime.OutOfMemory", "MemoryError", "OutOfMemoryException")
"""Errors of a call whose time or memory was not enough: those of Step Functions and Lambda, Python's, and DuckDB's."""

PUBLISH: Final = "publish"
RETIRE: Final = "retire"
WITHDRAW: Final = "withdraw"
"""What the publish function is asked for: see its handler."""

VALIDATION: Final = "$.inspected.validation"

DELIVERY_ENTRY: Final = "$.inspected.delivery.entry"
DELIVERY_ORDER: Final = "$.inspected.delivery.order"
"""Which files take each other's place, and the file's place among them: known once the file is valid."""

COUNTS: Final = {
    "read": "rows_read",
    "accepted": "rows_accepted",
    "rejected": "rows_rejected",
    "dropped": "rows_dropped",
    "skipped": "lines_skipped",
    "joined": "lines_joined",
}
"""What validate counts, and the audit row's attribute of each."""


class Steps(ABC):
    """Makes states of one route: ``label`` makes their names unique, ``timeout`` (seconds) limits each function's call.

    ``failure`` is the state to which errors lead. Where a function that reads the file has not enough time or memory
    for it, the error (``OUTGROWN``) leads to ``outgrown``, if that is given; ``unrepeated`` are the errors of such a
    function that are not retried.
    """

    def __init__(
        self,
        resources: Resources,
        *,
        label: str,
        timeout: int,
        failure: str,
        outgrown: str | None = None,
        unrepeated: Sequence[str] = (),
    ) -> None:
        self._resources = resources
        self._label = label
        self._timeout = timeout
        self._failure = failure
        self._outgrown = outgrown
        self._unrepeated = unrepeated

    @abstractmethod
    def states(self) -> States:
        """Make the states, in the order a file meets them."""

    def name(self, step: str) -> str:
        """Name a step's state."""
        return f"{step} ({self._label})"

    def _named(self, steps: Mapping[str, State]) -> States:
        return {self.name(step): state for step, state in steps.items()}

    def _withdraw(self, *, following: str) -> State:
        """Take the file's own rows away from the readers."""
        return self._call_publish({"action": WITHDRAW}, following=self.name(following))

    def _call_publish(self, arguments: Mapping[str, str], *, following: str, caught: State | None = None) -> State:
        """Call the publish function for the file, with the time at which this state gives the call up.

        Each attempt has a deadline of its own: its arguments are evaluated anew.
        """
        return jsonata_task(
            self._resources.publish_function,
            {
                **arguments,
                "file": query("$states.input.file"),
                "deadline": query(f"$fromMillis($millis() + {self._timeout * 1000})"),
            },
            output="$states.input",
            following=following,
            catches=[caught or catch_with(self._failure, ERROR_KEY)],
            timeout_seconds=self._timeout,
        )

    def _read(
        self,
        table: str,
        key: dict[str, Any],
        *,
        result_path: str,
        following: str,
        result_selector: dict[str, Any] | None = None,
    ) -> State:
        """Read an item of a table as it is now."""
        return self._task(
            service("dynamodb:getItem"),
            item(table, key),
            result_path=result_path,
            result_selector=result_selector,
            following=following,
        )

    def _finish(
        self,
        status: FileStatus,
        *,
        detail: dict[str, str],
        facts: dict[str, dict[str, str]],
        following: str,
        caught: Mapping[str, str] = MappingProxyType({}),
    ) -> State:
        return self._task(
            audit.UPDATE,
            audit.finish(self._resources, status, detail=detail, facts=facts),
            following=following,
            unless={audit.CONDITION_FAILED: "Done"},
            caught=caught,
        )

    def _task(
        self,
        resource: str,
        parameters: dict[str, Any],
        *,
        following: str,
        unless: Mapping[str, str] = MappingProxyType({}),
        caught: Mapping[str, str] = MappingProxyType({}),
        result_path: str | None = None,
        result_selector: dict[str, Any] | None = None,
        timeout_seconds: int | None = None,
    ) -> State:
        """Make a task of the chain: errors ``unless`` are answers and not retried, others end in the failure path."""
        answers = {**unless, **caught}
        catches = [
            catch(self.name(step), error, result_path=ERROR_PATH if error == ANY_ERROR else "$.answer")
            for error, step in answers.items()
        ]
        if ANY_ERROR not in answers:
            catches.append(catch(self._failure))
        return task(
            resource,
            parameters,
            following=self.name(following),
            catches=catches,
            unless=list(unless),
            result_path=result_path,
            result_selector=result_selector,
            timeout_seconds=timeout_seconds,
        )

    @staticmethod
    def _figures() -> dict[str, dict[str, str]]:
        """List what the audit row keeps of a validation: what was counted and found, and the report."""
        counts = {attribute: audit.number(f"{VALIDATION}.counts.{count}") for count, attribute in COUNTS.items()}
        return {
            "sha256": audit.text(f"{VALIDATION}.sha256"),
            "layout": audit.text(f"{VALIDATION}.layout"),
            "totals": {"S.$": f"States.JsonToString({VALIDATION}.totals)"},
            "errors": {"S.$": f"States.JsonToString({VALIDATION}.errors)"},
            "warnings": {"S.$": f"States.JsonToString({VALIDATION}.warnings)"},
            "report": audit.text(f"{VALIDATION}.report"),
            "first_booking_date": audit.text(f"{VALIDATION}.first_booking_date"),
            "last_booking_date": audit.text(f"{VALIDATION}.last_booking_date"),
            **counts,
        }


DELIVERY_PREFIX: Final = "delivery#"
"""The registry's entries of declared deliveries begin so; partner and a hash of the delivery's facts follow."""


def key_entry(object_key: str) -> str:
    """Return JSONata for the registry's entry of a key, which ``object_key`` (JSONata) is."""
    return f"'key#' & {object_key}"


def item(table: str, key: dict[str, Any]) -> dict[str, Any]:
    """Ask for an item of a table as it is now."""
    return {"TableName": table, "Key": key, "ConsistentRead": True}
