"""Starts one execution for each batch of small files, and for each large file, that the batching queue has gathered."""

from typing import Any

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from pipeline.batches import Batches, read_messages
from pipeline.clients import client
from pipeline.environment import read_environment
from pipeline.observability import Event, logger, observed
from pipeline.redelivery import come_back_soon


class _Environment(msgspec.Struct, frozen=True):
    state_machine_arn: str
    batching_queue: str
    batch_route: str
    direct_route: str
    settle_route: str
    direct_threshold_bytes: str


@observed
def handler(event: Event, _context: LambdaContext) -> dict[str, Any]:
    """Start executions for the messages in ``event["Records"]``.

    Returns
    -------
    dict
        ``batchItemFailures``: the messages that go back to the queue, and after five tries to the dead-letter queue.
    """
    environment = read_environment(_Environment)
    messages, unreadable = read_messages(event["Records"])
    batches = Batches(
        step_functions=client("stepfunctions"),
        state_machine=environment.state_machine_arn,
        batch=environment.batch_route,
        direct=environment.direct_route,
        settle=environment.settle_route,
        direct_threshold_bytes=int(environment.direct_threshold_bytes),
    )
    failed = batches.start(messages)
    if unreadable or failed:
        # A client takes time to make, and mostly all messages are started.
        come_back_soon(client("sqs"), environment.batching_queue, event["Records"], {*unreadable, *failed})
    logger.info("dispatched", messages=len(messages), unreadable=len(unreadable), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in (*unreadable, *failed)]}
