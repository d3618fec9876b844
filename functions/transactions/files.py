"""Validates and transforms one file: the two jobs the pipeline asks of the domain."""

from pathlib import Path
from typing import BinaryIO

from transactions.catalog import LayoutCatalog
from transactions.layout import Layout
from transactions.results import Source, Transformation, Validation


def validate_file(
    stream: BinaryIO, source: Source, catalog: LayoutCatalog, workdir: Path, memory_limit_mb: int
) -> Validation:
    """Judge the file in ``stream``. Bad input never raises; it ends in the verdict REJECTED."""
    raise NotImplementedError


def transform_file(  # noqa: PLR0913, PLR0917 - two places, two streams of facts: no pair belongs together
    stream: BinaryIO, source: Source, layout: Layout, output: Path, workdir: Path, memory_limit_mb: int
) -> Transformation:
    """Write the file's accepted and rejected rows as Parquet below ``output``."""
    raise NotImplementedError
