"""Writes a file's rows as Parquet, one file for each partition, in the shape of the data contract."""

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path

from transactions.contract import Table, canonical
from transactions.engine.partitions import write_dates
from transactions.engine.staging import Staged, control_totals
from transactions.errors import ReconciliationError
from transactions.layouts.mapping_rules import DERIVED
from transactions.results import Source, Written, WrittenObject
from transactions.sql import literal, literals


def write_transactions(staged: Staged, source: Source, output: Path) -> tuple[WrittenObject, ...]:
    """Write the accepted rows below ``output``: a file for each booking date, the rows in the file's order."""
    if not staged.counts.accepted:
        return ()
    table = canonical().table("transactions")
    days = staged.connection.execute(
        "SELECT booking_date::VARCHAR, count(*) FROM accepted GROUP BY 1 ORDER BY 1"
    ).fetchall()
    mapped = {name: name for name in (*staged.layout.mapping, *DERIVED)}
    columns = _columns(table, {**mapped, **_lineage(staged, source)})
    files = {day: output / _written_path(table, source, day) for day, _ in days}
    write_dates(staged.connection, columns, dict(days), files)
    return tuple(_written(output, table, source, day, rows) for day, rows in days)


def write_quarantine(staged: Staged, source: Source, output: Path) -> tuple[WrittenObject, ...]:
    """Write the rejected rows below ``output``, one row for each error, in the file's order."""
    if not staged.counts.rejected:
        return ()
    table = canonical().table("quarantine")
    written = _written_path(table, source, f"{source.received_at.astimezone(UTC):%Y-%m-%d}")
    own = {name: name for name in ("field", "error_code", "rule", "masked_value")}
    columns = _columns(table, {**own, **_lineage(staged, source)})
    (output / written).parent.mkdir(parents=True, exist_ok=True)
    staged.connection.execute(f"""
        COPY (SELECT {columns} FROM errors ORDER BY number, error_code, field)
        TO {literal(str(output / written))} (FORMAT parquet, COMPRESSION zstd)""")  # noqa: S608 - quoted values, own names
    rows = sum(error.count for error in staged.errors.counts)
    return (_written(output, table, source, written.parent.name.partition("=")[2], rows),)


def read_back(staged: Staged, objects: tuple[WrittenObject, ...], output: Path) -> Written:
    """Count and sum what lies in the written files.

    Raises
    ------
    ReconciliationError
        If it is not what was accepted.
    """
    paths = [str(output / written.path) for written in objects]
    files = f"read_parquet({literals(paths)}, hive_partitioning = false)"
    totals = control_totals(staged.connection, files) if paths else ()
    written = Written(count=sum(total.count for total in totals), totals=totals)
    if written.totals != staged.totals:
        raise ReconciliationError(f"accepted {staged.totals}, written {written.totals}")
    return written


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


def _written_path(table: Table, source: Source, day: str) -> Path:
    partner, dated = table.partition_keys
    return Path(table.name, f"{partner.name}={source.partner}", f"{dated.name}={day}", f"{source.file_id}.parquet")


def _written(output: Path, table: Table, source: Source, day: str, rows: int) -> WrittenObject:
    path = _written_path(table, source, day)
    size = (output / path).stat().st_size
    return WrittenObject(path=str(path), table=table.name, partition=(source.partner, day), rows=rows, size=size)
