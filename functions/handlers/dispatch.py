"""Starts one execution for each batch of small files that the batching queue has gathered."""

from typing import Any

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from pipeline.batches import Batches, read_messages
from pipeline.clients import client
from pipeline.environment import read_environment
from pipeline.observability import Event, logger, observed


class _Environment(msgspec.Struct, frozen=True):
    state_machine_arn: str
    route: str
    settle_route: str


@observed
def handler(event: Event, _context: LambdaContext) -> dict[str, Any]:
    """Start executions for the messages in ``event["Records"]``.

    Returns
    -------
    dict
        ``batchItemFailures``: the messages that go back to the queue, and after three tries to the dead-letter queue.
    """
    environment = read_environment(_Environment)
    messages, unreadable = read_messages(event["Records"])
    batches = Batches(
        step_functions=client("stepfunctions"),
        state_machine=environment.state_machine_arn,
        route=environment.route,
        settle=environment.settle_route,
    )
    failed = batches.start(messages)
    logger.info("dispatched", messages=len(messages), unreadable=len(unreadable), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in (*unreadable, *failed)]}
