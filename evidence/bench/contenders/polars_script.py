# mypy: disable-error-code="import-not-found, import-untyped"
"""Polars as a user would write it: the file read once into a frame, each row with its errors, and written from there.

It trusts the reader where the pipeline does not: a short row has empty cells. It reads CSV only: it turns a JSON value
into the requested type, and does not show that it had another one.
"""

from pathlib import Path
from typing import Any, Final

import polars as pl

from evidence.bench.contenders.columns import COLUMNS
from evidence.bench.contenders.result import ContenderResult, plain, run
from evidence.bench.contenders.rules import AMOUNT, DATE, EARLIEST, LATEST, SCALE, WHOLE_DIGITS
from transactions.codes import RowCode
from transactions.currencies import MINOR_UNITS

_AMOUNTS: Final = ("amount", "balance")
_DATES: Final = ("booking_date", "value_date")


def _job(_format: str, file: Path, output: Path) -> ContenderResult:
    rows = _checked(file).collect()
    broken = pl.any_horizontal(pl.col(f"{name}_code").is_not_null() for name in _CODES)
    accepted = rows.filter(~broken).select("source_line", *map(_typed, COLUMNS))
    rejected = rows.filter(broken).select("source_line", errors=_errors())
    accepted.write_parquet(output / "accepted", compression="zstd", partition_by="booking_date", mkdir=True)
    rejected.write_ndjson(output / "rejected.ndjson")
    totals = accepted.group_by("currency").agg(pl.col("amount").sum()).sort("currency")
    errors = rejected.explode("errors").unnest("errors").group_by("error_code").len().sort("error_code")
    return ContenderResult(
        read=len(rows),
        accepted=len(accepted),
        rejected=len(rejected),
        totals={currency: plain(amount) for currency, amount in totals.iter_rows()},
        errors=dict(errors.iter_rows()),
    )


def _checked(file: Path) -> Any:
    """Read one cell more than there are columns, so that a row that has it is seen, and find what is wrong."""
    cells = pl.scan_csv(
        file,
        has_header=False,
        skip_rows=1,
        schema=dict.fromkeys((*COLUMNS, "surplus"), pl.String),
        missing_columns="insert",
        row_index_name="source_line",
        row_index_offset=2,
    )
    known = cells.with_columns(
        minor_units=pl.col("currency").replace_strict(dict(MINOR_UNITS), default=None, return_dtype=pl.UInt32),
        **{f"{name}_day": pl.col(name).str.to_date("%Y-%m-%d", strict=False) for name in _DATES},
    )
    return known.with_columns(**{f"{name}_code": code for name, code in _CODES.items()})


def _errors() -> Any:
    """List the errors of a row. One that cannot be split into cells has no others."""
    of_row, *of_cells = (
        pl.when(pl.col(f"{name}_code").is_not_null()).then(
            pl.struct(field=pl.lit(name), error_code=pl.col(f"{name}_code"))
        )
        for name in _CODES
    )
    return (
        pl.when(of_row.is_not_null()).then(pl.concat_list(of_row)).otherwise(pl.concat_list(of_cells).list.drop_nulls())
    )


def _code(*rules: tuple[Any, RowCode]) -> Any:
    """Say which rule the cell breaks first."""
    return pl.coalesce(pl.when(broken).then(pl.lit(code.value)) for broken, code in rules)


def _missing(name: str) -> tuple[Any, RowCode]:
    return pl.col(name).is_null(), RowCode.FIELD_MISSING


def _date(name: str) -> tuple[tuple[Any, RowCode], ...]:
    text, day = pl.col(name), pl.col(f"{name}_day")
    return (
        (text.is_not_null() & (day.is_null() | ~text.str.contains(f"^{DATE.pattern}$")), RowCode.DATE_FORMAT),
        (~day.is_between(EARLIEST, LATEST[name]), RowCode.DATE_RANGE),
    )


def _amount(name: str) -> tuple[tuple[Any, RowCode], ...]:
    text, point = pl.col(name), pl.col(name).str.find(".", literal=True)
    whole = text.str.head(point.fill_null(text.str.len_chars())).str.strip_chars_start("+-0")
    decimals = text.str.len_bytes() - point - 1
    needed = text.str.strip_chars_end("0").str.len_bytes() - point - 1
    return (
        (~text.str.contains(f"^{AMOUNT.pattern}$"), RowCode.AMOUNT_FORMAT),
        (decimals > SCALE, RowCode.AMOUNT_SCALE),
        (whole.str.len_bytes() > WHOLE_DIGITS, RowCode.AMOUNT_RANGE),
        (needed > pl.col("minor_units"), RowCode.AMOUNT_SCALE),
    )


def _typed(name: str) -> Any:
    if name in _DATES:
        return pl.col(f"{name}_day").alias(name)
    return pl.col(name).cast(pl.Decimal(18, 5), strict=False) if name in _AMOUNTS else pl.col(name)


_CODES: Final = {
    "row": _code((pl.col("surplus").is_not_null(), RowCode.FIELD_COUNT)),
    "transaction_id": _code(
        (pl.col("transaction_id").is_null(), RowCode.ID_MISSING),
        (~pl.col("transaction_id").is_first_distinct(), RowCode.DUPLICATE_ID),
    ),
    "booking_date": _code(_missing("booking_date"), *_date("booking_date")),
    "value_date": _code(*_date("value_date")),
    "amount": _code(_missing("amount"), *_amount("amount")),
    "currency": _code(_missing("currency"), (pl.col("minor_units").is_null(), RowCode.CURRENCY_UNKNOWN)),
    "balance": _code(*_amount("balance")),
}


if __name__ == "__main__":
    run(_job)
