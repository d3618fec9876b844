"""Turns an upload into Parquet: canonical rows and quarantined rows, staged where no reader looks."""

import tempfile
from pathlib import Path
from typing import Any

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from pipeline.answers import collect_answer
from pipeline.clients import client
from pipeline.environment import read_environment
from pipeline.events import read_file
from pipeline.manifests import manifest_key, stage
from pipeline.observability import Event, logger, observed
from pipeline.uploads import File, open_upload
from transactions.files import transform_file
from transactions.layouts.catalog import shipped_layouts
from transactions.layouts.layout import Layout
from transactions.results import Transformation


class _Environment(msgspec.Struct, frozen=True):
    processed_bucket: str


@observed
def handler(event: Event, _context: LambdaContext) -> dict[str, Any]:
    """Transform ``event["file"]`` with the layout that validation found, or collect what the job has made of it.

    Returns
    -------
    dict
        ``counts`` and ``totals`` of the transformed rows, ``written`` as read back from the Parquet files, and the
        key of the ``manifest`` that lists the objects.
    """
    environment, file = read_environment(_Environment), read_file(event)
    bucket = environment.processed_bucket
    transformation = collect_answer(client("s3"), bucket, event, Transformation)
    if transformation is None:
        layout = shipped_layouts().get(event["validation"]["layout"])
        transformation = _transformed(bucket, file, layout)
    logger.info("transformed", counts=msgspec.to_builtins(transformation.counts), objects=len(transformation.objects))
    # The objects themselves stay in the manifest: a file of a thousand booking dates would outgrow a state's 256 KB.
    return {
        "counts": msgspec.to_builtins(transformation.counts),
        "totals": msgspec.to_builtins(transformation.totals),
        "written": msgspec.to_builtins(transformation.written),
        "manifest": manifest_key(file.file_id),
    }


def _transformed(bucket: str, file: File, layout: Layout) -> Transformation:
    """Transform an upload, and stage its objects and their manifest in ``bucket``."""
    with tempfile.TemporaryDirectory() as folder:
        workdir, output = Path(folder) / "work", Path(folder) / "output"
        workdir.mkdir()
        output.mkdir()
        with open_upload(client("s3"), file) as stream:
            transformation = transform_file(stream, file.source(), layout, output, workdir)
        stage(client("s3"), bucket, file.file_id, output, transformation.objects)
    return transformation
