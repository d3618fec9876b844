"""The engine: every record read as text, checked completely, and only then cast."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import msgspec

from transactions.codes import FileCode
from transactions.currencies import MINOR_UNITS, VALIDITY
from transactions.engine.plan import Plan
from transactions.errors import EngineError, FileRejectedError, ReconciliationError
from transactions.layouts.layout import Layout
from transactions.reading.parts import numbered_rows
from transactions.reading.records import ChecksLines, Part, Records
from transactions.results import (
    EXAMPLES_PER_CODE,
    Counts,
    ErrorCount,
    ErrorExample,
    SkippedLine,
    Source,
    Total,
    plain_amount,
)
from transactions.sql import masked

THREADS = 2
"""What a function's memory buys of processors."""
MEMORY_MB = 768
"""A quarter of a function's memory: the engine takes up to 0.3 GB more, and a large file spills to disk in any case."""
_TABLES = """
    CREATE TABLE currencies (code VARCHAR, minor_units INTEGER, valid_from DATE, valid_to DATE);
    CREATE TABLE checks ("check" USMALLINT, field VARCHAR, error_code VARCHAR, rule VARCHAR);
    CREATE TABLE broken (line BIGINT, error_code VARCHAR, rule VARCHAR, text VARCHAR);
    CREATE TABLE skipped (line BIGINT, text VARCHAR);
    CREATE TABLE joined (line BIGINT, text VARCHAR);
    CREATE TABLE warnings (
        number BIGINT, line BIGINT, field VARCHAR, error_code VARCHAR, rule VARCHAR, masked_value VARCHAR);
"""
"""No table is temporary: the loaders' cursors must see them."""


class Tally(msgspec.Struct, frozen=True):
    """What was found: how often each code, and the first of each."""

    counts: tuple[ErrorCount, ...] = ()
    examples: tuple[ErrorExample, ...] = ()


class BookingDates(msgspec.Struct, frozen=True):
    """The booking dates of the accepted rows: the first, the last, and how many different ones there are."""

    first: date
    last: date
    count: int


class Staged(msgspec.Struct, frozen=True):
    """A file's rows in the engine, accounted for.

    The connection has two views: ``accepted`` (number, line and the mapped columns) and ``errors`` (number, line,
    field, error_code, rule, masked_value), and a table ``warnings`` with the columns of ``errors``. The number is the
    record's place in the file. ``booking_dates`` is None without accepted rows. ``facts`` are those captured
    for the whole file.
    """

    layout: Layout
    connection: duckdb.DuckDBPyConnection
    counts: Counts
    totals: tuple[Total, ...]
    errors: Tally
    skipped_lines: tuple[SkippedLine, ...]
    joined_lines: tuple[SkippedLine, ...]
    booking_dates: BookingDates | None
    facts: Mapping[str, str]


@contextmanager
def engine(workdir: Path, memory_limit_mb: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an engine that keeps to ``memory_limit_mb`` and spills below ``workdir``.

    Raises
    ------
    EngineError
        If the engine fails, other than for want of memory or disk.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory_limit_mb}MB",
        "temp_directory": str(workdir / "spill"),
        "threads": THREADS,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    try:
        with duckdb.connect(config=settings) as connection:
            yield connection
    except (duckdb.OutOfMemoryException, duckdb.IOException):
        raise
    except duckdb.Error as error:
        raise EngineError(type(error).__name__) from None


def stage(connection: duckdb.DuckDBPyConnection, records: Records, source: Source, *, to_write: bool = True) -> Staged:
    """Read, map and check all records. Rows that are not ``to_write`` are kept only as far as a verdict needs them.

    Raises
    ------
    FileRejectedError
        If there are no records, if they cannot be read, or if the engine cannot account for each of them.
    ReconciliationError
        If a row was counted twice or not at all.
    """
    layout, plan = records.layout, Plan.for_records(records, source, to_write=to_write)
    connection.execute(_TABLES)
    _insert(connection, "currencies", list(_currencies()))
    checks = [(number, field, check.code.value, check.rule) for number, field, check in plan.checks]
    _insert(connection, "checks", checks)
    found = _read_all(connection, records, plan)
    if not found.read:
        raise FileRejectedError(FileCode.NO_RECORDS, layout=layout.name)
    for statement in plan.views():
        connection.execute(statement)
    return _accounted(connection, plan, found)


