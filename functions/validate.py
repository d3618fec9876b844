"""Reads an upload once, reports on it, and returns the verdict."""

import os
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from clients import client
from events import read_file
from observability import Event, logger, observed
from reporting import write_report
from resources import layouts
from transactions.files import validate_file
from transactions.reports.report import Report
from uploads import open_upload


@observed
def handler(event: Event, _context: LambdaContext) -> dict[str, Any]:
    """Validate ``event["file"]``.

    Returns
    -------
    dict
        ``transactions.Validation`` as JSON, with the key of the ``report`` in place of the examples and the skipped
        lines, which would fill a state's 256 KB. A refused file is an answer too, never an error.
    """
    file = read_file(event)
    source = file.source()
    with tempfile.TemporaryDirectory() as workdir, open_upload(client("s3"), file) as stream:
        validation = validate_file(stream, source, layouts(), Path(workdir))
    report = write_report(client("s3"), os.environ["PROCESSED_BUCKET"], Report.of(validation, source))
    logger.info(
        "validated",
        verdict=validation.verdict,
        layout=validation.layout,
        reason_code=validation.reason_code,
        counts=msgspec.to_builtins(validation.counts),
    )
    answer: dict[str, Any] = msgspec.to_builtins(validation)
    del answer["examples"], answer["skipped_lines"]
    return answer | {"report": report}
