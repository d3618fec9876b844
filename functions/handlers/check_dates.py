"""Measures how many transactions stand under two booking dates."""

from pathlib import Path
from typing import Final

import msgspec
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.typing import LambdaContext

from pipeline.clients import client
from pipeline.constants import MOVED_METRIC
from pipeline.environment import read_environment
from pipeline.moved_dates import MovedDates
from pipeline.observability import Event, logger, observed
from transactions.assets import asset_folder

QUERY: Final = Path("queries", "moved-dates.sql")


class _Environment(msgspec.Struct, frozen=True):
    glue_database: str
    workgroup: str


@observed
def handler(_event: Event, _context: LambdaContext) -> None:
    """Run the saved query, and measure its rows; a schedule calls this, and the event says nothing."""
    environment = read_environment(_Environment)
    dates = MovedDates(athena=client("athena"), database=environment.glue_database, workgroup=environment.workgroup)
    rows = dates.count((asset_folder("glue") / QUERY).read_text(encoding="utf-8"))
    logger.info("checked", rows=rows)
    # None is told too: the alarm then ends.
    with single_metric(name=MOVED_METRIC, unit=MetricUnit.Count, value=rows):
        pass
