"""Lints layout files, each with the sample beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from transactions.errors import EngineError, LayoutError, ReconciliationError
from transactions.files import validate_file
from transactions.layouts.catalog import LayoutCatalog
from transactions.layouts.layout import Layout
from transactions.layouts.layout_file import LayoutFile
from transactions.layouts.pattern_rules import patterns_of
from transactions.results import Source, Validation


@dataclass(frozen=True, kw_only=True)
class Linted:
    """One layout file: its sample, if there is one, and what is wrong, each with file, line, column and key."""

    path: Path
    sample: Path | None
    complaints: tuple[str, ...]


def lint_all(path: Path) -> list[Linted]:
    """Lint the layout at ``path``, or every one in that folder."""
    paths = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    return [_lint(found) for found in paths]


def sample_beside(path: Path) -> Path | None:
    """Return the sample beside the layout at ``path``; None if there is none."""
    return next(iter(sorted(path.parent.glob(f"{path.stem}.sample.*"))), None)


def _lint(path: Path) -> Linted:
    sample = sample_beside(path)
    try:
        file = LayoutFile.read(path)
    except LayoutError as error:
        return Linted(path=path, sample=sample, complaints=tuple(str(error).splitlines()))
    found = [*refused_by_engine(file.layout), *(_sample(file.layout, sample) if sample else ())]
    return Linted(path=path, sample=sample, complaints=tuple(file.located(found)))


def refused_by_engine(layout: Layout) -> Iterator[str]:
    """Yield each pattern of ``layout`` that the engine itself does not compile, with its key.

    There is none, as long as the engine is the one that the language of patterns was made for.
    """
    with duckdb.connect() as connection:
        for key, pattern, _ in patterns_of(layout):
            try:
                connection.execute("SELECT regexp_matches('', ?)", [pattern])
            except duckdb.Error as error:
                yield f"{key}: is refused by the engine ({' '.join(str(error).split())})"


def _sample(layout: Layout, sample: Path) -> Iterator[str]:
    try:
        yield from _differences(layout, validate_sample(layout, sample))
    except (duckdb.Error, EngineError, OSError, ReconciliationError) as error:
        yield f"sample: cannot be checked ({type(error).__name__})"


def validate_sample(layout: Layout, sample: Path) -> Validation:
    """Judge the ``sample`` of ``layout``; OSError if it cannot be read."""
    source = Source(
        file_id="sample",
        partner=layout.partner,
        file_name=layout.sample.file_name or sample.name,
        format=layout.format,
        received_at=datetime.now(UTC),
    )
    with TemporaryDirectory() as folder, sample.open("rb") as stream:
        return validate_file(stream, source, LayoutCatalog((layout,)), Path(folder))


def sample_figures(validation: Validation) -> dict[str, Any]:
    """Return what a layout declares of its sample, by the keys of its section."""
    counts = validation.counts
    return {
        "accepted": counts.accepted,
        "rejected": counts.rejected,
        "dropped": counts.dropped,
        "skipped": counts.skipped,
        "joined": counts.joined,
        "totals": {total.currency: total.sum for total in validation.totals},
        "errors": {error.code: error.count for error in validation.errors},
        "warnings": {warning.code: warning.count for warning in validation.warnings},
    }


def _differences(layout: Layout, validation: Validation) -> Iterator[str]:
    """Compare what the sample comes to with what the layout declares."""
    if not validation.counts.read:
        yield f"sample: {validation.reason}"
        return
    for key, found in sample_figures(validation).items():
        declared = getattr(layout.sample, key)
        if declared != found:
            yield f"sample.{key}: declared {declared}, found {found}"