def _currencies() -> Iterator[tuple[object, ...]]:
    for code, minor_units in MINOR_UNITS.items():
        validity = VALIDITY.get(code)
        yield code, minor_units, validity and validity.first, validity and validity.last


def _read_all(connection: duckdb.DuckDBPyConnection, records: Records, plan: Plan) -> Counts:
    """Fill the tables; count the records, the lines skipped and joined. Parts are loaded while the next one is read."""
    read, skipped, joined, loading = 0, 0, 0, deque[Future[int]]()
    with ThreadPoolExecutor(THREADS) as loaders:
        for part in records.parts:
            if not loading:
                connection.execute(f"CREATE TABLE staged AS {plan.staging(part)} LIMIT 0")
            skipped, joined = skipped + part.skipped.count, joined + part.joined.count
            before = loading[-1] if loading else None
            loading.append(loaders.submit(_load, connection, plan, part, before, records.guard))
            if len(loading) > THREADS:
                read += loading.popleft().result()
        read += sum(part.result() for part in loading)
        return Counts(read=read, skipped=skipped, joined=joined)


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
    _insert(cursor, "broken", [(record.line, record.code.value, record.rule, record.text) for record in part.broken])
    _insert(cursor, "skipped", part.skipped.first)
    _insert(cursor, "joined", part.joined.first)
    warnings = [
        (found.line, found.line, found.field, found.code, found.rule, found.masked_value) for found in part.warnings
    ]
    _insert(cursor, "warnings", warnings)
    return int(rows)


def _accounted(connection: duckdb.DuckDBPyConnection, plan: Plan, found: Counts) -> Staged:
    totals = control_totals(connection, "accepted")
    rejected, dropped = connection.execute(
        "SELECT (SELECT count(DISTINCT number) FROM errors), (SELECT count(*) FROM staged WHERE dropped)"
    ).fetchall()[0]
    dates = connection.execute(
        "SELECT min(booking_date), max(booking_date), count(DISTINCT booking_date) FROM accepted"
    ).fetchall()[0]
    accepted = sum(total.count for total in totals)
    counts = msgspec.structs.replace(found, accepted=accepted, rejected=rejected, dropped=dropped)
    if counts.read != counts.accepted + counts.rejected + counts.dropped:
        raise ReconciliationError(f"{plan.layout.name}: {counts}")
    return Staged(
        layout=plan.layout,
        connection=connection,
        counts=counts,
        totals=totals,
        errors=tally(connection, "errors"),
        skipped_lines=_first_lines(connection, "skipped"),
        joined_lines=_first_lines(connection, "joined"),
        booking_dates=BookingDates(*dates) if accepted else None,
        facts=plan.facts.of_file,
    )


def _first_lines(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[SkippedLine, ...]:
    query = f"SELECT line, {masked('text')} AS masked_value FROM {table} ORDER BY line LIMIT {EXAMPLES_PER_CODE}"  # noqa: S608 - own names
    return tuple(SkippedLine(line=line, masked_value=shape) for line, shape in connection.execute(query).fetchall())


def tally(connection: duckdb.DuckDBPyConnection, relation: str) -> Tally:
    """Count the codes of ``relation``, which has the columns of ``errors``, in their order."""
    found = connection.execute(f"""
        SELECT error_code, count(*), min({{'number': number, 'field': field, 'line': line, 'rule': rule,
            'masked_value': coalesce(masked_value, '')}}, {EXAMPLES_PER_CODE})
        FROM {relation} GROUP BY 1 ORDER BY 1""").fetchall()  # noqa: S608 - own names
    examples = [{"code": code, **example} for code, _, first in found for example in first]
    return Tally(
        counts=tuple(ErrorCount(code=code, count=count) for code, count, _ in found),
        examples=msgspec.convert(examples, tuple[ErrorExample, ...]),
    )


def control_totals(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[Total, ...]:
    """Count and sum ``relation`` by currency, exactly, in the order of the currencies' codes."""
    query = f"SELECT currency, count(*), sum(amount) FROM {relation} GROUP BY 1 ORDER BY 1"  # noqa: S608 - own name
    return tuple(
        Total(currency=currency, count=count, sum=plain_amount(amount, currency))
        for currency, count, amount in connection.execute(query).fetchall()
    )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Add ``rows`` in one statement: row by row would take minutes for a file full of errors."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        values = ", ".join(["unnest(?)"] * len(columns))
        connection.execute(f"INSERT INTO {table} SELECT {values}", columns)
