"""Takes fees into account: a column of fees may be charged beside an amount."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from cli.drafting.candidates import LEAST_RANK, Candidate, kind_of
from cli.drafting.columns import Column


def with_fees(found: Sequence[Candidate], columns: Sequence[Column]) -> Iterator[Candidate]:
    """Yield for each candidate that may have a fee what it comes to with each of the fees; less likely than without."""
    fees = fees_among(columns)
    for one in found:
        if one.function["function"] in {"amount", "debit_credit"}:
            yield from (_with_fee(one, fee) for fee in fees if fee not in one.columns)


def fees_among(columns: Sequence[Column]) -> list[Column]:
    """Return the columns of numbers that are called fees."""
    return [column for column in columns if column.is_number and kind_of(column) == "fee"]


def fee_keys(fee: Column) -> dict[str, Any]:
    """Return the keys of the layout language that add ``fee`` to an amount."""
    sign = {"feeSign": "agrees" if fee.is_mostly_negative else "reverses"} if fee.is_signed else {}
    return {"fee": fee.name, **sign}


def _with_fee(one: Candidate, fee: Column) -> Candidate:
    added = [None if amount is None else amount if fee.is_mostly_negative else -amount for amount in fee.amounts]
    is_pair = one.function["function"] == "debit_credit"
    return replace(
        one,
        function=one.function | fee_keys(fee),
        columns=(*one.columns, fee),
        moved=tuple(
            moved if more is None else more if moved is None and is_pair else _sum(moved, more)
            for moved, more in zip(one.moved, added, strict=True)
        ),
        rank=one.rank - LEAST_RANK,
    )


def _sum(moved: Decimal | None, more: Decimal) -> Decimal | None:
    return None if moved is None else moved + more
