"""Recognizes columns of amounts of which each is in a currency of its own, as their headers say."""

from collections.abc import Sequence

from cli.drafting import header_words as words
from cli.drafting.candidates import LEAST_RANK, kind_of, rank_of
from cli.drafting.columns import Column
from cli.drafting.currencies import code_in
from cli.drafting.filling import Filling, listed
from transactions.layouts.layout_file import TO_DO

_SEVERAL = 2


def amount_by_currency(columns: Sequence[Column]) -> Filling | None:
    """Return the amount that the columns of several currencies make together, if each row has it in one of them."""
    found = tuple(column for column in columns if _may_be_amount(column))
    codes = [code_in(column.name) or TO_DO for column in found]
    if len(set(codes)) < max(_SEVERAL, len(found)) or not _take_turns(found):
        return None
    is_signed = any(column.is_signed for column in found)
    question = "is money out negative? If it is positive, add inverted: true to each" if is_signed else "never negative"
    return Filling(
        column="amount",
        function={
            "function": "amount_by_currency",
            "currencies": {
                code: {"function": "amount", "field": column.name} for code, column in zip(codes, found, strict=True)
            },
        },
        columns=found,
        questions=(f"is each row's amount in one of {listed(found)}, which gives its currency? And {question}",),
    )


def _may_be_amount(column: Column) -> bool:
    if not column.is_number or rank_of(column) <= LEAST_RANK or words.ORIGINAL.found_in(column.name):
        return False
    return kind_of(column) in {"amount", "unknown"} or bool(code_in(column.name))


def _take_turns(columns: Sequence[Column]) -> bool:
    """Return whether no row has amounts in two of the columns, and each of them has some."""
    rows = zip(*(column.amounts for column in columns), strict=True)
    return all(sum(map(bool, row)) <= 1 for row in rows) and all(any(column.amounts) for column in columns)
