"""What must hold in a pattern that a layout declares."""

import re
from collections.abc import Iterator

_NOT_FOR_THE_ENGINE = re.compile(r"\(\?<?[=!>]|\(\?P=|\\[1-9]|[*+?}]\+")
"""Look-around, back references, atomic groups, possessive repeats: the engine's patterns have none."""


def pattern_complaints(pattern: str, *, groups: int | None = None, in_engine: bool = False) -> Iterator[str]:
    """Yield what is wrong with ``pattern``; ``in_engine`` it must be one for the engine too."""
    try:
        found = re.compile(pattern).groups
    except re.error as error:
        yield str(error)
        return
    if groups is not None and found != groups:
        yield "needs exactly one group"
    if in_engine and _NOT_FOR_THE_ENGINE.search(pattern):
        yield "cannot look around or back, nor repeat possessively"
