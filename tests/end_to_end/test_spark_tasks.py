"""Tasks on a real Spark, in its own worker processes, come to what one engine comes to."""

import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark import SparkContext

from local.spark import spark_environment
from pipeline.spark import SparkRunner
from tests.support.small_pieces import in_small_pieces
from tests.support.task_runners import Folder
from transactions.assets import asset_folder
from transactions.distributed import Workers, transform_with_tasks, validate_with_tasks
from transactions.engine.tasks import TaskError
from transactions.files import transform_file, validate_file
from transactions.layouts.catalog import LayoutCatalog, shipped_layouts
from transactions.layouts.layout import Layout
from transactions.results import Source

CORES = 2


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkRunner]:
    with pytest.MonkeyPatch.context() as patch:
        # The workers are processes of their own, and import what the tests do.
        for name, value in (spark_environment(CORES) | {"PYTHONPATH": os.pathsep.join(sys.path)}).items():
            patch.setenv(name, value)
        context = SparkContext.getOrCreate()
        context.setLogLevel("OFF")
        try:
            yield SparkRunner(context)
        finally:
            context.stop()


def _sample(layout: Layout) -> tuple[bytes, Source]:
    content = (asset_folder("layouts") / f"{layout.name}.sample.{layout.format}").read_bytes()
    source = Source(
        file_id="f" * 64,
        partner=layout.partner,
        file_name=layout.sample.file_name or f"file.{layout.format}",
        format=layout.format,
        received_at=datetime(2025, 11, 3, tzinfo=UTC),
    )
    return content, source


@pytest.mark.parametrize("name", ["alpine-2025", "dkb-2023", "obie-v3", "abnamro-tab"])
def test_spark_and_one_engine_read_a_file_alike(name: str, spark: SparkRunner, tmp_path: Path) -> None:
    # Given a file, and what one engine makes of it in segments of a few rows
    layout = shipped_layouts().get(name)
    content, source = _sample(layout)
    catalog, chunk = LayoutCatalog((layout,)), max(16, len(content) // 4)
    (tmp_path / "one").mkdir()
    with in_small_pieces(chunk=chunk, part=1, segment=1):
        validation = validate_file(io.BytesIO(content), source, catalog, tmp_path)
        transformation = transform_file(io.BytesIO(content), source, layout, tmp_path / "one", tmp_path)

    # When Spark's workers take the segments
    workers = Workers(runner=spark, exchange=Folder(tmp_path / "exchange"), segment_bytes=1)
    sink = Folder(tmp_path / "many")
    with in_small_pieces(chunk=chunk, part=1):
        found = validate_with_tasks(io.BytesIO(content), source, catalog, workers)
        written = transform_with_tasks(io.BytesIO(content), source, layout, sink, workers)

    # Then it is the same, to the objects' bytes
    assert (found, written) == (validation, transformation)
    assert len(written.objects) > 1
    for item in written.objects:
        assert (tmp_path / "many" / item.path).read_bytes() == (tmp_path / "one" / item.path).read_bytes()


def test_a_failing_task_is_known_by_the_name_of_its_error(spark: SparkRunner, tmp_path: Path) -> None:
    # Given an exchange that loses what is put there
    layout = shipped_layouts().get("alpine-2025")
    content, source = _sample(layout)
    workers = Workers(runner=spark, exchange=_Losing(tmp_path / "parts"))

    with pytest.raises(TaskError, match=r"^FileNotFoundError$"):
        validate_with_tasks(io.BytesIO(content), source, LayoutCatalog((layout,)), workers)


class _Losing(Folder):
    """Finds none of the files that it keeps."""

    def get(self, name: str, path: Path) -> None:
        """Look in the wrong place."""
        super().get(f"{name}-gone", path)
