"""The engine: every record read as text, checked completely, and only then cast."""

from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import msgspec

from transactions.codes import FileCode, RowCode
from transactions.csv_records import hold_back_malformed
from transactions.currencies import MINOR_UNITS
from transactions.errors import EngineError, FileRejectedError, ReconciliationError
from transactions.layout import Layout
from transactions.plan import Plan
from transactions.records import Broken, Records
from transactions.results import Counts, ErrorCount, ErrorExample, Source, Total, plain_amount
from transactions.sql import SHOWN_CHARACTERS

EXAMPLES_PER_CODE = 5
TO_JUDGE = frozenset({"transaction_id", "account_id", "currency", "amount", "balance_after"})
"""The columns that a verdict is made of, besides the errors and warnings: ids, totals, running balances."""
THREADS = 2
"""What a function's memory buys of processors."""
_TABLES = """
    CREATE OR REPLACE TEMP TABLE currencies (code VARCHAR, minor_units INTEGER);
    CREATE OR REPLACE TEMP TABLE checks ("check" USMALLINT, field VARCHAR, error_code VARCHAR, rule VARCHAR);
    CREATE OR REPLACE TEMP TABLE broken (line BIGINT, error_code VARCHAR, text VARCHAR);
    DROP TABLE IF EXISTS refused;
    DROP TABLE IF EXISTS refused_scan;
"""
_FOUND = """
    SELECT count(*), count(DISTINCT number)
    FROM (SELECT number FROM staged UNION ALL SELECT line FROM broken)
"""
_REFUSED = f"""
    SELECT line, bool_or(error_type IN ('MISSING COLUMNS', 'TOO MANY COLUMNS')), any_value(text)
    FROM (SELECT try_cast(regexp_extract(csv_line, '^[0-9]+') AS BIGINT) AS line, error_type,
          left(regexp_replace(csv_line, '^[0-9]+.', ''), {SHOWN_CHARACTERS}) AS text FROM refused)
    WHERE line IS NOT NULL GROUP BY line
"""  # noqa: S608 - own names


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


def stage(
    connection: duckdb.DuckDBPyConnection,
    records: Records,
    source: Source,
    workdir: Path,
    columns: Container[str] | None = None,
) -> Staged:
    """Read, map and check all records; keep ``columns`` of them, at least those ``TO_JUDGE``, by default all.

    Raises
    ------
    FileRejectedError
        If there are no records, or if the engine cannot account for each of them.
    ReconciliationError
        If a row was counted twice or not at all.
    """
    layout, read = records.layout, records.count + len(records.broken)
    if not read:
        raise FileRejectedError(FileCode.NO_RECORDS, layout=layout.name)
    plan = Plan.of(records, source)
    complete = _read_all(connection, records, plan, columns)
    if not complete and layout.format == "csv":
        records = hold_back_malformed(records, workdir)
        complete = records.count + len(records.broken) == read and _read_all(connection, records, plan, columns)
    if not complete:
        raise FileRejectedError(FileCode.RECORDS_LOST, layout=layout.name)
    for statement in plan.views():
        connection.execute(statement)
    return _accounted(connection, layout, read)


def _read_all(
    connection: duckdb.DuckDBPyConnection, records: Records, plan: Plan, columns: Container[str] | None
) -> bool:
    """Fill the tables; tell whether the engine found exactly the records that the reader had counted."""
    connection.execute(_TABLES)
    _insert(connection, "currencies", list(MINOR_UNITS.items()))
    checks = [(number, field, check.code.value, check.rule) for number, field, check in plan.checks]
    _insert(connection, "checks", checks)
    connection.execute(plan.staging(records.path, columns))
    broken = [(record.line, record.code.value, record.text) for record in (*records.broken, *_refused(connection))]
    _insert(connection, "broken", broken)
    found, distinct = connection.execute(_FOUND).fetchall()[0]
    return bool(found == distinct == records.count + len(records.broken))


def _refused(connection: duckdb.DuckDBPyConnection) -> list[Broken]:
    """Return the records that the engine could not split into cells."""
    return [
        Broken(line, RowCode.FIELD_COUNT if miscounted else RowCode.QUOTE_MALFORMED, text)
        for line, miscounted, text in connection.execute(_REFUSED).fetchall()
    ]


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
