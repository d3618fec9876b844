"""Logs of every function, configured once.

Each log line is one JSON object that carries the file's id, its partner and its execution. Traces need no code: Lambda
itself records each call's segment.
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

Event = dict[str, Any]
Handler = Callable[[Event, LambdaContext], Any]

logger = Logger()


def observed(handler: Handler) -> Handler:
    """Log a handler's calls. Keys that it appends to the log last for one call."""
    return logger.inject_lambda_context(handler, clear_state=True)
