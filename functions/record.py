"""Tells analysts, the dashboard and the check for missing files what became of files."""

import os
from collections import Counter
from collections.abc import Sequence

from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.typing import LambdaContext

from clients import client
from observability import Event, logger, observed
from outcomes import Outcome, read_outcome
from recording import Recorder, keep_arrivals
from transactions.assets import asset_folder
from transactions.contract import Contract


@observed
def handler(event: Event, _context: LambdaContext) -> None:
    """Record the outcomes in ``event["Records"]``, which the audit table's stream delivers in order."""
    outcomes = [read_outcome(record) for record in event["Records"]]
    final = frozenset(os.environ["FINAL_STATUSES"].split(","))
    Recorder(
        s3=client("s3"),
        bucket=os.environ["PROCESSED_BUCKET"],
        contract=Contract.load(asset_folder("glue") / "files.odcs.yaml"),
        final=final,
    ).record(outcomes)
    keep_arrivals(client("dynamodb"), os.environ["REGISTRY_TABLE"], outcomes, os.environ["COMPLETED_STATUS"])
    _measure(outcomes, final)
    logger.info("recorded", files=len(outcomes))


def _measure(outcomes: Sequence[Outcome], final: frozenset[str]) -> None:
    """Measure what the files took, count them by outcome, and the rows of those that were judged now by partner."""
    for outcome in outcomes:
        if (seconds := outcome.seconds_to_outcome(final)) is not None:
            with single_metric(name=os.environ["LATENCY_METRIC"], unit=MetricUnit.Seconds, value=seconds):
                pass
    for status, number in Counter(outcome.status for outcome in outcomes).items():
        _count(os.environ["FILES_METRIC"], number, status=status)
    judged = [outcome for outcome in outcomes if outcome.status == os.environ["COMPLETED_STATUS"]]
    for partner in sorted({outcome.partner for outcome in judged}):
        of_partner = [outcome for outcome in judged if outcome.partner == partner]
        _count(os.environ["ACCEPTED_METRIC"], sum(outcome.rows_accepted for outcome in of_partner), partner=partner)
        _count(os.environ["REJECTED_METRIC"], sum(outcome.rows_rejected for outcome in of_partner), partner=partner)


def _count(metric: str, number: int, **dimensions: str) -> None:
    with single_metric(name=metric, unit=MetricUnit.Count, value=number) as measured:
        for name, value in dimensions.items():
            measured.add_dimension(name, value)
