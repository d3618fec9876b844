"""Logs and errors of every function, in one way.

Each log line is one JSON object that carries the file's id, its partner and its execution. Traces need no code: Lambda
itself records each call's segment.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from transactions.masking import masked_name

Event = dict[str, Any]
Handler = Callable[[Event, LambdaContext], Any]

logger = Logger()

THROTTLING_CODES: Final = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Error codes by which AWS says that it is asked too much for the moment, as botocore's standard retries know them."""


class ThrottledError(Exception):
    """AWS was asked too much, also after the client's own retries. The message is the error's code.

    The state machine knows it by its name: ``pipeline.constants.THROTTLED_ERROR``.
    """


def observed(handler: Handler) -> Handler:
    """Log a handler's calls, give throttling a name, and mask account numbers in what AWS's errors say.

    An error may name the object that was asked for, or its address. Keys that the handler appends to the log last for
    one call.
    """

    @wraps(handler)
    def named(event: Event, context: LambdaContext) -> Any:
        try:
            return handler(event, context)
        except (BotoCoreError, ClientError) as error:
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
            if code in THROTTLING_CODES:
                raise ThrottledError(code) from error
            error.args = (masked_name(str(error)),)
            raise

    return logger.inject_lambda_context(named, clear_state=True)
