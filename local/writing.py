"""Completes each write of the emulator's DynamoDB before the next one begins.

The emulator's Step Functions writes from many threads at once, and a condition that is evaluated during another write
may hold for both. AWS serializes the writes of an item.
"""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from ministack.services import dynamodb

_WRITES: Final = ("_put_item", "_update_item", "_delete_item", "_batch_write_item", "_transact_write_items")
_turn = threading.RLock()


def install() -> None:
    """Serialize the writes of this process."""
    for name in _WRITES:
        setattr(dynamodb, name, _in_turn(getattr(dynamodb, name)))


def _in_turn(write: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(write)
    def wait_and_write(*arguments: Any, **options: Any) -> Any:
        with _turn:
            return write(*arguments, **options)

    return wait_and_write
