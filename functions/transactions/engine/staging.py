"""Stages a file segment by segment: every record read as text, checked completely, and only then cast."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from transactions.codes import FileCode
from transactions.engine.counting import sums_of, tally
from transactions.engine.database import THREADS, create_tables, insert
from transactions.engine.notes import Notes, masked_tally
from transactions.engine.outcome import Outcome, Tally
from transactions.engine.plan import Plan
from transactions.errors import FileRejectedError, ReconciliationError
from transactions.layouts.layout import Layout
from transactions.reading.parts import numbered_rows
from transactions.reading.records import ChecksLines, Part, Records
from transactions.results import Source
from transactions.sql import literal, literals

SEGMENT_BYTES = 192 << 20
"""A segment is complete once its records have so many bytes: what the engine makes of them is twice as large, and
stays below its limit of memory."""
SEGMENT_TABLES: Final = ("staged", "broken")
"""What belongs to one segment."""


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """So many consecutive ``records`` of a file, staged.

    ``folder`` is where its tables lie; None while they are in the engine. ``number`` is None of a file's only segment.
    """

    number: int | None
    records: int
    folder: Path | None


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """A file whose records are staged, in segments. ``some_signed`` is whether one of its amounts has a sign."""

    plan: Plan
    connection: duckdb.DuckDBPyConnection
    segments: tuple[Segment, ...]
    notes: Notes
    some_signed: bool

    @property
    def layout(self) -> Layout:
        """The file's layout."""
        return self.plan.layout

    def each(self) -> Iterator[Segment]:
        """Bring one segment after the other into the engine, in the file's order.

        It is then in two views: ``accepted`` (number, line and the mapped columns) and ``errors`` (number, line, field,
        error_code, rule, masked_value). The number is the record's place in the file.
        """
        for segment in self.segments:
            if segment.folder:
                fetch(self.connection, segment.folder)
            for statement in self.plan.amendments(some_signed=self.some_signed):
                self.connection.execute(statement)
            yield segment

    def drops(self) -> Tally:
        """Count the dropped rows by condition, where they are explained. The first of each have texts, not shapes."""
        return tally(self.connection, f"({self.plan.drops})") if self.plan.explains_drops else Tally()

    def outcome(self, segment: Segment) -> Outcome:
        """Account for the records of ``segment``, which is the one in the engine.

        Raises
        ------
        ReconciliationError
            If a row was counted twice or not at all.
        """
        rejected, dropped = self.connection.execute(
            "SELECT (SELECT count(DISTINCT number) FROM errors), (SELECT count(*) FROM staged WHERE dropped)"
        ).fetchall()[0]
        dates = self.connection.execute("SELECT DISTINCT booking_date FROM accepted").fetchall()
        outcome = Outcome(
            read=segment.records,
            rejected=rejected,
            dropped=dropped,
            sums=sums_of(self.connection, "accepted"),
            dates=frozenset(date for (date,) in dates),
            errors=tally(self.connection, "errors"),
            rejected_sums=sums_of(self.connection, "rejected_amounts") if rejected and not self.plan.to_write else {},
            drops=masked_tally(self.connection, self.drops()),
        )
        if not outcome.adds_up:
            counts = f"read {outcome.read}, accepted {outcome.accepted}, rejected {rejected}, dropped {dropped}"
            raise ReconciliationError(f"{self.layout.name}: {counts}")
        return outcome


def stage(
    connection: duckdb.DuckDBPyConnection,
    records: Records,
    source: Source,
    workdir: Path,
    segment_bytes: int = SEGMENT_BYTES,
    *,
    to_write: bool = True,
) -> Staged:
    """Read, map and check all records. Rows that are not ``to_write`` are kept only as far as a verdict needs them.

    The segments of a file that has more than one lie below ``workdir``.

    Raises
    ------
    FileRejectedError
        If there are no records, if they cannot be read, or if the engine cannot account for each of them.
    """
    plan = Plan.for_records(records, source, to_write=to_write)
    create_tables(connection, plan)
    groups = PartGroups(records.parts, segment_bytes)
    segments = tuple(_segments(connection, records, plan, workdir, groups))
    if not sum(segment.records for segment in segments):
        raise FileRejectedError(FileCode.NO_RECORDS, layout=plan.layout.name)
    rows = _all_rows(segments)
    if plan.has_ids:
        connection.execute(f"INSERT INTO repeats {plan.repeats(rows)}")
    some_signed = plan.signs_some and connection.execute(plan.any_signed(rows)).fetchall()[0][0]
    for statement in plan.views():
        connection.execute(statement)
    return Staged(
        plan=plan,
        connection=connection,
        segments=segments,
        notes=groups.notes,
        some_signed=some_signed,
    )


