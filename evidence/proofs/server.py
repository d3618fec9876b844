"""The embedded AWS, which tells functions that their stack is being deleted.

The proof asks the emptier many times, with one grant less each time: only a stack that is being deleted is emptied, and
a deletion would end after the first. Everybody else, such as the CDK, is told the status as it is.
"""

import re
from contextvars import ContextVar
from typing import Any, Final

from ministack.services.cloudformation import handlers

from local import server

_FUNCTION: Final = b"Botocore/"
"""How the user agent of a function's client begins: it is made without boto3."""
_ACTION: Final = "DescribeStacks"

_asked_by_a_function: ContextVar[bool] = ContextVar("asked_by_a_function", default=False)
_describe = handlers._ACTION_HANDLERS[_ACTION]  # noqa: SLF001


def _describe_as_deleted(parameters: Any) -> Any:
    status, headers, body = _describe(parameters)
    if _asked_by_a_function.get():
        body = re.sub(b"(<StackStatus>)[A-Z_]+", rb"\1DELETE_IN_PROGRESS", body)
    return status, headers, body


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer as the embedded AWS does."""
    _asked_by_a_function.set(dict(scope.get("headers", ())).get(b"user-agent", b"").startswith(_FUNCTION))
    await server.app(scope, receive, send)


handlers._ACTION_HANDLERS[_ACTION] = _describe_as_deleted  # noqa: SLF001
