"""Alerts files that were due and have not come."""

from datetime import UTC, datetime

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from pipeline.clients import client
from pipeline.environment import read_environment
from pipeline.missing_files import MissingFileCheck
from pipeline.observability import Event, logger, observed
from transactions.layouts.catalog import shipped_layouts


class _Environment(msgspec.Struct, frozen=True):
    registry_table: str
    alert_topic: str
    suffix: str


@observed
def handler(_event: Event, _context: LambdaContext) -> None:
    """Look for missing files; a schedule calls this, and the event says nothing."""
    environment = read_environment(_Environment)
    check = MissingFileCheck(
        dynamodb=client("dynamodb"),
        sns=client("sns"),
        logger=logger,
        registry=environment.registry_table,
        topic=environment.alert_topic,
        suffix=environment.suffix,
    )
    missing = check.run(shipped_layouts(), datetime.now(UTC))
    logger.info("checked", missing=[found.layout.name for found in missing])