class PartGroups:
    """Divides a file's parts among segments, as they are read; what else the reader found is in ``notes``."""

    def __init__(self, parts: Iterator[Part], segment_bytes: int) -> None:
        self._parts, self._bytes, self.notes = parts, segment_bytes, Notes()
        self._next = next(parts, None)

    @property
    def ended(self) -> bool:
        """Whether no part is left."""
        return self._next is None

    def next_group(self) -> Iterator[Part]:
        """Yield the parts of the next segment. The one behind it is read before the iteration ends."""
        size = 0
        while self._next is not None and size < self._bytes:
            self.notes.add(self._next)
            size += self._next.path.stat().st_size
            yield self._next
            self._next = next(self._parts, None)


def _segments(
    connection: duckdb.DuckDBPyConnection, records: Records, plan: Plan, workdir: Path, groups: PartGroups
) -> Iterator[Segment]:
    number = 0
    while not groups.ended:
        found = load(connection, plan, groups.next_group(), records.guard)
        if groups.ended and not number:
            yield Segment(number=None, records=found, folder=None)
        else:
            folder = workdir / f"segment-{number}"
            keep(connection, folder)
            yield Segment(number=number, records=found, folder=folder)
        number += 1


def load(connection: duckdb.DuckDBPyConnection, plan: Plan, parts: Iterator[Part], guard: ChecksLines | None) -> int:
    """Fill the segment's tables anew from ``parts``, and remove their files; return the number of records.

    Raises
    ------
    FileRejectedError
        If the parts cannot be read further, if the engine does not find each of their rows, or by the ``guard``.
    """
    found, loading = 0, deque[Future[int]]()
    with ThreadPoolExecutor(THREADS) as loaders:
        try:
            # While parts are loaded, the next one is read.
            for part in parts:
                if not loading:
                    connection.execute(f"CREATE OR REPLACE TABLE staged AS {plan.staging(part)} LIMIT 0")
                before = loading[-1] if loading else None
                loading.append(loaders.submit(_load, connection, plan, part, before, guard))
                if len(loading) > THREADS:
                    found += loading[0].result()
                    loading.popleft()
        finally:
            # Whatever has failed: what stands further up in the file comes first.
            found += sum(loaded.result() for loaded in loading)
    return found


def keep(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Move the segment in the engine into files below ``folder``, which is made."""
    folder.mkdir()
    for table in SEGMENT_TABLES:
        # lz4: written and read once.
        connection.execute(f"COPY {table} TO {literal(str(folder / table))} (FORMAT parquet, COMPRESSION lz4)")
        connection.execute(f"TRUNCATE {table}")


def fetch(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Bring the segment below ``folder`` into the engine."""
    for table in SEGMENT_TABLES:
        rows = f"FROM read_parquet({literal(str(folder / table))}, hive_partitioning = false)"
        connection.execute(f"CREATE OR REPLACE TABLE {table} AS {rows}")


def _all_rows(segments: tuple[Segment, ...]) -> str:
    """Return the relation of all staged rows."""
    files = [str(segment.folder / "staged") for segment in segments if segment.folder]
    return f"read_parquet({literals(files)}, hive_partitioning = false)" if files else "staged"


def _load(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    part: Part,
    before: Future[int] | None,
    guard: ChecksLines | None,
) -> int:
    """Load one part, remove its file, return the number of its records, those that are broken included."""
    with connection.cursor() as cursor:
        cursor.begin()
        if _fill(cursor, plan, part) != part.rows:
            raise FileRejectedError(FileCode.RECORDS_LOST, layout=plan.layout.name)
        if guard:
            _check_unaccepted(cursor, plan.layout, part, guard)
        if before:
            before.result()  # The rows lie in the file's order.
        cursor.commit()
    part.path.unlink()
    return part.count + len(part.broken)


def _check_unaccepted(cursor: duckdb.DuckDBPyConnection, layout: Layout, part: Part, guard: ChecksLines) -> None:
    """Show ``guard`` the rows of the part that are rejected or dropped."""
    query = "SELECT number FROM staged WHERE number >= ? AND (dropped OR errors IS NOT NULL) ORDER BY number"
    numbers = {number for (number,) in cursor.execute(query, [part.first]).fetchall()}
    if numbers:
        for number, row in numbered_rows(part, layout.dialect):
            if number in numbers:
                guard.check(number, row)


def _fill(cursor: duckdb.DuckDBPyConnection, plan: Plan, part: Part) -> int:
    """Fill the tables from one part; return how many rows the engine found, those that are no records included."""
    rows = cursor.execute(f"INSERT INTO staged {plan.staging(part)}").fetchall()[0][0]
    if part.placeholders:
        placeholders = "number >= ? AND number IN (SELECT unnest(?))"
        cursor.execute(f"DELETE FROM staged WHERE {placeholders}", [part.first, list(part.placeholders)])  # noqa: S608 - own name
    insert(cursor, "broken", [(record.line, record.code.value, record.rule, record.text) for record in part.broken])
    return int(rows)
