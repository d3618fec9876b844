"""Limits alerts: of a partner, the first ones of a kind in an hour are sent, then one that says there are more."""

from collections.abc import Mapping
from typing import Any, Final

from etl.workflow import messages
from etl.workflow.asl import Resources, State, States, catch_with, jsonata_task, notify, query, service
from pipeline.constants import FileStatus

ALERTS_PER_HOUR: Final = 10
"""Of one partner and one kind. The audit table has every file, whether an alert was sent or not."""

_HOUR: Final = "$substring($states.context.State.EnteredTime, 0, 13)"
_KEPT_DAYS: Final = 2


def alert_path(
    resources: Resources,
    *,
    kind: str,
    label: str,
    status: FileStatus,
    message: Mapping[str, Any],
    following: str,
    key: str,
) -> tuple[str, States]:
    """Build the states that send the alert of one file, unless its partner's limit for this kind is reached.

    The count is kept in the registry. Where it cannot be, the alert goes out: too many are better than none.

    Parameters
    ----------
    kind
        What happened, for the states' names: ``rejection``.
    status
        The file's status; alerts are counted by partner, status and hour (UTC).
    message
        The file's own alert.
    following, key
        As for ``notify``.

    Returns
    -------
    tuple
        The name of the first state, and the states.
    """
    count, choose, alert, notice = (
        f"{step} ({label})"
        for step in (
            f"Count {kind} alerts",
            f"{kind.capitalize()} alert limit reached?",
            f"Send {kind} alert",
            f"Send {kind} alert limit notice",
        )
    )
    states: States = {
        count: _count(resources, status, following=choose, failing=alert),
        choose: {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.alerts_sent", "NumericLessThanEquals": ALERTS_PER_HOUR, "Next": alert},
                {"Variable": "$.alerts_sent", "NumericEquals": ALERTS_PER_HOUR + 1, "Next": notice},
            ],
            "Default": following,
        },
        alert: notify(message, following=following, key=key),
        notice: notify(
            messages.limit_reached(resources, status=status, limit=ALERTS_PER_HOUR), following=following, key=key
        ),
    }
    return count, states


def _count(resources: Resources, status: FileStatus, *, following: str, failing: str) -> State:
    expires = f"$string($floor($toMillis($states.context.State.EnteredTime) / 1000) + {_KEPT_DAYS * 86400})"
    return jsonata_task(
        service("dynamodb:updateItem"),
        {
            "TableName": resources.registry_table,
            "Key": {"entry": {"S": query(f"'alerts#{status}#' & $states.input.file.partner & '#' & {_HOUR}")}},
            "UpdateExpression": "SET expires_at = :expires ADD sent :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}, ":expires": {"N": query(expires)}},
            "ReturnValues": "UPDATED_NEW",
        },
        output="$merge([$states.input, {'alerts_sent': $number($states.result.Attributes.sent.N)}])",
        following=following,
        catches=[catch_with(failing, "not_counted")],
    )
