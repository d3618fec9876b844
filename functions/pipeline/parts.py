"""Cuts what is to be sent to AWS into parts of as many entries as one call takes."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

_Item = TypeVar("_Item")


def parts(items: Sequence[_Item], size: int) -> Iterator[list[_Item]]:
    """Yield the items in their order, ``size`` at a time."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
