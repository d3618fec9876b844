"""Reads an upload once, reports on it, and returns the verdict."""

import tempfile
from pathlib import Path
from typing import Any, Final

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from pipeline.answers import collect_answer
from pipeline.clients import client
from pipeline.environment import read_environment
from pipeline.events import read_file
from pipeline.observability import Event, logger, observed
from pipeline.s3 import WritesObjects
from pipeline.uploads import open_upload
from transactions.files import validate_file
from transactions.layouts.catalog import shipped_layouts
from transactions.reports.report import Report
from transactions.results import Validation

_ONLY_REPORTED: Final = {
    "examples",
    "skipped_lines",
    "joined_lines",
    "dropped_by",
    "skipped_by",
    "rejected_totals",
}


class _Environment(msgspec.Struct, frozen=True):
    processed_bucket: str


@observed
def handler(event: Event, _context: LambdaContext) -> dict[str, Any]:
    """Validate ``event["file"]``, or collect what the job has found of it, if there is an ``event["answer"]``.

    Returns
    -------
    dict
        ``transactions.Validation`` as JSON, with the key of the ``report``'s page in place of what only the report
        shows, which would fill a state's 256 KB. A refused file is an answer too, never an error.
    """
    environment, file = read_environment(_Environment), read_file(event)
    bucket = environment.processed_bucket
    validation = collect_answer(client("s3"), bucket, event, Validation)
    if validation is None:
        with tempfile.TemporaryDirectory() as workdir, open_upload(client("s3"), file) as stream:
            validation = validate_file(stream, file.source(), shipped_layouts(), Path(workdir))
    report = Report.from_validation(validation, file.source())
    page_key = write_report(client("s3"), bucket, report)
    logger.info(
        "validated",
        verdict=validation.verdict,
        layout=validation.layout,
        reason_code=validation.reason_code,
        counts=msgspec.to_builtins(validation.counts),
    )
    answer: dict[str, Any] = msgspec.to_builtins(validation)
    kept = {name: value for name, value in answer.items() if name not in _ONLY_REPORTED}
    return kept | {"report": page_key}


def write_report(s3: WritesObjects, bucket: str, report: Report) -> str:
    """Write the report for programs, and return the key of its page, which the record function writes with the outcome.

    A rerun overwrites it.
    """
    s3.put_object(Bucket=bucket, Key=report.path("json"), Body=report.json(), ContentType="application/json")
    return report.path("html")
