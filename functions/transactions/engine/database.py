"""The embedded database of one run, and the tables that every file needs in it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from transactions.currencies import MINOR_UNITS, VALIDITY
from transactions.engine.plan import Plan
from transactions.errors import EngineError

THREADS = 2
"""What a function's memory buys of processors."""
MEMORY_MB = 768
"""A quarter of a function's memory: the engine takes up to 0.3 GB more."""
_TABLES = """
    CREATE TABLE currencies (code VARCHAR, minor_units INTEGER, valid_from DATE, valid_to DATE);
    CREATE TABLE checks ("check" USMALLINT, field VARCHAR, error_code VARCHAR, rule VARCHAR);
    CREATE TABLE broken (line BIGINT, error_code VARCHAR, rule VARCHAR, text VARCHAR);
    CREATE TABLE repeats (number BIGINT, nth BIGINT);
    CREATE TABLE warnings (
        number BIGINT, line BIGINT, field VARCHAR, error_code VARCHAR, rule VARCHAR, masked_value VARCHAR);
"""
"""No table is temporary: the loaders' cursors must see them."""


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


def create_tables(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Create the tables for one file; those of currencies and checks are filled."""
    connection.execute(_TABLES)
    insert(connection, "currencies", list(_currencies()))
    checks = [(number, field, check.code.value, check.rule) for number, field, check in plan.checks]
    insert(connection, "checks", checks)


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Add ``rows`` in one statement: row by row would take minutes for a file full of errors."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        values = ", ".join(["unnest(?)"] * len(columns))
        connection.execute(f"INSERT INTO {table} SELECT {values}", columns)


def _currencies() -> Iterator[tuple[object, ...]]:
    for code, minor_units in MINOR_UNITS.items():
        validity = VALIDITY.get(code)
        yield code, minor_units, validity and validity.first, validity and validity.last
