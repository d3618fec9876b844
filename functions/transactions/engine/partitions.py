"""Writes the accepted rows as Parquet, one file for each booking date, in few passes over the rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

import duckdb

from transactions.engine.database import THREADS
from transactions.sql import literal

PASSES: Final = 50
"""Neighbouring dates are written in one pass until they have a fiftieth of the rows.

Any two passes that follow each other have more than that between them, so there are at most twice as many and one, and
one more for each ``DATES_OF_A_PASS``.
"""
ROWS_OF_A_PASS: Final = 10_000
"""Of a small file, neighbouring dates are written in one pass until they have so many rows."""
DATES_OF_A_PASS: Final = 100
"""The engine keeps so many files open, and the rows of each in buffers of their own, however few they are."""
_FORMAT: Final = "FORMAT parquet, COMPRESSION zstd"
_Item = TypeVar("_Item")


def write_dates(
    connection: duckdb.DuckDBPyConnection, columns: str, rows: Mapping[str, int], files: Mapping[str, Path]
) -> None:
    """Write ``columns`` of the view ``accepted`` to the file of each booking date, the rows in the file's order.

    ``rows`` has the number of rows of each booking date (ISO 8601), earliest first. A file lies in a folder of its
    date's: ``booking_date=2025-10-01``.
    """
    passes = list(passes_over(rows))
    single = [dates[0] for dates in passes if len(dates) == 1]
    _two_at_a_time(lambda date: _write_one(connection, columns, date, files[date]), single)
    # Of several files at once, the engine keeps the order of the rows only with a single thread.
    connection.execute("SET threads = 1")
    several = [{date: files[date] for date in dates} for dates in passes if len(dates) > 1]
    _two_at_a_time(lambda of_pass: _write_several(connection, columns, of_pass), several)
    connection.execute(f"SET threads = {THREADS}")


def passes_over(rows: Mapping[str, int]) -> Iterator[list[str]]:
    """Divide the booking dates among passes over the rows."""
    most = max(sum(rows.values()) // PASSES, ROWS_OF_A_PASS)
    dates, taken = list[str](), 0
    for date, count in rows.items():
        if dates and (taken + count > most or len(dates) == DATES_OF_A_PASS):
            yield dates
            dates, taken = [], 0
        dates.append(date)
        taken += count
    yield dates


def _write_one(connection: duckdb.DuckDBPyConnection, columns: str, date: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with connection.cursor() as cursor:
        cursor.execute(f"""
            COPY (SELECT {columns} FROM accepted WHERE booking_date = DATE '{date}')
            TO {literal(str(file))} ({_FORMAT})""")  # noqa: S608 - own names, quoted values


def _write_several(connection: duckdb.DuckDBPyConnection, columns: str, files: Mapping[str, Path]) -> None:
    first, *_, last = files
    folder = files[first].parent.parent
    folder.mkdir(parents=True, exist_ok=True)
    with connection.cursor() as cursor:
        cursor.execute(f"""
            COPY (SELECT {columns}, booking_date FROM accepted
                WHERE booking_date BETWEEN DATE '{first}' AND DATE '{last}')
            TO {literal(str(folder))} ({_FORMAT}, PARTITION_BY (booking_date), FILENAME_PATTERN 'rows-{{i}}',
                OVERWRITE_OR_IGNORE)""")  # noqa: S608 - own names, quoted values
    for file in files.values():
        # Were there a second one, its rows would be missed when the files are read back.
        (file.parent / "rows-0.parquet").replace(file)


def _two_at_a_time(write: Callable[[_Item], None], items: Iterable[_Item]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(write, items))
