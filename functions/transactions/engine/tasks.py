# ruff: noqa: S608 - own names
"""The work on one file as tasks, each on one segment or one bucket of ids: they may run anywhere, side by side.

What a task leaves for others goes through an exchange. The rules are those of a file that one engine reads alone, since
every task has an engine of its own and uses it the same way; what crosses segments is worked out between them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Generic, Protocol, TypeVar

import duckdb
import msgspec

from transactions.codes import FileCode
from transactions.engine.balances import BORDER_ROWS, check_balances
from transactions.engine.counting import tally
from transactions.engine.database import MEMORY_MB, create_tables, engine
from transactions.engine.notes import Notes
from transactions.engine.outcome import Outcome, Sum, Tally
from transactions.engine.parquet import read_back, write_quarantine, write_transactions
from transactions.engine.plan import HAS_ID, Plan
from transactions.engine.staging import SEGMENT_TABLES, Segment, Staged, fetch, keep, load
from transactions.errors import FileRejectedError
from transactions.reading.records import ChecksLines, Part
from transactions.results import Source, WrittenObject
from transactions.sql import literal, literals

BUCKETS: Final = 16
"""Ids are compared in so many groups: one of a file of 10 GB has some five million."""
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class TaskError(Exception):
    """A task failed. The message is the class name of its error and nothing else: an error may quote the file."""


class TakesFiles(Protocol):
    """Keeps files under names, which are relative paths."""

    def put(self, path: Path, name: str) -> None:
        """Keep the file at ``path``; one of the same name is replaced."""


class Exchange(TakesFiles, Protocol):
    """Keeps files for tasks that run elsewhere."""

    def get(self, name: str, path: Path) -> None:
        """Write the file of this name to ``path``."""


class Runner(Protocol):
    """Runs tasks, several at a time if it can."""

    def run(self, task: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
        """Run ``task`` on each of ``items``, which are taken as there is room for them; the results are in order."""


class StageTask(msgspec.Struct, frozen=True):
    """Stages the segment ``number`` from its parts, whose files are in the exchange by their names."""

    number: int
    parts: tuple[Part, ...]


class StagedSegment(msgspec.Struct, frozen=True, kw_only=True):
    """A segment in the exchange. ``buckets`` are those that have ids of it; or the file is refused by a code."""

    number: int
    records: int = 0
    buckets: tuple[int, ...] = ()
    some_signed: bool = False
    refusal: tuple[FileCode, str] | None = None


class BucketTask(msgspec.Struct, frozen=True):
    """Compares the ids of a bucket in these segments."""

    bucket: int
    segments: tuple[int, ...]


class FinishTask(msgspec.Struct, frozen=True, kw_only=True):
    """Judges a segment, and writes its rows where there is a sink. ``buckets`` are those with repeats in it."""

    segment: StagedSegment
    buckets: tuple[int, ...]
    is_only: bool
    some_signed: bool


class FinishedSegment(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a segment. ``written`` is what lies in its Parquet files."""

    outcome: Outcome
    warnings: Tally = Tally()
    written: Mapping[str, Sum] = msgspec.field(default_factory=dict)
    transactions: tuple[WrittenObject, ...] = ()
    quarantine: tuple[WrittenObject, ...] = ()


class Named(msgspec.Struct, Generic[_Item, _Result], frozen=True):
    """A task whose error says no more than its name."""

    task: Callable[[_Item], _Result]

    def __call__(self, item: _Item) -> _Result:
        """Run the task on ``item``; a TaskError names what prevents it."""
        try:
            return self.task(item)
        except Exception as error:
            name = type(error).__name__
        # Raised here, it has no context that would be told with it.
        raise TaskError(name)


