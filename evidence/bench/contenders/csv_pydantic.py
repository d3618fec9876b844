# mypy: allow-subclassing-any, allow-untyped-decorators, disable-error-code="import-not-found, import-untyped"
"""csv and pydantic: one row at a time in Python, Parquet by pyarrow in batches."""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, BeforeValidator, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from evidence.bench.contenders.arrow import ACCEPTED, REJECTED
from evidence.bench.contenders.columns import COLUMNS
from evidence.bench.contenders.result import ContenderResult, run
from evidence.bench.contenders.rules import AMOUNT, DATE, EARLIEST, LATEST, SCALE, WHOLE_DIGITS
from transactions.codes import RowCode
from transactions.currencies import MINOR_UNITS

BATCH_ROWS = 100_000


def _wrong(code: RowCode) -> PydanticCustomError:
    return PydanticCustomError(code.value, "wrong")


def _present(code: RowCode) -> Callable[[str], str]:
    def present(text: str) -> str:
        if not text:
            raise _wrong(code)
        return text

    return present


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    if not AMOUNT.fullmatch(text):
        raise _wrong(RowCode.AMOUNT_FORMAT)
    whole, _, fraction = text.lstrip("+-").partition(".")
    if len(fraction) > SCALE:
        raise _wrong(RowCode.AMOUNT_SCALE)
    if len(whole.lstrip("0")) > WHOLE_DIGITS:
        raise _wrong(RowCode.AMOUNT_RANGE)
    return Decimal(text)


def _required_amount(text: str) -> Decimal | None:
    return _amount(_present(RowCode.FIELD_MISSING)(text))


def _currency(text: str) -> str:
    if text not in MINOR_UNITS:
        raise _wrong(RowCode.CURRENCY_UNKNOWN)
    return text


def _day(name: str, *, required: bool) -> Callable[[str], date | None]:
    latest = LATEST[name]

    def day(text: str) -> date | None:
        if not text:
            if required:
                raise _wrong(RowCode.FIELD_MISSING)
            return None
        if not DATE.fullmatch(text):
            raise _wrong(RowCode.DATE_FORMAT)
        try:
            value = date.fromisoformat(text)
        except ValueError:
            raise _wrong(RowCode.DATE_FORMAT) from None
        if not EARLIEST <= value <= latest:
            raise _wrong(RowCode.DATE_RANGE)
        return value

    return day


class Row(BaseModel):
    """One row, typed."""

    transaction_id: Annotated[str, BeforeValidator(_present(RowCode.ID_MISSING))]
    account: str
    booking_date: Annotated[date, BeforeValidator(_day("booking_date", required=True))]
    value_date: Annotated[date | None, BeforeValidator(_day("value_date", required=False))]
    amount: Annotated[Decimal, BeforeValidator(_required_amount)]
    currency: Annotated[str, BeforeValidator(_currency)]
    type: str
    counterparty_name: str
    counterparty_iban: str
    remittance_information: str
    balance: Annotated[Decimal | None, BeforeValidator(_amount)]

    @model_validator(mode="after")
    def _within_minor_units(self) -> "Row":
        for amount in (self.amount, self.balance):
            if amount is not None and amount != round(amount, MINOR_UNITS[self.currency]):
                raise _wrong(RowCode.AMOUNT_SCALE)
        return self


class _Output:
    """Writes accepted rows by booking date, and rejected ones."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._batch = list[dict[str, Any]]()
        self._batches = 0

    def add(self, row: dict[str, Any]) -> None:
        self._batch.append(row)
        if len(self._batch) == BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what was added since the last time."""
        table = pa.Table.from_pylist(self._batch, schema=ACCEPTED)
        name = f"{self._batches}-{{i}}.parquet"
        pq.write_to_dataset(
            table, self._folder / "accepted", ["booking_date"], compression="zstd", basename_template=name
        )
        self._batch.clear()
        self._batches += 1

    def reject(self, rows: list[dict[str, Any]]) -> None:
        """Write the rejected rows."""
        pq.write_table(
            pa.Table.from_pylist(rows, schema=REJECTED), self._folder / "rejected.parquet", compression="zstd"
        )


def _job(_format: str, file: Path, folder: Path) -> ContenderResult:
    output, rejected, sums = _Output(folder), list[dict[str, Any]](), defaultdict[str, Decimal](Decimal)
    seen, accepted = set[str](), 0
    with file.open(encoding="utf-8", newline="") as text:
        reader = csv.reader(text)
        next(reader)
        for cells in reader:
            row = _checked(cells, seen)
            if isinstance(row, Row):
                output.add({**row.__dict__, "source_line": reader.line_num})
                sums[row.currency] += row.amount
                accepted += 1
            else:
                field, code = row
                rejected.append({"source_line": reader.line_num, "field": field, "error_code": code})
    output.flush()
    output.reject(rejected)
    return ContenderResult.from_counts(accepted, sums, Counter(row["error_code"] for row in rejected))


def _checked(cells: list[str], seen: set[str]) -> Row | tuple[str, str]:
    """Return the row, or the field that is wrong and the code."""
    if len(cells) != len(COLUMNS):
        return "", RowCode.FIELD_COUNT.value
    try:
        row = Row.model_validate(dict(zip(COLUMNS, cells, strict=True)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        return ".".join(map(str, first["loc"])), first["type"]
    if row.transaction_id in seen:
        return "transaction_id", RowCode.DUPLICATE_ID.value
    seen.add(row.transaction_id)
    return row


if __name__ == "__main__":
    run(_job)
