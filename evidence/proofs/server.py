"""The embedded AWS, which tells roles that their stack is being deleted.

The proof asks the emptier many times, with one grant less each time: only a stack that is being deleted is emptied, and
a deletion would end after the first. The account's root user, who deploys, is told the status as it is.
"""

import re
from contextvars import ContextVar
from typing import Any, Final

from ministack.services.cloudformation import handlers

from local import server
from local.emulator import ROOT_KEY

_ROOT: Final = f"Credential={ROOT_KEY}/".encode()
_ACTION: Final = "DescribeStacks"

_asked_by_root: ContextVar[bool] = ContextVar("asked_by_root", default=True)
_describe = handlers._ACTION_HANDLERS[_ACTION]  # noqa: SLF001


def _describe_as_deleted(parameters: Any) -> Any:
    status, headers, body = _describe(parameters)
    if not _asked_by_root.get():
        body = re.sub(b"(<StackStatus>)[A-Z_]+", rb"\1DELETE_IN_PROGRESS", body)
    return status, headers, body


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer as the embedded AWS does."""
    _asked_by_root.set(_ROOT in dict(scope.get("headers", ())).get(b"authorization", b""))
    await server.app(scope, receive, send)


handlers._ACTION_HANDLERS[_ACTION] = _describe_as_deleted  # noqa: SLF001
