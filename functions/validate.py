"""Reads an upload once and returns the verdict on it."""

import tempfile
from pathlib import Path
from typing import Any

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from events import read_file
from observability import Event, logger, observed
from resources import client, engine_memory_mb, layouts
from transactions import validate_file
from uploads import open_upload


@observed
def handler(event: Event, _context: LambdaContext) -> dict[str, Any]:
    """Validate ``event["file"]``.

    Returns
    -------
    dict
        ``transactions.Validation`` as JSON. A refused file is an answer too, never an error.
    """
    file = read_file(event)
    with tempfile.TemporaryDirectory() as workdir, open_upload(client("s3"), file) as stream:
        validation = validate_file(stream, file.source(), layouts(), Path(workdir), engine_memory_mb())
    logger.info(
        "validated",
        verdict=validation.verdict,
        layout=validation.layout,
        reason_code=validation.reason_code,
        counts=msgspec.to_builtins(validation.counts),
    )
    answer: dict[str, Any] = msgspec.to_builtins(validation)
    return answer
