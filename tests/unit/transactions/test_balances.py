"""A running balance that does not continue is a warning: it is told, and rejects nothing."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import alpine_file, alpine_row, layout, source, validate
from transactions.codes import RowCode, WarningCode
from transactions.engine.balances import RULE
from transactions.layouts.layout import Layout, Limits, Predicate
from transactions.layouts.linting import complaints
from transactions.layouts.mapping import RowHash
from transactions.reports.page import page
from transactions.reports.report import Report
from transactions.results import ErrorCount, Validation

Order = Literal["ascending", "descending"]
PENDING = Predicate(field="type", values=("PENDING",))
CENTS = st.integers(-(10**6), 10**6).map(lambda cents: Decimal(cents).scaleb(-2))


def balanced(order: Order = "ascending", **changes: object) -> Layout:
    limits = Limits(rejected_share=1)
    return layout(running_balance=order, limits=limits, **changes)


def rows(*amounts_and_balances: tuple[str, str], **cells: str) -> list[str]:
    return [
        alpine_row(**{"transaction_id": f"T{number}", "amount": amount, "balance": balance, **cells})
        for number, (amount, balance) in enumerate(amounts_and_balances)
    ]


def check(lines: Iterable[str], workdir: Path, file_layout: Layout | None = None) -> Validation:
    return validate(alpine_file(*lines), workdir, layouts=[file_layout or balanced()])


def breaks(validation: Validation) -> list[int]:
    """Return the lines that are warned of."""
    return [example.line for example in validation.examples if example.code == WarningCode.BALANCE_BREAK]


def test_the_row_after_a_missing_one_gets_a_warning_only(tmp_path: Path) -> None:
    found = check(rows(("-1.00", "99.00"), ("5.00", "104.00"), ("-2.00", "97.00"), ("1.00", "98.00")), tmp_path)

    assert (found.verdict, found.errors) == ("VALID", ())
    assert found.warnings == (ErrorCount(code=WarningCode.BALANCE_BREAK, count=1),)
    [example] = found.examples
    assert (example.line, example.field, example.rule, example.masked_value) == (4, "balance", RULE, "99.99999")


def test_newest_first_rows_are_compared_with_the_row_above(tmp_path: Path) -> None:
    newest_first = rows(("-2.00", "97.00"), ("5.00", "104.00"), ("-1.00", "99.00"))

    assert breaks(check(newest_first, tmp_path, balanced("descending"))) == [2]
    assert breaks(check(newest_first, tmp_path, balanced("ascending"))) == [3, 4]


def test_without_a_running_balance_nothing_is_compared(tmp_path: Path) -> None:
    assert check(rows(("1.00", "1.00"), ("1.00", "7.00")), tmp_path, layout()).warnings == ()


def test_each_account_and_currency_has_its_own_balance(tmp_path: Path) -> None:
    mixed = [
        alpine_row(transaction_id="1", account="A", currency="EUR", amount="1.00", balance="11.00"),
        alpine_row(transaction_id="2", account="B", currency="EUR", amount="1.00", balance="501.00"),
        alpine_row(transaction_id="3", account="A", currency="USD", amount="1.00", balance="71.00"),
        alpine_row(transaction_id="4", account="A", currency="EUR", amount="1.00", balance="12.00"),
        alpine_row(transaction_id="5", account="B", currency="EUR", amount="1.00", balance="502.00"),
        alpine_row(transaction_id="6", account="A", currency="USD", amount="1.00", balance="72.01"),
    ]

    assert breaks(check(mixed, tmp_path)) == [7]


def test_the_balance_skips_a_dropped_pending_row(tmp_path: Path) -> None:
    first, last = rows(("1.00", "11.00"), ("1.00", "12.00"))
    pending = alpine_row(transaction_id="P", type="PENDING", amount="-8.00", balance="3.00")

    assert check([first, pending, last], tmp_path, balanced(drop=(PENDING,))).warnings == ()


def test_a_duplicate_row_does_not_break_the_balance(tmp_path: Path) -> None:
    first, last = rows(("1.00", "11.00"), ("1.00", "12.00"))

    found = check([first, first, last], tmp_path)

    assert [error.code for error in found.errors] == [RowCode.DUPLICATE_ID]
    assert found.warnings == ()


def test_equal_rows_that_are_two_transactions_both_count(tmp_path: Path) -> None:
    equal = rows(("1.00", "11.00"), ("1.00", "12.00"), transaction_id="T")
    file_layout = balanced()
    made_ids = balanced(mapping={**file_layout.mapping, "transaction_id": RowHash()})

    assert breaks(check([*equal, equal[1]], tmp_path, made_ids)) == [4]


@pytest.mark.parametrize("unreadable", [("much", "12.00"), ("1.00", "much"), ("1.00", "")])
def test_an_unreadable_amount_or_balance_is_not_guessed(unreadable: tuple[str, str], tmp_path: Path) -> None:
    assert check(rows(("1.00", "11.00"), unreadable, ("1.00", "13.00")), tmp_path).warnings == ()


def test_comparison_resumes_two_rows_after_a_rejected_one(
    tmp_path: Path,
) -> None:
    first, second, *others = rows(("1.00", "11.00"), ("1.00", "50.00"), ("1.00", "99.00"), ("1.00", "100.01"))
    undated = second.replace("2025-10-01", "soon")

    found = check([first, undated, *others], tmp_path)

    assert (found.counts.rejected, breaks(found)) == (1, [5])


def test_a_warning_is_reported_with_code_line_and_cure(tmp_path: Path) -> None:
    found = check(rows(("1.00", "11.00"), ("1.00", "4711.42")), tmp_path)

    report = Report.from_validation(found, source("alpine"))

    [warning] = report.warnings
    assert (warning.count, warning.cure, warning.examples) == (1, WarningCode.BALANCE_BREAK.cure, found.examples)
    assert warning.meaning in page(report)
    assert "<h2>Errors</h2>" not in page(report)
    assert "4711.42" not in page(report) + report.json().decode()


def test_the_linter_names_a_balance_that_is_not_mapped() -> None:
    mapping = {name: function for name, function in balanced().mapping.items() if name != "balance_after"}

    assert "runningBalance: needs mapping.balance_after" in complaints(balanced(mapping=mapping))


@settings(deadline=None, max_examples=25)
@given(
    opening=CENTS,
    amounts=st.lists(CENTS, min_size=1, max_size=12),
    order=st.sampled_from(get_args(Order)),
    data=st.data(),
)
def test_a_running_balance_is_whole_until_a_row_is_taken_out(
    opening: Decimal, amounts: list[Decimal], order: Order, data: st.DataObject
) -> None:
    balances = [opening + sum(amounts[: number + 1]) for number in range(len(amounts))]
    written = rows(*((f"{amount:f}", f"{balance:f}") for amount, balance in zip(amounts, balances, strict=True)))
    step = 1 if order == "ascending" else -1

    with TemporaryDirectory() as folder:
        whole = check(written[::step], Path(folder), balanced(order))
        assert whole.warnings == ()

        if len(amounts) > 2:
            # Not the first, nor the last: nothing follows these, or nothing stands before them
            taken = data.draw(st.integers(1, len(amounts) - 2))
            fewer = written[:taken] + written[taken + 1 :]
            lacking = check(fewer[::step], Path(folder), balanced(order))
            assert bool(lacking.warnings) == (amounts[taken] != 0)


def test_of_rows_with_some_ids_the_repeated_one_is_passed_over(tmp_path: Path) -> None:
    # Given ids that only some rows have, one of which is repeated, and two equal rows without one
    mapping = {**layout().mapping, "transaction_id": RowHash(unless="transaction_id")}
    first, second = rows(("-1.00", "99.00"), ("5.00", "104.00"))
    equal = alpine_row(transaction_id="", amount="0.00", balance="104.00")

    found = check([first, first, second, equal, equal], tmp_path, balanced(mapping=mapping))

    assert found.errors == (ErrorCount(code=RowCode.DUPLICATE_ID, count=1),)
    assert found.warnings == ()
