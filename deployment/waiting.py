"""Wait for a condition, never for a time."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

POLL_SECONDS: Final = 0.3
PATIENCE_SECONDS: Final = 240.0

_Seen = TypeVar("_Seen")


class NotInTimeError(Exception):
    """A condition did not come true. The message says which, and what was seen last."""


def wait_until(
    what: str,
    look: Callable[[], _Seen],
    done: Callable[[_Seen], bool] = bool,
    *,
    describe: Callable[[_Seen], str] = str,
    patience: float = PATIENCE_SECONDS,
    poll: float = POLL_SECONDS,
) -> _Seen:
    """Look again and again until what is seen is ``done``, and return it.

    Parameters
    ----------
    what
        The condition in words.
    describe
        Tells what was seen last, when it was not enough.
    patience
        Seconds after which to give up.
    poll
        Seconds between two looks.

    Raises
    ------
    NotInTimeError
        If the condition did not come true in time.
    """
    deadline = time.monotonic() + patience
    while not done(seen := look()):
        if time.monotonic() > deadline:
            raise NotInTimeError(f"{what}: not within {patience:g} s; {describe(seen)}")
        time.sleep(poll)
    return seen
