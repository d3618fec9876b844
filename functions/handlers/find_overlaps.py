"""Counts the rows of completed files that other files have too, and measures those that differ there."""

from typing import Any, Final

import msgspec
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.typing import LambdaContext

from pipeline.clients import client
from pipeline.constants import CONFLICTS_METRIC
from pipeline.environment import read_environment
from pipeline.observability import Event, logger, observed
from pipeline.overlaps import OverlapFinder, Overlaps

ENOUGH_MILLISECONDS: Final = 60_000
"""With less time left, no further file is begun: its message comes again."""


class _Environment(msgspec.Struct, frozen=True):
    processed_bucket: str
    audit_table: str


class _Detail(msgspec.Struct, frozen=True):
    file_id: str


class _Completed(msgspec.Struct, frozen=True):
    """The event of a completed file."""

    detail: _Detail


@observed
def handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """Look for the rows of the files that the messages in ``event["Records"]`` name, in other files.

    Returns
    -------
    dict
        ``batchItemFailures``: the messages that go back to the queue.
    """
    environment = read_environment(_Environment)
    finder = OverlapFinder(
        s3=client("s3"),
        dynamodb=client("dynamodb"),
        bucket=environment.processed_bucket,
        audit_table=environment.audit_table,
    )
    failed = [
        record["messageId"]
        for record in event["Records"]
        if context.get_remaining_time_in_millis() < ENOUGH_MILLISECONDS or not _find(finder, record["body"])
    ]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _find(finder: OverlapFinder, message: str) -> bool:
    try:
        file_id = msgspec.json.decode(message, type=_Completed).detail.file_id
        found = finder.find(file_id)
    except Exception as error:
        # The name alone: an engine's message may hold a cell.
        logger.error("overlaps not found", error=type(error).__name__)
        return False
    if found:
        _measure(file_id, found)
    return True


def _measure(file_id: str, found: Overlaps) -> None:
    logger.info("overlaps", file_id=file_id, rows=found.rows, conflicts=found.conflicts, files=len(found.files))
    if found.conflicts:
        with single_metric(name=CONFLICTS_METRIC, unit=MetricUnit.Count, value=found.conflicts):
            pass
