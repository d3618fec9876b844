"""Validates and transforms one file: the two jobs that the pipeline needs from the domain."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from transactions.engine.balances import check_balances, check_balances_between
from transactions.engine.counting import tally
from transactions.engine.database import MEMORY_MB, engine
from transactions.engine.exclusions import dropped_by, skipped_by
from transactions.engine.notes import Notes, masked_lines
from transactions.engine.outcome import Outcome, Sum, Tally, combined, tallied, totals_of
from transactions.engine.parquet import read_back, write_quarantine, write_transactions
from transactions.engine.staging import Staged, stage
from transactions.errors import FileRejectedError
from transactions.identity import content_id, delivery_id
from transactions.layouts.catalog import LayoutCatalog
from transactions.layouts.layout import Layout
from transactions.limits import rejection_of
from transactions.reading.csv_records import read_csv
from transactions.reading.intake import Arrival, Intake
from transactions.reading.json_records import read_json
from transactions.results import Counts, Source, Transformation, Validation, Verdict, Written, WrittenObject

READERS = {"csv": read_csv, "json": read_json}


def validate_file(
    stream: BinaryIO, source: Source, catalog: LayoutCatalog, workdir: Path, memory_limit_mb: int = MEMORY_MB
) -> Validation:
    """Judge the file in ``stream``. Bad input never raises; it ends in the verdict REJECTED."""
    arrival = Arrival(stream)
    try:
        layouts = catalog.candidates(source.partner, source.format)
        with staged_file(Intake(arrival), source, layouts, workdir, memory_limit_mb, to_write=False) as staged:
            outcome = _judged(staged)
            return validation_of(arrival, staged, outcome, tally(staged.connection, "warnings"), source)
    except FileRejectedError as refused:
        arrival.drain()
        return refusal_of(arrival, refused)


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
    with staged_file(Intake(stream), source, (layout,), workdir, memory_limit_mb, to_write=True) as staged:
        outcomes, transactions, quarantine = list[Outcome](), list[WrittenObject](), list[WrittenObject]()
        for segment in staged.each():
            outcomes.append(staged.outcome(segment))
            transactions += write_transactions(staged, segment, source, output)
            quarantine += write_quarantine(staged, segment, outcomes[-1], source, output)
        outcome = combined(outcomes)
        return Transformation(
            layout=layout.name,
            counts=counts_of(staged.notes, outcome),
            totals=outcome.totals,
            written=written_of(read_back(staged.connection, outcome.sums, transactions, output)),
            objects=(*transactions, *quarantine),
        )


@contextmanager
def staged_file(
    intake: Intake,
    source: Source,
    layouts: Iterable[Layout],
    workdir: Path,
    memory_limit_mb: int,
    *,
    to_write: bool,
) -> Iterator[Staged]:
    """Stage the file in ``intake`` with an engine of its own; FileRejectedError if it cannot be read."""
    with TemporaryDirectory(dir=workdir) as folder, engine(Path(folder), memory_limit_mb) as connection:
        records = READERS[source.format](intake, tuple(layouts), Path(folder))
        yield stage(connection, records, source, Path(folder), to_write=to_write)


def written_of(sums: Mapping[str, Sum]) -> Written:
    """Say what was read back."""
    return Written(count=sum(one.count for one in sums.values()), totals=totals_of(sums))


def _judged(staged: Staged) -> Outcome:
    outcomes = list[Outcome]()
    for segment in staged.each():
        outcomes.append(staged.outcome(segment))
        check_balances(staged, segment)
    check_balances_between(staged)
    return combined(outcomes)


def counts_of(notes: Notes, outcome: Outcome) -> Counts:
    """Count records and lines."""
    return Counts(
        read=outcome.read,
        accepted=outcome.accepted,
        rejected=outcome.rejected,
        dropped=outcome.dropped,
        skipped=notes.skipped.count,
        joined=notes.joined.count,
    )


def validation_of(arrival: Arrival, staged: Staged, outcome: Outcome, warnings: Tally, source: Source) -> Validation:
    """Judge a file by the limits of its layout. ``warnings`` are those besides the reader's."""
    rejection = rejection_of(staged.layout, outcome, source.received_at.astimezone(UTC).date())
    valid: Verdict = "VALID_WITH_REJECTED_ROWS" if outcome.rejected else "VALID"
    warnings = tallied((staged.notes.warnings, warnings))
    facts = staged.plan.facts.of_file
    return Validation(
        verdict="REJECTED" if rejection else valid,
        layout=staged.layout.name,
        reason_code=rejection.code.value if rejection else "",
        reason=rejection.reason if rejection else "",
        sha256=arrival.sha256,
        size=arrival.size,
        counts=counts_of(staged.notes, outcome),
        totals=outcome.totals,
        errors=outcome.errors.counts,
        warnings=warnings.counts,
        examples=(*outcome.errors.examples, *warnings.examples),
        skipped_lines=masked_lines(staged.connection, staged.notes.skipped.first),
        joined_lines=masked_lines(staged.connection, staged.notes.joined.first),
        dropped_by=dropped_by(staged.layout, outcome.drops),
        skipped_by=skipped_by(staged.connection, staged.layout, staged.notes.skipped_by),
        rejected_totals=totals_of(outcome.rejected_sums),
        first_booking_date=f"{min(outcome.dates)}" if outcome.dates else "",
        last_booking_date=f"{max(outcome.dates)}" if outcome.dates else "",
        content_id=content_id(arrival.sha256, staged.layout, facts),
        delivery_id=delivery_id(staged.layout, facts),
    )


def refusal_of(arrival: Arrival, refused: FileRejectedError) -> Validation:
    """Judge a file of which nothing could be counted."""
    return Validation(
        verdict="REJECTED",
        layout=refused.layout,
        reason_code=refused.code.value,
        reason=refused.reason,
        sha256=arrival.sha256,
        size=arrival.size,
        counts=Counts(),
        totals=(),
        errors=(),
    )
