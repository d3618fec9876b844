"""What the domain's tests share: a partner's file in, a verdict and the written rows out."""

import io
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import msgspec

from transactions.files import transform_file, validate_file
from transactions.layouts.catalog import LayoutCatalog
from transactions.layouts.fields import DateField, Field, Schema
from transactions.layouts.layout import Dialect, Layout, Limits
from transactions.layouts.mapping import AmountFunction, Constant, Date, Function, RowHash
from transactions.results import FileFormat, Source, Transformation, Validation

MEMORY_LIMIT_MB = 300
RECEIVED_AT = datetime(2025, 11, 3, 9, 30, tzinfo=UTC)
CATALOG = LayoutCatalog.load()
BANK_FILES = Path(os.environ.get("ETL_BANK_FILES", Path(__file__).resolve().parents[4] / "shared" / "banks"))

ALPINE_HEADER = ",".join(CATALOG.get("alpine-2025").header)
DKB_HEADER = ";".join(CATALOG.get("dkb-2023").header)


def source(
    partner: str, file_format: FileFormat = "csv", file_name: str = "", received_at: datetime = RECEIVED_AT
) -> Source:
    file_name = file_name or f"file.{file_format}"
    return Source(file_id="f" * 64, partner=partner, file_name=file_name, format=file_format, received_at=received_at)


def layout(shipped: str = "alpine-2025", /, **changes: Any) -> Layout:
    """Return the layout ``shipped`` with ``changes`` at its top level."""
    return msgspec.structs.replace(CATALOG.get(shipped), **changes)


def alpine_row(**cells: str) -> str:
    """Return a good row with ``cells`` in their place, as they are: quoting is the test's business."""
    good = {
        "transaction_id": "T1",
        "account": "CH1100000000000000001",
        "booking_date": "2025-10-01",
        "value_date": "2025-10-02",
        "amount": "-12.50",
        "currency": "EUR",
        "type": "CARD",
        "counterparty_name": "Kiosk Nord",
        "counterparty_iban": "",
        "remittance_information": "paper",
        "balance": "100.00",
    }
    return ",".join({**good, **cells}.values())


def alpine_file(*rows: str, end: str = "\n") -> bytes:
    return (end.join([ALPINE_HEADER, *rows]) + end).encode()


def good_rows(count: int, start: int = 0) -> list[str]:
    return [alpine_row(transaction_id=f"G{number}") for number in range(start, start + count)]


def validate(
    content: bytes,
    workdir: Path,
    partner: str = "alpine",
    *,
    layouts: Iterable[Layout] = (),
    file_format: FileFormat = "csv",
    file_name: str = "",
    received_at: datetime = RECEIVED_AT,
) -> Validation:
    """Validate ``content`` and hold the invariant that every verdict keeps."""
    catalog = LayoutCatalog(tuple(layouts)) if layouts else CATALOG
    arrived = source(partner, file_format, file_name, received_at)
    validation = validate_file(io.BytesIO(content), arrived, catalog, workdir, MEMORY_LIMIT_MB)
    counts = validation.counts
    assert counts.read == counts.accepted + counts.rejected + counts.dropped
    return validation


class Output(msgspec.Struct, frozen=True):
    """What a transformation wrote."""

    transformation: Transformation
    transactions: list[dict[str, Any]]
    quarantine: list[dict[str, Any]]


def transform(content: bytes | BinaryIO, workdir: Path, layout: Layout, file_name: str = "") -> Output:
    """Transform ``content`` and read all that was written, in the file's order."""
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    output = workdir / "output"
    output.mkdir(exist_ok=True)
    arrived = source(layout.partner, layout.format, file_name)
    transformation = transform_file(stream, arrived, layout, output, workdir, MEMORY_LIMIT_MB)
    return read_output(transformation, output)


def read_output(transformation: Transformation, output: Path) -> Output:
    """Read all that lies below ``output``, in the file's order."""
    return Output(transformation, _rows(output / "transactions"), _rows(output / "quarantine"))


def _rows(folder: Path) -> list[dict[str, Any]]:
    if not folder.exists():
        return []
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT * FROM read_parquet(?, hive_partitioning = true) ORDER BY source_line", [f"{folder}/**/*.parquet"]
        )
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def csv_layout(
    fields: Iterable[Field], *, amount: AmountFunction, currency: str = "EUR", **mapping: Function
) -> Layout:
    """Return a layout with semicolons: a day, ``fields``, and an amount by ``amount``."""
    day = DateField(name="Day", format="%Y-%m-%d")
    return layout(
        dialect=Dialect(delimiter=";"),
        schema=Schema(fields=(day, *fields)),
        mapping={
            "transaction_id": RowHash(),
            "booking_date": Date(field="Day"),
            "amount": amount,
            "currency": Constant(value=currency),
            **mapping,
        },
        limits=Limits(rejected_share=1),
    )
