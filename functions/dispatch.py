"""Starts one execution for each batch of small files that the batching queue has gathered."""

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from batching import Batches, read_messages
from clients import client
from observability import Event, logger, observed


@observed
def handler(event: Event, _context: LambdaContext) -> dict[str, Any]:
    """Start executions for the messages in ``event["Records"]``.

    Returns
    -------
    dict
        ``batchItemFailures``: the messages that go back to the queue, and after three tries to the dead-letter queue.
    """
    messages, unreadable = read_messages(event["Records"])
    batches = Batches(
        step_functions=client("stepfunctions"),
        state_machine=os.environ["STATE_MACHINE_ARN"],
        route=os.environ["ROUTE"],
        settle=os.environ["SETTLE_ROUTE"],
    )
    failed = batches.start(messages)
    logger.info("dispatched", messages=len(messages), unreadable=len(unreadable), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in (*unreadable, *failed)]}
