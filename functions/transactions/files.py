"""Validates and transforms one file: the two jobs that the pipeline needs from the domain."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from transactions.engine.balances import warnings_of
from transactions.engine.parquet import read_back, write_quarantine, write_transactions
from transactions.engine.staging import MEMORY_MB, Staged, Tally, engine, stage
from transactions.errors import FileRejectedError
from transactions.identity import content_id, delivery_id
from transactions.layouts.catalog import LayoutCatalog
from transactions.layouts.layout import Layout
from transactions.limits import rejection_of
from transactions.reading.csv_records import read_csv
from transactions.reading.intake import Arrival, Intake
from transactions.reading.json_records import read_json
from transactions.results import Counts, Source, Transformation, Validation, Verdict

_READERS = {"csv": read_csv, "json": read_json}


def validate_file(
    stream: BinaryIO, source: Source, catalog: LayoutCatalog, workdir: Path, memory_limit_mb: int = MEMORY_MB
) -> Validation:
    """Judge the file in ``stream``. Bad input never raises; it ends in the verdict REJECTED."""
    arrival = Arrival(stream)
    try:
        layouts = catalog.candidates(source.partner, source.format)
        with _staged(Intake(arrival), source, layouts, workdir, memory_limit_mb, to_write=False) as staged:
            rejection = rejection_of(staged, source.received_at.astimezone(UTC).date())
            return _validation(arrival, layout=staged.layout.name, rejection=rejection, staged=staged)
    except FileRejectedError as refused:
        arrival.drain()
        return _validation(arrival, layout=refused.layout, rejection=refused)


def transform_file(  # noqa: PLR0917 - two places, two streams of facts: no pair belongs together
    stream: BinaryIO, source: Source, layout: Layout, output: Path, workdir: Path, memory_limit_mb: int = MEMORY_MB
) -> Transformation:
    """Write the file's accepted and rejected rows as Parquet below ``output``.

    Raises
    ------
    FileRejectedError
        If the file cannot be read by this layout. Of the layout's limits, ``validate_file`` is the judge.
    ReconciliationError
        If the rows written are not those accepted.
    """
    with _staged(Intake(stream), source, (layout,), workdir, memory_limit_mb, to_write=True) as staged:
        transactions = write_transactions(staged, source, output)
        quarantine = write_quarantine(staged, source, output)
        return Transformation(
            layout=layout.name,
            counts=staged.counts,
            totals=staged.totals,
            written=read_back(staged, transactions, output),
            objects=(*transactions, *quarantine),
        )


@contextmanager
def _staged(
    intake: Intake,
    source: Source,
    layouts: Iterable[Layout],
    workdir: Path,
    memory_limit_mb: int,
    *,
    to_write: bool,
) -> Iterator[Staged]:
    with TemporaryDirectory(dir=workdir) as folder, engine(Path(folder), memory_limit_mb) as connection:
        records = _READERS[source.format](intake, tuple(layouts), Path(folder))
        yield stage(connection, records, source, to_write=to_write)


def _validation(
    arrival: Arrival, *, layout: str, rejection: FileRejectedError | None = None, staged: Staged | None = None
) -> Validation:
    if rejection:
        verdict: Verdict = "REJECTED"
    else:
        verdict = "VALID_WITH_REJECTED_ROWS" if staged and staged.counts.rejected else "VALID"
    warnings = warnings_of(staged) if staged else Tally()
    dates = staged.booking_dates if staged else None
    return Validation(
        verdict=verdict,
        layout=layout,
        reason_code=rejection.code.value if rejection else "",
        reason=rejection.reason if rejection else "",
        sha256=arrival.sha256,
        size=arrival.size,
        counts=staged.counts if staged else Counts(),
        totals=staged.totals if staged else (),
        errors=staged.errors.counts if staged else (),
        warnings=warnings.counts,
        examples=(*staged.errors.examples, *warnings.examples) if staged else (),
        skipped_lines=staged.skipped_lines if staged else (),
        joined_lines=staged.joined_lines if staged else (),
        first_booking_date=f"{dates.first}" if dates else "",
        last_booking_date=f"{dates.last}" if dates else "",
        content_id=content_id(arrival.sha256, staged.layout, staged.facts) if staged else "",
        delivery_id=delivery_id(staged.layout, staged.facts) if staged else "",
    )
