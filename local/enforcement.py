"""Applies ``local/authorization.py`` to the calls between the emulator's services.

- A state machine's task, and the children of its Distributed Map, need the state machine's role.
- A rule's delivery needs the target's role, or the target's policy. A denied event goes unchanged to the target's
  dead-letter queue, with the attributes that EventBridge adds.
- The poller of an event source mapping needs its function's role, to receive messages and to delete them.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from ministack.core import iam_evaluator
from ministack.core.arn import parse_arn
from ministack.services import eventbridge, lambda_svc, sqs, stepfunctions

from local.authorization import Call, denied_error, role_denial, target_denial, task_calls

MISSING_PERMISSIONS: Final = "NO_PERMISSIONS"
"""EventBridge's ``ERROR_CODE`` of a delivery that is denied, which it does not retry."""

_NO_MAP_RUN: Final = "States.Permissions"

_role: ContextVar[str | None] = ContextVar("state_machine_role", default=None)
_run = stepfunctions._run_execution  # noqa: SLF001
_task = stepfunctions._invoke_resource  # noqa: SLF001
_distributed_map = stepfunctions._run_distributed_map  # noqa: SLF001
_deliver = eventbridge._invoke_target  # noqa: SLF001
_receive = sqs._receive_messages_for_esm  # noqa: SLF001
_delete = sqs._delete_messages_for_esm  # noqa: SLF001


def install() -> None:
    """Replace the emulator's functions."""
    stepfunctions._run_execution = _run_under_its_role  # noqa: SLF001
    stepfunctions._invoke_resource = _task_under_role  # noqa: SLF001
    stepfunctions._run_distributed_map = _distributed_map_under_role  # noqa: SLF001
    eventbridge._invoke_target = _deliver_where_allowed  # noqa: SLF001
    sqs._receive_messages_for_esm = _receive_under_role  # noqa: SLF001
    sqs._delete_messages_for_esm = _delete_under_role  # noqa: SLF001


def _run_under_its_role(execution_arn: str) -> None:
    # In a context of its own, which the threads of Parallel and Map states copy.
    execution = stepfunctions._executions.get(execution_arn)  # noqa: SLF001
    machine = stepfunctions._state_machines.get(execution["stateMachineArn"]) if execution else None  # noqa: SLF001
    _role.set(machine["roleArn"] if machine else None)
    _run(execution_arn)


def _task_under_role(resource: str, parameters: Any) -> Any:
    for call in task_calls(resource, parameters) if _role.get() else ():
        _require(call, denied_error(resource))
    return _task(resource, parameters)


def _distributed_map_under_role(*arguments: Any) -> Any:
    *_, execution, _context = arguments
    _require(Call(action="states:StartExecution", resource=execution["stateMachineArn"]), _NO_MAP_RUN)
    return _distributed_map(*arguments)


def is_allowed(action: str, resource: str) -> bool:
    """Whether the state machine that this thread works for may do this; also where no state machine is known."""
    return _refusal(Call(action=action, resource=resource)) is None


def _refusal(call: Call) -> str | None:
    role = _role.get()
    return role_denial(role, call) if role else None


def _require(call: Call, error: str) -> None:
    message = _refusal(call)
    if message:
        raise stepfunctions._ExecutionError(error, message)  # noqa: SLF001


def _deliver_where_allowed(target: Any, event: Any, rule: Any, view: Any = None) -> None:
    rule_arn = eventbridge._rule_arn(rule["Name"], rule.get("EventBusName", "default"))  # noqa: SLF001
    with _over_tls():
        message = target_denial(target, rule_arn)
        if message is None:
            _deliver(target, event, rule, view)
            return
        queue = target.get("DeadLetterConfig", {}).get("Arn")
        if queue and target_denial({"Arn": queue}, rule_arn) is None:
            _keep_undelivered(queue, target, event, rule_arn, message)


def _keep_undelivered(queue: str, target: Any, event: Any, rule_arn: str, message: str) -> None:
    body = json.dumps(eventbridge._pattern_event_view(event).event_with_detail())  # noqa: SLF001
    eventbridge._dispatch_to_sqs(parse_arn(queue), body)  # noqa: SLF001
    attributes = {
        "RULE_ARN": rule_arn,
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": MISSING_PERMISSIONS,
        "ERROR_MESSAGE": message,
    }
    sent = sqs._queue_by_arn(queue)["messages"][-1]  # noqa: SLF001
    sent["message_attributes"] = {
        name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
    }


@contextmanager
def _over_tls() -> Iterator[None]:
    """Services call each other over TLS, also from a thread that no request has started."""
    before = iam_evaluator._request_origin.set(("127.0.0.1", True))  # noqa: SLF001
    try:
        yield
    finally:
        iam_evaluator._request_origin.reset(before)  # noqa: SLF001


def _receive_under_role(queue_url: str, count: int) -> list[dict[str, Any]]:
    needed = ("sqs:ReceiveMessage", "sqs:GetQueueAttributes")
    received: list[dict[str, Any]] = _receive(queue_url, count) if _poller_may(queue_url, *needed) else []
    return received


def _delete_under_role(queue_url: str, receipt_handles: set[str]) -> None:
    if _poller_may(queue_url, "sqs:DeleteMessage"):
        _delete(queue_url, receipt_handles)


def _poller_may(queue_url: str, *actions: str) -> bool:
    queue = sqs._queues[queue_url]["attributes"]["QueueArn"]  # noqa: SLF001
    return all(
        role_denial(role, Call(action=action, resource=queue)) is None
        for role in _poller_roles(queue)
        for action in actions
    )


def _poller_roles(queue: str) -> Iterator[str]:
    for _account, _region, mapping in lambda_svc._iter_all_esms():  # noqa: SLF001
        if mapping.get("EventSourceArn") == queue:
            function, _ = lambda_svc._get_func_record_for_qualifier(  # noqa: SLF001
                mapping["FunctionName"], mapping.get("Qualifier")
            )
            if function:
                yield function["config"]["Role"]
