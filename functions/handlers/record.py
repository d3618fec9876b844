"""Tells analysts, partners, the dashboard and the check for missing files what became of files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

import msgspec
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.typing import LambdaContext

from pipeline.audit_row import AuditRow
from pipeline.clients import client
from pipeline.constants import (
    ACCEPTED_METRIC,
    FILES_METRIC,
    LARGE_LATENCY_METRIC,
    LATENCY_METRIC,
    REJECTED_METRIC,
    FileStatus,
)
from pipeline.environment import read_environment
from pipeline.observability import Event, logger, observed
from pipeline.recorder import Recorder, keep_arrivals, read_outcome, seconds_to_outcome
from transactions.assets import asset_folder
from transactions.contract import Contract


class _Environment(msgspec.Struct, frozen=True):
    processed_bucket: str
    registry_table: str


@observed
def handler(event: Event, _context: LambdaContext) -> dict[str, Any]:
    """Record the outcomes in ``event["Records"]``, which the audit table's stream delivers in order.

    An outcome that cannot be read or written holds up no other of the batch. Lambda gives the batch again from the
    first such one on, some times, and then leaves a message in the queue of failures; those behind it are written
    again then, and measured when their turn has come.

    Returns
    -------
    dict
        ``batchItemFailures``: the first record that failed; none where all are recorded.
    """
    environment = read_environment(_Environment)
    outcomes = [_read(record) for record in event["Records"]]
    readable = [outcome for outcome in outcomes if outcome]
    failed = Recorder(
        s3=client("s3"),
        bucket=environment.processed_bucket,
        contract=Contract.load(asset_folder("glue") / "files.odcs.yaml"),
    ).record(readable)
    keep_arrivals(client("dynamodb"), environment.registry_table, readable)
    done = list(takewhile(lambda outcome: outcome and outcome.file_id not in failed, outcomes))
    _measure([outcome for outcome in done if outcome and not outcome.known_before])
    logger.info("recorded", files=len(done), given_again=len(outcomes) - len(done))
    given_again = event["Records"][len(done) :][:1]
    return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]} for record in given_again]}


def _read(record: Mapping[str, Any]) -> AuditRow | None:
    """Read a record's outcome; None for one that cannot be read, of which the log has the error."""
    try:
        return read_outcome(record)
    except Exception:  # whatever it is, the other records are read
        logger.exception("outcome not readable", sequence_number=record["dynamodb"]["SequenceNumber"])
        return None


def _measure(outcomes: Sequence[AuditRow]) -> None:
    """Measure what the files took, count them by outcome, and the rows of those that were judged now by partner."""
    for outcome in outcomes:
        if (seconds := seconds_to_outcome(outcome)) is not None:
            metric = LARGE_LATENCY_METRIC if outcome.large else LATENCY_METRIC
            with single_metric(name=metric, unit=MetricUnit.Seconds, value=seconds):
                pass
    for status, number in Counter(outcome.status for outcome in outcomes).items():
        _count(FILES_METRIC, number, status=status)
    judged = [outcome for outcome in outcomes if outcome.status == FileStatus.COMPLETED]
    for partner in sorted({outcome.partner for outcome in judged}):
        of_partner = [outcome for outcome in judged if outcome.partner == partner]
        _count(ACCEPTED_METRIC, sum(outcome.rows_accepted for outcome in of_partner), partner=partner)
        _count(REJECTED_METRIC, sum(outcome.rows_rejected for outcome in of_partner), partner=partner)


def _count(metric: str, number: int, **dimensions: str) -> None:
    with single_metric(name=metric, unit=MetricUnit.Count, value=number) as measured:
        for name, value in dimensions.items():
            measured.add_dimension(name, value)
