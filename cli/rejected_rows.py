"""Exports the rejected rows of a file from quarantine."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol

import duckdb

from cli.options import CommandError
from pipeline.audit_row import AuditRow
from pipeline.constants import QUARANTINE
from transactions.reports.report import Report
from transactions.results import WrittenObject

COLUMNS: Final = ("line", "field", "code", "rule", "masked_value")
_ROWS: Final = (
    "SELECT source_line, field, error_code, rule, masked_value FROM read_parquet(?, hive_partitioning = false)"
)
_COUNTS: Final = "SELECT error_code, count(*) FROM read_parquet(?, hive_partitioning = false) GROUP BY 1"
_AT_ONCE: Final = 10_000


class ReadsProcessed(Protocol):
    """Reads the processed bucket."""

    def objects(self, row: AuditRow, /) -> tuple[WrittenObject, ...]:
        """List the objects that hold a published file's rows."""

    def processed(self, key: str, /) -> bytes | None:
        """Read an object; None if it does not exist."""


def export_rejected_rows(bucket: ReadsProcessed, row: AuditRow, report: Report, path: Path) -> int:
    """Write a line of CSV for each error of the published file's rejected rows to ``path``; return their number.

    Raises
    ------
    CommandError
        If they are not as many of each code as ``report`` says. Nothing is written then.
    OSError
        If ``path`` cannot be written.
    """
    keys = [found.path for found in bucket.objects(row) if found.path.startswith(QUARANTINE)]
    expected = {error.code: error.count for error in report.errors}
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        paths = list(_fetched(bucket, keys, Path(folder)))
        found = dict(connection.execute(_COUNTS, [paths]).fetchall()) if paths else {}
        if found != expected:
            raise CommandError(f"nothing is written: the report counts {expected}, quarantine has {found}")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            rows = connection.execute(_ROWS, [paths]) if paths else None
            while rows and (some := rows.fetchmany(_AT_ONCE)):
                writer.writerows(some)
    return sum(expected.values())


def _fetched(bucket: ReadsProcessed, keys: Iterable[str], folder: Path) -> Iterator[str]:
    for number, key in enumerate(keys):
        content = bucket.processed(key)
        if content is None:
            raise CommandError(f"nothing is written: the processed bucket has no object {key}")
        copy = folder / f"{number}.parquet"
        copy.write_bytes(content)
        yield str(copy)
