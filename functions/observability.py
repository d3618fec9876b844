"""Logs, metrics and traces of every function, configured once.

Each log line is one JSON object that carries the file's id, its partner and its execution. Responses and errors stay
out of the traces: they could quote a file.
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

Event = dict[str, Any]
Handler = Callable[[Event, LambdaContext], Any]

logger = Logger()
metrics = Metrics()
tracer = Tracer()


def observed(handler: Handler) -> Handler:
    """Log and trace a handler. Keys that it appends to the log last for one call."""
    traced = tracer.capture_lambda_handler(handler, capture_response=False, capture_error=False)
    return logger.inject_lambda_context(traced, clear_state=True)