class FileTasks(msgspec.Struct, frozen=True, kw_only=True):
    """The tasks of one file, which is read by ``plan``. Where rows are written, their objects go to ``sink``."""

    plan: Plan
    guard: ChecksLines | None
    source: Source
    exchange: Exchange
    sink: TakesFiles | None = None

    def stage(self, task: StageTask) -> StagedSegment:
        """Stage a segment and leave it in the exchange."""
        with _workplace(self.plan) as (folder, connection):
            try:
                records = load(connection, self.plan, self._fetched(task.parts, folder), self.guard)
            except FileRejectedError as refused:
                return StagedSegment(number=task.number, refusal=(refused.code, refused.detail))
            some_signed = self.plan.signs_some and connection.execute(self.plan.any_signed("staged")).fetchall()[0][0]
            buckets = tuple(self._put_ids(connection, folder, task.number)) if self.plan.has_ids else ()
            keep(connection, folder / "segment")
            for table in SEGMENT_TABLES:
                self.exchange.put(folder / "segment" / table, f"segments/{task.number}/{table}")
            return StagedSegment(number=task.number, records=records, buckets=buckets, some_signed=some_signed)

    def compare(self, task: BucketTask) -> tuple[int, ...]:
        """Find the repeated ids of a bucket; return the segments that have some."""
        with _workplace(self.plan) as (folder, connection):
            for number in task.segments:
                self.exchange.get(_ids(number, task.bucket), folder / f"ids-{number}")
            files = literals(str(folder / f"ids-{number}") for number in task.segments)
            ids = f"read_parquet({files}, hive_partitioning = false)"
            connection.execute(f"CREATE TABLE found AS {self.plan.repeats(ids, 'segment')}")
            segments = [number for (number,) in connection.execute("SELECT DISTINCT segment FROM found").fetchall()]
            for number in segments:
                rows, path = f"SELECT number, nth FROM found WHERE segment = {number}", folder / f"repeats-{number}"
                connection.execute(f"COPY ({rows}) TO {literal(str(path))} (FORMAT parquet)")
                self.exchange.put(path, _repeats(number, task.bucket))
            return tuple(sorted(segments))

    def finish(self, task: FinishTask) -> FinishedSegment:
        """Judge a segment, and write its rows."""
        number = task.segment.number
        with _workplace(self.plan) as (folder, connection):
            (folder / "segment").mkdir()
            for table in SEGMENT_TABLES:
                self.exchange.get(f"segments/{number}/{table}", folder / "segment" / table)
            for bucket in task.buckets:
                path = folder / f"repeats-{bucket}"
                self.exchange.get(_repeats(number, bucket), path)
                connection.execute(f"INSERT INTO repeats FROM read_parquet({literal(str(path))})")
            fetch(connection, folder / "segment")
            for statement in self.plan.views():
                connection.execute(statement)
            segment = Segment(number=None if task.is_only else number, records=task.segment.records, folder=None)
            staged = Staged(
                plan=self.plan,
                connection=connection,
                segments=(segment,),
                notes=Notes(),
                some_signed=task.some_signed,
            )
            return self._finished(staged, folder / "output")

    def _finished(self, staged: Staged, output: Path) -> FinishedSegment:
        [segment] = staged.each()
        outcome = staged.outcome(segment)
        if not self.sink:
            self._check_balances(staged, segment, output)
            return FinishedSegment(outcome=outcome, warnings=tally(staged.connection, "warnings"))
        transactions = write_transactions(staged, segment, self.source, output)
        quarantine = write_quarantine(staged, segment, outcome, self.source, output)
        written = read_back(staged.connection, outcome.sums, transactions, output)
        for item in (*transactions, *quarantine):
            self.sink.put(output / item.path, item.path)
        return FinishedSegment(outcome=outcome, written=written, transactions=transactions, quarantine=quarantine)

    def _check_balances(self, staged: Staged, segment: Segment, folder: Path) -> None:
        check_balances(staged, segment)
        if self.plan.layout.running_balance and segment.number is not None:
            folder.mkdir()
            path = folder / BORDER_ROWS
            staged.connection.execute(f"COPY {BORDER_ROWS} TO {literal(str(path))} (FORMAT parquet)")
            self.exchange.put(path, border_rows(segment.number))

    def _fetched(self, parts: Iterable[Part], folder: Path) -> Iterator[Part]:
        for part in parts:
            path = folder / part.path.name
            self.exchange.get(part_name(part), path)
            yield msgspec.structs.replace(part, path=path)

    def _put_ids(self, connection: duckdb.DuckDBPyConnection, folder: Path, number: int) -> Iterator[int]:
        """Leave the ids for the tasks that compare them, by bucket; yield the buckets that have some."""
        columns = f"number, transaction_id, dropped, {number} AS segment"
        for bucket in range(BUCKETS):
            path, of_bucket = folder / f"ids-{bucket}", f"{HAS_ID} AND hash(transaction_id) % {BUCKETS} = {bucket}"
            rows = f"SELECT {columns} FROM staged WHERE {of_bucket}"
            if connection.execute(f"COPY ({rows}) TO {literal(str(path))} (FORMAT parquet)").fetchall()[0][0]:
                self.exchange.put(path, _ids(number, bucket))
                yield bucket


@contextmanager
def _workplace(plan: Plan) -> Iterator[tuple[Path, duckdb.DuckDBPyConnection]]:
    with TemporaryDirectory() as folder, engine(Path(folder), MEMORY_MB) as connection:
        create_tables(connection, plan)
        yield Path(folder), connection


def part_name(part: Part) -> str:
    """Name a part in the exchange."""
    return f"parts/{part.path.name}"


def border_rows(segment: int) -> str:
    """Name the border rows of a segment in the exchange."""
    return f"border-rows/{segment}"


def _ids(segment: int, bucket: int) -> str:
    return f"ids/{segment}/{bucket}"


def _repeats(segment: int, bucket: int) -> str:
    return f"repeats/{segment}/{bucket}"
