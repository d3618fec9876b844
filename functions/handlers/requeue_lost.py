"""Queues again uploads that have no row, and files that have no outcome, long after their event was due."""

from datetime import UTC, datetime

import msgspec
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.typing import LambdaContext

from pipeline.clients import client
from pipeline.constants import REQUEUED_METRIC
from pipeline.environment import read_environment
from pipeline.observability import Event, logger, observed
from pipeline.sweep import Sweep


class _Environment(msgspec.Struct, frozen=True):
    raw_bucket: str
    audit_table: str
    registry_table: str
    batching_queue: str


@observed
def handler(_event: Event, _context: LambdaContext) -> None:
    """Compare the raw bucket with the audit table; a schedule calls this, and the event says nothing."""
    environment = read_environment(_Environment)
    swept = Sweep(
        s3=client("s3"),
        dynamodb=client("dynamodb"),
        sqs=client("sqs"),
        bucket=environment.raw_bucket,
        audit_table=environment.audit_table,
        registry=environment.registry_table,
        queue_url=environment.batching_queue,
    ).run(datetime.now(UTC))
    logger.info("swept", **msgspec.structs.asdict(swept))
    if swept.requeued:
        with single_metric(name=REQUEUED_METRIC, unit=MetricUnit.Count, value=swept.requeued):
            pass
