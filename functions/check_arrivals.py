"""Alerts files that were due and have not come."""

import os
from datetime import UTC, datetime

from aws_lambda_powertools.utilities.typing import LambdaContext

from arrivals import ArrivalCheck
from clients import client
from observability import Event, logger, observed
from resources import layouts


@observed
def handler(_event: Event, _context: LambdaContext) -> None:
    """Look for missing files; a schedule calls this, and the event says nothing."""
    check = ArrivalCheck(
        dynamodb=client("dynamodb"),
        sns=client("sns"),
        registry=os.environ["REGISTRY_TABLE"],
        topic=os.environ["ALERT_TOPIC"],
        suffix=os.environ["SUFFIX"],
    )
    missing = check.run(layouts(), datetime.now(UTC))
    logger.info("checked", missing=[found.layout.name for found in missing])
