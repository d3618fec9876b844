"""The engine: every record read as text, checked completely, and only then cast."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import msgspec

from transactions.codes import FileCode
from transactions.currencies import MINOR_UNITS
from transactions.engine.plan import Plan
from transactions.errors import EngineError, FileRejectedError, ReconciliationError
from transactions.layouts.layout import Layout
from transactions.reading.csv_records import hold_back_malformed
from transactions.reading.records import Part, Records
from transactions.results import Counts, ErrorCount, ErrorExample, Source, Total, plain_amount

EXAMPLES_PER_CODE = 5
THREADS = 2
"""What a function's memory buys of processors."""
MEMORY_MB = 768
"""A quarter of a function's memory: the engine takes up to 0.3 GB more, and a large file spills to disk in any case."""
_TABLES = """
    CREATE TABLE currencies (code VARCHAR, minor_units INTEGER);
    CREATE TABLE checks ("check" USMALLINT, field VARCHAR, error_code VARCHAR, rule VARCHAR);
    CREATE TABLE broken (line BIGINT, error_code VARCHAR, text VARCHAR);
"""
"""No table is temporary: the loaders' cursors must see them."""


class Tally(msgspec.Struct, frozen=True):
    """What was found: how often each code, and the first of each."""

    counts: tuple[ErrorCount, ...] = ()
    examples: tuple[ErrorExample, ...] = ()


class Staged(msgspec.Struct, frozen=True):
    """A file's rows in the engine, accounted for.

    The connection has two views: ``accepted`` (number, line and the mapped columns) and ``errors`` (number, line,
    field, error_code, rule, masked_value). The number is the record's place in the file.
    """

    layout: Layout
    connection: duckdb.DuckDBPyConnection
    counts: Counts
    totals: tuple[Total, ...]
    errors: Tally


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
    layout, plan = records.layout, Plan.of(records, source, to_write=to_write)
    connection.execute(_TABLES)
    _insert(connection, "currencies", list(MINOR_UNITS.items()))
    checks = [(number, field, check.code.value, check.rule) for number, field, check in plan.checks]
    _insert(connection, "checks", checks)
    read = _read_all(connection, records, plan)
    if not read:
        raise FileRejectedError(FileCode.NO_RECORDS, layout=layout.name)
    for statement in plan.views():
        connection.execute(statement)
    return _accounted(connection, layout, read)


def _read_all(connection: duckdb.DuckDBPyConnection, records: Records, plan: Plan) -> int:
    """Fill the tables and return how many records there are. Parts are loaded while the next one is read."""
    read, loading = 0, deque[Future[int]]()
    with ThreadPoolExecutor(THREADS) as loaders:
        for part in records.parts:
            if not loading:
                connection.execute(f"CREATE TABLE staged AS {plan.staging(part)} LIMIT 0")
            before = loading[-1] if loading else None
            loading.append(loaders.submit(_load, connection, plan, part, before))
            if len(loading) > THREADS:
                read += loading.popleft().result()
        return read + sum(part.result() for part in loading)


def _load(connection: duckdb.DuckDBPyConnection, plan: Plan, part: Part, before: Future[int] | None) -> int:
    """Load one part, remove its file, return the number of its records, those that are broken included.

    A quote in the wrong place makes the engine pass over a row, or run on into the next ones: where it finds fewer
    rows than the reader has counted, each record is looked at exactly.
    """
    with connection.cursor() as cursor:
        cursor.begin()
        found = _fill(cursor, plan, part)
        if found != part.rows and plan.layout.format == "csv":
            cursor.rollback()
            cursor.begin()
            part = hold_back_malformed(part, plan.layout.dialect, len(plan.file_columns))
            found = _fill(cursor, plan, part)
        if found != part.rows:
            raise FileRejectedError(FileCode.RECORDS_LOST, layout=plan.layout.name)
        if before:
            before.result()  # The rows lie in the file's order.
        cursor.commit()
    part.path.unlink()
    return part.count + len(part.broken)


def _fill(cursor: duckdb.DuckDBPyConnection, plan: Plan, part: Part) -> int:
    """Fill the tables from one part; return how many rows the engine found, those that are no records included."""
    rows = cursor.execute(f"INSERT INTO staged {plan.staging(part)}").fetchall()[0][0]
    if part.left_out:
        placeholders = "number >= ? AND number IN (SELECT unnest(?))"
        cursor.execute(f"DELETE FROM staged WHERE {placeholders}", [part.first, list(part.left_out)])  # noqa: S608 - own name
    _insert(cursor, "broken", [(record.line, record.code.value, record.text) for record in part.broken])
    return int(rows)


def _accounted(connection: duckdb.DuckDBPyConnection, layout: Layout, read: int) -> Staged:
    totals = control_totals(connection, "accepted")
    rejected, dropped = connection.execute(
        "SELECT (SELECT count(DISTINCT number) FROM errors), (SELECT count(*) FROM staged WHERE dropped)"
    ).fetchall()[0]
    counts = Counts(read=read, accepted=sum(total.count for total in totals), rejected=rejected, dropped=dropped)
    if counts.read != counts.accepted + counts.rejected + counts.dropped:
        raise ReconciliationError(f"{layout.name}: {counts}")
    return Staged(layout, connection, counts, totals, tally(connection, "errors"))


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
