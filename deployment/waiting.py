"""Waits for a condition instead of a fixed time."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

POLL_SECONDS: Final = 0.3
PATIENCE_SECONDS: Final = 240.0

_Seen = TypeVar("_Seen")


class NotInTimeError(Exception):
    """A condition was not met in time. The message names it and the last observation."""


def wait_until(
    what: str,
    look: Callable[[], _Seen],
    done: Callable[[_Seen], bool] = bool,
    *,
    describe: Callable[[_Seen], str] = str,
    patience: float = PATIENCE_SECONDS,
    poll: float = POLL_SECONDS,
) -> _Seen:
    """Poll until an observation is ``done``, and return it.

    Parameters
    ----------
    what
        The condition in words.
    describe
        Describes the last observation in the error's message.
    patience
        Seconds after which to give up.
    poll
        Seconds between two polls.

    Raises
    ------
    NotInTimeError
        If the condition was not met in time.
    """
    deadline = time.monotonic() + patience
    while not done(seen := look()):
        if time.monotonic() > deadline:
            raise NotInTimeError(f"{what}: not within {patience:g} s; {describe(seen)}")
        time.sleep(poll)
    return seen
