"""Amazon States Language, as far as this machine speaks it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

State = dict[str, Any]
States = dict[str, State]

ANY_ERROR: Final = "States.ALL"
EVALUATION_ERROR: Final = "States.QueryEvaluationError"
"""A JSONata expression has failed, or took longer than Step Functions lets one take."""

MAX_ATTEMPTS: Final = 3
"""Requirement W3: retries with exponential backoff, three at most."""

ERROR_KEY: Final = "error"
ERROR_PATH: Final = f"$.{ERROR_KEY}"
"""Where a catch leaves ``Error`` and ``Cause``."""


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What the definition refers to: names and ARNs of the deployed resources."""

    suffix: str
    event_source: str
    audit_table: str
    registry_table: str
    validate_function: str
    transform_function: str
    publish_function: str
    alert_topic: str
    batching_queue_url: str
    dead_letter_queue_url: str
    large_files_machine: str
    large_files_job: str


def retry(*, unless: Sequence[str] = (), only: tuple[str, ...] = (ANY_ERROR,)) -> list[dict[str, Any]]:
    """Retry every error (``only`` these, if they are named) three times at 2, 4 and 8 seconds (full jitter).

    Errors ``unless`` are those that no retry can mend.
    """
    never = [{"ErrorEquals": list(unless), "MaxAttempts": 0}] if unless else []
    always = {
        "ErrorEquals": list(only),
        "IntervalSeconds": 2,
        "MaxAttempts": MAX_ATTEMPTS,
        "BackoffRate": 2,
        "JitterStrategy": "FULL",
    }
    return [*never, always]


def catch(target: str, *errors: str, result_path: str = ERROR_PATH) -> dict[str, Any]:
    """Go to ``target`` on any of the errors (on every error where none is named)."""
    return {"ErrorEquals": list(errors) or [ANY_ERROR], "ResultPath": result_path, "Next": target}


def task(
    resource: str,
    parameters: Mapping[str, Any],
    *,
    following: str | None,
    catches: Iterable[Mapping[str, Any]] = (),
    unless: Sequence[str] = (),
    result_path: str | None = None,
    result_selector: Mapping[str, Any] | None = None,
    timeout_seconds: int | None = None,
) -> State:
    """Call a service. The result is dropped unless ``result_path`` keeps it; without ``following`` it is the last."""
    state: State = {"Type": "Task", "Resource": resource, "Parameters": dict(parameters), "ResultPath": result_path}
    if result_selector is not None:
        state["ResultSelector"] = dict(result_selector)
    if timeout_seconds is not None:
        state["TimeoutSeconds"] = timeout_seconds
    state["Retry"] = retry(unless=unless)
    caught = [dict(entry) for entry in catches]
    if caught:
        state["Catch"] = caught
    return state | follow(following)


def service(name: str) -> str:
    """ARN of a service integration, such as ``dynamodb:updateItem``."""
    return f"arn:aws:states:::{name}"


def follow(state: str | None) -> State:
    """Say what comes next, or that nothing does."""
    return {"End": True} if state is None else {"Next": state}


def jsonata_task(
    resource: str,
    arguments: Mapping[str, Any],
    *,
    output: str,
    following: str | None,
    catches: Iterable[Mapping[str, Any]] = (),
    unless: Sequence[str] = (),
    only: tuple[str, ...] = (ANY_ERROR,),
    timeout_seconds: int | None = None,
) -> State:
    """Call a service with JSONata, where JSONPath's functions do not reach (lists, times, text).

    ``output`` is the expression of the next input. Where an expression fails the call is made again, as after any
    error.
    """
    state: State = {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": resource,
        "Arguments": dict(arguments),
        "Output": query(output),
    }
    if timeout_seconds is not None:
        state["TimeoutSeconds"] = timeout_seconds
    state["Retry"] = retry(unless=unless, only=only)
    caught = [dict(entry) for entry in catches]
    if caught:
        state["Catch"] = caught
    return state | follow(following)


def catch_with(target: str, *keys: str, errors: Sequence[str] = (ANY_ERROR,)) -> dict[str, Any]:
    """Go to ``target`` on these errors of a JSONata state, and add the error to its input as each of ``keys``."""
    added = ", ".join(f"'{key}': $states.errorOutput" for key in keys)
    failed = query(f"$merge([$states.input, {{{added}}}])")
    return {"ErrorEquals": list(errors), "Output": failed, "Next": target}


def compute(name: str, output: str | Mapping[str, Any], *, following: str, failing: str) -> State:
    """Compute the next input with JSONata, where a failing expression is retried, and caught by ``failing``.

    A Pass state can do neither, so the one that computes, ``name``, stands in a Parallel state of one branch.
    """
    computing = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": output, "End": True}
    return {
        "Type": "Parallel",
        "Branches": [{"StartAt": name, "States": {name: computing}}],
        "OutputPath": "$[0]",
        "Retry": retry(),
        "Catch": [catch(failing)],
        "Next": following,
    }


def notify(message: Mapping[str, Any], *, following: str, key: str) -> State:
    """Publish a message whose fields are JSONata, and hand the input on.

    A message that could not be sent holds nothing up: the error is added to the input as ``key``.
    """
    return jsonata_task(
        service("sns:publish"),
        message,
        output="$states.input",
        following=following,
        catches=[catch_with(following, key)],
    )


def query(expression: str) -> str:
    """Mark a JSONata expression."""
    return f"{{% {expression.strip()} %}}"
