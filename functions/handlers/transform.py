"""Turns an upload into Parquet: canonical rows and quarantined rows, staged where no reader looks."""

import tempfile
from pathlib import Path
from typing import Any

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from pipeline.clients import client
from pipeline.environment import read_environment
from pipeline.events import open_upload, read_file
from pipeline.manifests import stage
from pipeline.observability import Event, logger, observed
from transactions.files import transform_file
from transactions.layouts.catalog import shipped_layouts


class _Environment(msgspec.Struct, frozen=True):
    processed_bucket: str


@observed
def handler(event: Event, _context: LambdaContext) -> dict[str, Any]:
    """Transform ``event["file"]`` with the layout that validation found.

    Returns
    -------
    dict
        ``counts`` and ``totals`` of the transformed rows, ``written`` as read back from the Parquet files, and the
        key of the ``manifest`` that lists the objects.
    """
    environment, file = read_environment(_Environment), read_file(event)
    layout = shipped_layouts().get(event["validation"]["layout"])
    with tempfile.TemporaryDirectory() as folder:
        workdir, output = Path(folder) / "work", Path(folder) / "output"
        workdir.mkdir()
        output.mkdir()
        with open_upload(client("s3"), file) as stream:
            transformation = transform_file(stream, file.source(), layout, output, workdir)
        manifest = stage(client("s3"), environment.processed_bucket, file.file_id, output, transformation.objects)
    logger.info("transformed", counts=msgspec.to_builtins(transformation.counts), objects=len(transformation.objects))
    # The objects themselves stay in the manifest: a file of a thousand booking dates would outgrow a state's 256 KB.
    return {
        "counts": msgspec.to_builtins(transformation.counts),
        "totals": msgspec.to_builtins(transformation.totals),
        "written": msgspec.to_builtins(transformation.written),
        "manifest": manifest,
    }
