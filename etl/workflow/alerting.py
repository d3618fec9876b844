"""Alerts that do not flood: a partner's first ones of a kind in an hour go out, then one says there are more."""

from collections.abc import Mapping
from typing import Any, Final

from etl.workflow import messages
from etl.workflow.asl import Resources, State, States, catch_with, jsonata_task, notify, query, service
from pipeline.constants import FileStatus

ALERTS_PER_HOUR: Final = 10
"""Of one partner and one kind. All files are in the audit table, whoever was told of them."""

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
    """Build the states that alert one file, unless its partner's alerts of this kind are a flood.

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
    count, choose, alert, flood = (
        f"{step} ({label})"
        for step in (f"Count alerts of {kind}", f"Is {kind} a flood?", f"Alert {kind}", f"Alert flood of {kind}")
    )
    states: States = {
        count: _count(resources, status, following=choose, failing=alert),
        choose: {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.alerts_sent", "NumericLessThanEquals": ALERTS_PER_HOUR, "Next": alert},
                {"Variable": "$.alerts_sent", "NumericEquals": ALERTS_PER_HOUR + 1, "Next": flood},
            ],
            "Default": following,
        },
        alert: notify(message, following=following, key=key),
        flood: notify(messages.flood(resources, status=status, limit=ALERTS_PER_HOUR), following=following, key=key),
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
