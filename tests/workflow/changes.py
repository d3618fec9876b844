"""What a state of the definition may be changed into, so that it fails."""

from collections.abc import Callable
from typing import Any

CAUSE = "CH93 0076 2011 6238 5295 7"
"""The cause of whatever fails here: it must never leave the state machine."""

DIED = "States.Runtime"
"""The error of a state that cannot go on (Step Functions)."""

_EXPRESSIONS = ("Arguments", "Items", "ItemSelector", "Output")

Change = Callable[[dict[str, Any]], None]
"""Makes another state of a state of the definition."""


def dies(state: dict[str, Any]) -> None:
    """Let a state end its execution, or the child or branch in which it stands, and nobody catch it there."""
    state.clear()
    state |= {"Type": "Fail", "Error": DIED, "Cause": CAUSE}


def miscalculates(state: dict[str, Any]) -> None:
    """Let the evaluation of each of a state's own expressions fail, at every attempt."""
    state |= {field: f"{{% $error('{CAUSE}') %}}" for field in _EXPRESSIONS if field in state}


def breaks(state: dict[str, Any]) -> None:
    """Let a map fail as a whole, as one that may not start its children: a script throws in its place."""
    kept: dict[str, Any] = {name: state[name] for name in ("QueryLanguage", "Retry", "Catch", "Next") if name in state}
    state.clear()
    state |= kept | {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage"}
