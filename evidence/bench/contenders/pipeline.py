"""The pipeline's two jobs, by the very functions that run in Lambda: validate, transform, or one after the other."""

import sys
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from evidence.bench.contenders.result import ContenderResult, plain, run
from evidence.bench.data import RECEIVED_AT
from transactions.files import transform_file, validate_file
from transactions.layouts.catalog import LayoutCatalog, read_layout
from transactions.layouts.layout import Layout
from transactions.results import Source, Transformation, Validation

LAYOUTS: Final = {
    "csv": "alpine-2025",
    "decimal-comma": "dkb-2023",
    "json": "bench-json",
    "ndjson": "bench-ndjson",
    "json-numbers": "bench-json-numbers",
    "ndjson-numbers": "bench-ndjson-numbers",
}
"""The layout that reads each of the benchmark's formats."""
_OWN_LAYOUTS = Path(__file__).parents[1] / "layouts"


def catalog_of(file_format: str) -> LayoutCatalog:
    """Load the layouts that ship with the package, or the benchmark's own one for ``file_format``."""
    own = _OWN_LAYOUTS / f"{LAYOUTS[file_format]}.yaml"
    return LayoutCatalog((read_layout(own),)) if own.exists() else LayoutCatalog.load()


def source_of(layout: Layout, file: Path) -> Source:
    """Announce ``file`` as a file of that layout's partner."""
    return Source(
        file_id="0" * 64, partner=layout.partner, file_name=file.name, format=layout.format, received_at=RECEIVED_AT
    )


def outcome(result: Validation | Transformation) -> ContenderResult:
    """Say what a step came to."""
    counts, errors = result.counts, result.errors if isinstance(result, Validation) else ()
    return ContenderResult(
        read=counts.read,
        accepted=counts.accepted,
        rejected=counts.rejected,
        totals={total.currency: plain(Decimal(total.sum)) for total in result.totals},
        errors={error.code: error.count for error in errors},
    )


def _job(file_format: str, file: Path, output: Path) -> ContenderResult:
    steps = sys.argv[1:-3]
    catalog = catalog_of(file_format)
    layout = catalog.get(LAYOUTS[file_format])
    source = source_of(layout, file)
    outcomes = list[ContenderResult]()
    with TemporaryDirectory(dir=output) as workdir:
        if "validate" in steps:
            with file.open("rb") as stream:
                outcomes.append(outcome(validate_file(stream, source, catalog, Path(workdir))))
        if "transform" in steps:
            with file.open("rb") as stream:
                outcomes.append(outcome(transform_file(stream, source, layout, output, Path(workdir))))
    first, last = outcomes[0], outcomes[-1]
    if not first.agrees(last):
        sys.exit(f"validate comes to {first}, transform to {last}")
    return first


if __name__ == "__main__":
    run(_job)
