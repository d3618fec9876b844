"""``etl report --rows``: every rejected row of a file, exactly as many as its report says, or none."""

import csv
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from cli.options import CommandError
from cli.rejected_rows import COLUMNS, export_rejected_rows
from pipeline.audit_row import AuditRow
from tests.unit.cli.rows import audit_row
from tests.unit.transactions.support import CATALOG, alpine_file, alpine_row, good_rows, source, transform, validate
from transactions.reports.report import Report
from transactions.results import WrittenObject

CONTENT = alpine_file(
    *good_rows(9),
    alpine_row(transaction_id="=A", amount="12 50"),
    alpine_row(transaction_id="B", currency='"X, Y"'),
    "a",
)


@dataclass
class FakeBucket:
    """Holds the published objects of one file."""

    folder: Path
    written: tuple[WrittenObject, ...]

    def objects(self, _row: AuditRow, /) -> tuple[WrittenObject, ...]:
        return self.written

    def processed(self, key: str, /) -> bytes | None:
        return (self.folder / key).read_bytes() if (self.folder / key).exists() else None


@pytest.fixture
def bucket(tmp_path: Path) -> FakeBucket:
    """Publish a file with three rejected rows."""
    output = transform(CONTENT, tmp_path, CATALOG.get("alpine-2025"))
    return FakeBucket(tmp_path / "output", output.transformation.objects)


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """Report on that file."""
    return Report.from_validation(validate(CONTENT, tmp_path), source("alpine"))


def test_all_rejected_rows_are_exported_with_their_reasons(bucket: FakeBucket, report: Report, tmp_path: Path) -> None:
    count = export_rejected_rows(bucket, audit_row(), report, tmp_path / "rows.csv")

    header, *rows = csv.reader((tmp_path / "rows.csv").open(encoding="utf-8", newline=""))
    assert tuple(header) == COLUMNS
    assert count == len(rows) == 3
    assert [(line, field, code, shape) for line, field, code, _, shape in rows] == [
        ("11", "amount", "AMOUNT_FORMAT", "99 99"),
        ("12", "currency", "CURRENCY_UNKNOWN", "x, x"),
        ("13", "", "FIELD_COUNT", "x"),
    ]


def test_a_file_without_rejected_rows_has_only_the_columns(report: Report, tmp_path: Path) -> None:
    bucket, valid = FakeBucket(tmp_path, ()), msgspec.structs.replace(report, errors=())

    assert export_rejected_rows(bucket, audit_row(), valid, tmp_path / "rows.csv") == 0
    assert (tmp_path / "rows.csv").read_text().split() == [",".join(COLUMNS)]


def test_rows_that_are_not_those_of_the_report_are_not_exported(
    bucket: FakeBucket, report: Report, tmp_path: Path
) -> None:
    fewer = msgspec.structs.replace(report, errors=report.errors[1:])

    with pytest.raises(CommandError, match="nothing is written: the report counts"):
        export_rejected_rows(bucket, audit_row(), fewer, tmp_path / "rows.csv")

    assert not (tmp_path / "rows.csv").exists()


def test_a_missing_object_ends_the_export(bucket: FakeBucket, report: Report, tmp_path: Path) -> None:
    [quarantined] = bucket.folder.glob("quarantine/**/*.parquet")
    quarantined.unlink()

    with pytest.raises(CommandError, match="has no object quarantine/"):
        export_rejected_rows(bucket, audit_row(), report, tmp_path / "rows.csv")
