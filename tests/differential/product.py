"""Runs the product on a case: its verdict, and the rows that it writes."""

import io
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from tests.differential.generate.case import RECEIVED_ON, Case
from tests.support.small_pieces import in_small_pieces
from transactions.errors import FileRejectedError, LayoutError
from transactions.files import transform_file, validate_file
from transactions.layouts.catalog import LayoutCatalog, read_layout
from transactions.layouts.layout import Layout
from transactions.results import Source, Transformation, Validation

MEMORY_LIMIT_MB = 300
FILE_ID = "f" * 64
RECEIVED_AT = datetime.combine(RECEIVED_ON, time(9, 30), UTC)


@dataclass(frozen=True)
class ProductResult:
    """The product's result for a case: a verdict; unless the file was rejected, the rows written; or a failure.

    ``transactions`` and ``quarantine`` are the rows of the Parquet files. ``failure`` is an unexpected exception with
    its message.
    """

    validation: Validation | None = None
    transformation: Transformation | None = None
    refused_as: str = ""
    transactions: tuple[dict[str, Any], ...] = ()
    quarantine: tuple[dict[str, Any], ...] = ()
    failure: str = ""


def run_product(case: Case) -> ProductResult:
    """Validate and transform the file of ``case``, with its layout read from YAML."""
    with tempfile.TemporaryDirectory() as folder:
        workdir = Path(folder)
        try:
            layouts = [_layout(layout, workdir) for layout in (case.layout, *case.others)]
        except LayoutError as error:
            return ProductResult(failure=f"layout: {error}")
        with in_small_pieces(**asdict(case.blocks)):
            return _process(case, LayoutCatalog(tuple(layouts)), workdir)


def layout_text(layout: dict[str, Any]) -> str:
    """Write a layout as YAML."""
    return yaml.dump(layout, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=120)


def _layout(layout: dict[str, Any], workdir: Path) -> Layout:
    path = workdir / f"{layout['name']}.yaml"
    path.write_text(layout_text(layout), encoding="utf-8")
    return read_layout(path)


def _process(case: Case, catalog: LayoutCatalog, workdir: Path) -> ProductResult:
    output, validation = workdir / "output", None
    source = Source(
        file_id=FILE_ID,
        partner=case.layout["partner"],
        file_name=case.file_name,
        format=case.layout["format"],
        received_at=RECEIVED_AT,
    )
    try:
        validation = validate_file(io.BytesIO(case.content), source, catalog, workdir, MEMORY_LIMIT_MB)
        layout = catalog.get(validation.layout or case.layout["name"])
        transformation = transform_file(io.BytesIO(case.content), source, layout, output, workdir, MEMORY_LIMIT_MB)
    except FileRejectedError as error:
        return ProductResult(validation, refused_as=error.code.value)
    except Exception as error:  # any other exception is a finding
        return ProductResult(validation, failure=f"{type(error).__name__}: {error}"[:500])
    return ProductResult(
        validation,
        transformation,
        transactions=_rows(output / "transactions"),
        quarantine=_rows(output / "quarantine"),
    )


def _rows(folder: Path) -> tuple[dict[str, Any], ...]:
    if not folder.exists():
        return ()
    with _connection().cursor() as cursor:
        found = cursor.execute(
            "SELECT * FROM read_parquet(?, hive_partitioning = true) ORDER BY source_line", [f"{folder}/**/*.parquet"]
        )
        names = [column[0] for column in found.description or ()]
        return tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """Open, once, the engine that reads the written files."""
    return duckdb.connect(config={"threads": 1})
