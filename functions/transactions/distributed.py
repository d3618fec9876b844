"""Validates and transforms one file with many tasks: what ``files`` does with one engine, for files that outgrow it.

One reader goes through the file, as it does for any other, so that hashes, line numbers and facts are the same; the
segments that it finds are what tasks stage, compare and write (decision 0046).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from transactions.codes import FileCode
from transactions.engine.balances import BORDER_ROWS, check_balances_between
from transactions.engine.counting import tally
from transactions.engine.database import MEMORY_MB, create_tables, engine
from transactions.engine.outcome import added, combined, tallied
from transactions.engine.plan import Plan
from transactions.engine.staging import SEGMENT_BYTES, PartGroups, Staged
from transactions.engine.tasks import (
    BucketTask,
    Exchange,
    FileTasks,
    FinishedSegment,
    FinishTask,
    Named,
    Runner,
    StagedSegment,
    StageTask,
    TakesFiles,
    border_rows,
    part_name,
)
from transactions.errors import FileRejectedError, ReconciliationError
from transactions.files import READERS, counts_of, refusal_of, validation_of, written_of
from transactions.layouts.catalog import LayoutCatalog
from transactions.layouts.layout import Layout
from transactions.reading.intake import Arrival, Intake
from transactions.reading.records import Part
from transactions.results import Source, Transformation, Validation
from transactions.sql import literals


@dataclass(frozen=True, kw_only=True)
class Workers:
    """What runs the tasks, what they leave files in for each other, and how many bytes of records one takes."""

    runner: Runner
    exchange: Exchange
    segment_bytes: int = SEGMENT_BYTES


def validate_with_tasks(stream: BinaryIO, source: Source, catalog: LayoutCatalog, workers: Workers) -> Validation:
    """Judge the file in ``stream``, as ``validate_file`` does."""
    arrival = Arrival(stream)
    try:
        layouts = catalog.candidates(source.partner, source.format)
        with _staged(Intake(arrival), source, layouts, workers, sink=None) as (work, folder):
            finished = work.finished()
            outcome = combined(one.outcome for one in finished)
            work.fetch_border_rows(folder)
            check_balances_between(work.staged)
            between = tally(work.staged.connection, "warnings")
            warnings = tallied([*(one.warnings for one in finished), between])
            return validation_of(arrival, work.staged, outcome, warnings, source)
    except FileRejectedError as refused:
        arrival.drain()
        return refusal_of(arrival, refused)


def transform_with_tasks(
    stream: BinaryIO, source: Source, layout: Layout, sink: TakesFiles, workers: Workers
) -> Transformation:
    """Write the file's rows as ``transform_file`` does, to ``sink`` instead of a folder.

    Raises
    ------
    FileRejectedError
        If the file cannot be read by this layout.
    ReconciliationError
        If the rows written are not those accepted.
    """
    with _staged(Intake(stream), source, (layout,), workers, sink=sink) as (work, _):
        finished = work.finished()
        outcome = combined(one.outcome for one in finished)
        written = written_of(added(one.written for one in finished))
        if written.totals != outcome.totals:
            raise ReconciliationError(f"accepted {outcome.totals}, written {written.totals}")
        transactions = [item for one in finished for item in one.transactions]
        quarantine = [item for one in finished for item in one.quarantine]
        return Transformation(
            layout=layout.name,
            counts=counts_of(work.staged.notes, outcome),
            totals=outcome.totals,
            written=written,
            objects=(*transactions, *quarantine),
        )


@dataclass(frozen=True, kw_only=True)
class _Work:
    """A file whose segments are staged in the exchange."""

    workers: Workers
    tasks: FileTasks
    segments: list[StagedSegment]
    staged: Staged

    def finished(self) -> list[FinishedSegment]:
        """Finish every segment, once the repeated ids are known."""
        buckets = sorted({bucket for segment in self.segments for bucket in segment.buckets})
        comparing = [
            BucketTask(bucket, tuple(one.number for one in self.segments if bucket in one.buckets))
            for bucket in buckets
        ]
        found = self.workers.runner.run(Named(self.tasks.compare), comparing)
        repeats = dict(zip(buckets, found, strict=True))
        some_signed, is_only = any(segment.some_signed for segment in self.segments), len(self.segments) == 1
        finishing = [
            FinishTask(
                segment=segment,
                buckets=tuple(bucket for bucket in buckets if segment.number in repeats[bucket]),
                is_only=is_only,
                some_signed=some_signed,
            )
            for segment in self.segments
        ]
        return self.workers.runner.run(Named(self.tasks.finish), finishing)

    def fetch_border_rows(self, folder: Path) -> None:
        """Bring the rows at the segments' borders into the engine, where balances are compared between segments."""
        if not self.staged.layout.running_balance or len(self.segments) == 1:
            return
        paths = {segment.number: folder / f"border-rows-{segment.number}" for segment in self.segments}
        for number, path in paths.items():
            self.workers.exchange.get(border_rows(number), path)
        rows = f"FROM read_parquet({literals(map(str, paths.values()))}, hive_partitioning = false)"
        self.staged.connection.execute(f"CREATE TABLE {BORDER_ROWS} AS {rows}")


@contextmanager
def _staged(
    intake: Intake, source: Source, layouts: Iterable[Layout], workers: Workers, *, sink: TakesFiles | None
) -> Iterator[tuple[_Work, Path]]:
    with TemporaryDirectory() as temporary, engine(Path(temporary), MEMORY_MB) as connection:
        folder = Path(temporary)
        records = READERS[source.format](intake, tuple(layouts), folder)
        plan = Plan.for_records(records, source, to_write=sink is not None)
        create_tables(connection, plan)
        tasks = FileTasks(plan=plan, guard=records.guard, source=source, exchange=workers.exchange, sink=sink)
        groups = PartGroups(records.parts, workers.segment_bytes)
        segments = _stage(groups, tasks, workers)
        if not sum(segment.records for segment in segments):
            raise FileRejectedError(FileCode.NO_RECORDS, layout=plan.layout.name)
        staged = Staged(plan=plan, connection=connection, segments=(), notes=groups.notes, some_signed=False)
        yield _Work(workers=workers, tasks=tasks, segments=segments, staged=staged), folder


def _stage(groups: PartGroups, tasks: FileTasks, workers: Workers) -> list[StagedSegment]:
    """Read the file to its end while its segments are staged; of several refusals, the first in the file counts."""
    of_reader = list[FileRejectedError]()

    def segments() -> Iterator[StageTask]:
        number = 0
        while not groups.ended and not of_reader:
            parts = list[Part]()
            try:
                for part in groups.next_group():
                    parts.append(part)
                    workers.exchange.put(part.path, part_name(part))
                    part.path.unlink()
            except FileRejectedError as refused:
                of_reader.append(refused)
            if parts:
                yield StageTask(number, tuple(parts))
            number += 1

    staged = workers.runner.run(Named(tasks.stage), segments())
    for code, detail in (segment.refusal for segment in staged if segment.refusal):
        raise FileRejectedError(code, detail, layout=tasks.plan.layout.name)
    if of_reader:
        raise of_reader[0]
    return staged
