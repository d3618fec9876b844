"""Writes a file's rows as Parquet, one file for each partition of a segment, in the shape of the data contract."""

from collections.abc import Iterable, Mapping
from datetime import UTC
from pathlib import Path

import duckdb

from transactions.contract import Table, canonical
from transactions.engine.counting import sums_of
from transactions.engine.outcome import Outcome, Sum, totals_of
from transactions.engine.partitions import write_dates
from transactions.engine.staging import Segment, Staged
from transactions.errors import ReconciliationError
from transactions.layouts.mapping_rules import DERIVED
from transactions.results import Source, WrittenObject
from transactions.sql import literal, literals


def write_transactions(staged: Staged, segment: Segment, source: Source, output: Path) -> tuple[WrittenObject, ...]:
    """Write the accepted rows of the segment in the engine below ``output``.

    There is a file for each booking date, with its rows in the file's order.
    """
    table = canonical().table("transactions")
    days = staged.connection.execute(
        "SELECT booking_date::VARCHAR, count(*) FROM accepted GROUP BY 1 ORDER BY 1"
    ).fetchall()
    if not days:
        return ()
    mapped = {name: name for name in (*staged.layout.mapping, *DERIVED)}
    columns = _columns(table, {**mapped, **_lineage(staged, source)})
    files = {day: output / _written_path(table, segment, source, day) for day, _ in days}
    write_dates(staged.connection, columns, dict(days), files)
    return tuple(_written(output, table, files[day].relative_to(output), source, rows) for day, rows in days)


def write_quarantine(
    staged: Staged, segment: Segment, outcome: Outcome, source: Source, output: Path
) -> tuple[WrittenObject, ...]:
    """Write the rejected rows of the segment in the engine, one row for each error, in the file's order."""
    if not outcome.rejected:
        return ()
    table = canonical().table("quarantine")
    written = _written_path(table, segment, source, f"{source.received_at.astimezone(UTC):%Y-%m-%d}")
    own = {name: name for name in ("field", "error_code", "rule", "masked_value")}
    columns = _columns(table, {**own, **_lineage(staged, source)})
    (output / written).parent.mkdir(parents=True, exist_ok=True)
    staged.connection.execute(f"""
        COPY (SELECT {columns} FROM errors ORDER BY number, error_code, field)
        TO {literal(str(output / written))} (FORMAT parquet, COMPRESSION zstd)""")  # noqa: S608 - quoted values, own names
    rows = sum(error.count for error in outcome.errors.counts)
    return (_written(output, table, written, source, rows),)


def read_back(
    connection: duckdb.DuckDBPyConnection, accepted: Mapping[str, Sum], objects: Iterable[WrittenObject], output: Path
) -> dict[str, Sum]:
    """Count and sum what lies in the written files of a table.

    Raises
    ------
    ReconciliationError
        If it is not what was ``accepted``.
    """
    paths = [str(output / written.path) for written in objects]
    sums = sums_of(connection, f"read_parquet({literals(paths)}, hive_partitioning = false)") if paths else {}
    if sums != accepted:
        raise ReconciliationError(f"accepted {totals_of(accepted)}, written {totals_of(sums)}")
    return sums


def _lineage(staged: Staged, source: Source) -> dict[str, str]:
    return {
        "file_id": literal(source.file_id),
        "source_line": "line",
        "layout": literal(staged.layout.name),
        "ingested_at": f"TIMESTAMP '{source.received_at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'",
    }


def _columns(table: Table, values: Mapping[str, str]) -> str:
    return ", ".join(
        f"CAST({values.get(column.name, 'NULL')} AS {column.engine_type}) AS {column.name}" for column in table.columns
    )


def _written_path(table: Table, segment: Segment, source: Source, day: str) -> Path:
    partner, dated = table.partition_keys
    part = "" if segment.number is None else f"-{segment.number:04}"
    return Path(
        table.name, f"{partner.name}={source.partner}", f"{dated.name}={day}", f"{source.file_id}{part}.parquet"
    )


def _written(output: Path, table: Table, path: Path, source: Source, rows: int) -> WrittenObject:
    day, size = path.parent.name.partition("=")[2], (output / path).stat().st_size
    return WrittenObject(path=str(path), table=table.name, partition=(source.partner, day), rows=rows, size=size)
