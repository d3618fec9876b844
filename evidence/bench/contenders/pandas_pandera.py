# mypy: disable-error-code="import-not-found, import-untyped"
"""pandas and pandera: the whole table in memory, checked column by column, decimals as Python objects."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.parquet as pq

from evidence.bench.contenders.arrow import ACCEPTED, REJECTED
from evidence.bench.contenders.columns import COLUMNS
from evidence.bench.contenders.result import ContenderResult, run
from evidence.bench.contenders.rules import AMOUNT, DATE, EARLIEST, LATEST, SCALE, WHOLE_DIGITS
from transactions.codes import RowCode
from transactions.currencies import MINOR_UNITS

_SURPLUS = "surplus"
_MINOR_UNITS = dict(MINOR_UNITS)


def _check(code: RowCode, passes: Any) -> Any:
    return pandera.Check(passes, error=code.value)


def _present(code: RowCode = RowCode.FIELD_MISSING) -> Any:
    return _check(code, lambda cells: cells != "")


def _amount_checks() -> list[Any]:
    return [
        _check(RowCode.AMOUNT_FORMAT, lambda cells: (cells == "") | cells.str.fullmatch(AMOUNT.pattern)),
        _check(RowCode.AMOUNT_SCALE, lambda cells: ~cells.str.contains(rf"\.[0-9]{{{SCALE + 1},}}$")),
        _check(RowCode.AMOUNT_RANGE, lambda cells: ~cells.str.contains(rf"^[+-]?0*[1-9][0-9]{{{WHOLE_DIGITS},}}")),
    ]


def _date_checks(name: str) -> list[Any]:
    def exists(cells: Any) -> Any:
        return (cells == "") | (cells.str.fullmatch(DATE.pattern) & _days(cells).notna())

    def plausible(cells: Any) -> Any:
        days = _days(cells)
        return days.isna() | days.between(pd.Timestamp(EARLIEST), pd.Timestamp(LATEST[name]))

    return [_check(RowCode.DATE_FORMAT, exists), _check(RowCode.DATE_RANGE, plausible)]


def _days(cells: Any) -> Any:
    return pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce")


def _within_minor_units(name: str) -> Any:
    def within(frame: Any) -> Any:
        decimals = frame[name].str.extract(r"^[+-]?[0-9]+\.([0-9]*?)0*$", expand=False).str.len().fillna(0)
        return decimals <= frame["currency"].map(_MINOR_UNITS).fillna(SCALE)

    return _check(RowCode.AMOUNT_SCALE, within)


_SCHEMA = pandera.DataFrameSchema(
    {
        "transaction_id": pandera.Column(
            str,
            [_present(RowCode.ID_MISSING), _check(RowCode.DUPLICATE_ID, lambda c: (c == "") | ~c.duplicated())],
        ),
        "booking_date": pandera.Column(str, [_present(), *_date_checks("booking_date")]),
        "value_date": pandera.Column(str, _date_checks("value_date")),
        "amount": pandera.Column(str, [_present(), *_amount_checks()]),
        "currency": pandera.Column(str, [_check(RowCode.CURRENCY_UNKNOWN, lambda cells: cells.isin(_MINOR_UNITS))]),
        "balance": pandera.Column(str, _amount_checks()),
    },
    checks=[_within_minor_units("amount"), _within_minor_units("balance")],
)


def _job(_format: str, file: Path, folder: Path) -> ContenderResult:
    frame = pd.read_csv(
        file, header=None, skiprows=1, names=[*COLUMNS, _SURPLUS], dtype=str, keep_default_na=False, na_values=[]
    )
    frame.index += 2
    errors = _errors(frame)
    accepted = frame.drop(index=errors.index, columns=_SURPLUS)
    _typed(accepted)
    table = pa.Table.from_pandas(accepted, schema=ACCEPTED, preserve_index=False)
    pq.write_to_dataset(table, folder / "accepted", ["booking_date"], compression="zstd")
    rejected = errors.rename_axis("source_line").reset_index()
    pq.write_table(pa.Table.from_pandas(rejected, schema=REJECTED), folder / "rejected.parquet", compression="zstd")
    sums = accepted.groupby("currency")["amount"].agg(lambda amounts: sum(amounts, Decimal()))
    return ContenderResult.from_counts(len(accepted), sums.to_dict(), Counter(errors["error_code"]))


def _errors(frame: Any) -> Any:
    """Return the field and the code of each row's first error."""
    surplus = frame.index[frame[_SURPLUS].fillna("") != ""]
    miscounted = pd.DataFrame({"field": "", "error_code": RowCode.FIELD_COUNT.value}, index=surplus)
    try:
        _SCHEMA.validate(frame.drop(index=surplus), lazy=True)
    except pandera.errors.SchemaErrors as failed:
        cases = failed.failure_cases.astype({"index": "int64"}).set_index("index")
        found = cases.rename(columns={"column": "field", "check": "error_code"})[["field", "error_code"]]
        miscounted = pd.concat([miscounted, found])
    return miscounted[~miscounted.index.duplicated()]


def _typed(accepted: Any) -> None:
    """Make decimals and dates of the texts."""
    for name in ("amount", "balance"):
        accepted[name] = accepted[name].astype(object).map(lambda text: Decimal(text) if text else None)
    for name in ("booking_date", "value_date"):
        accepted[name] = accepted[name].astype(object).map(lambda text: date.fromisoformat(text) if text else None)
    accepted["source_line"] = accepted.index


if __name__ == "__main__":
    run(_job)
