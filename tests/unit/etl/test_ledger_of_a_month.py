"""However a bank cuts, repeats, corrects and takes back its statements of a month, the ledger is that of the month."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.etl.months import (
    Booking,
    Published,
    Statement,
    month_layout,
    months,
    statements,
    whole_ledger,
    wrong_statements,
)
from transactions.layouts.mapping import Function, RowHash, Text

IDS = pytest.mark.parametrize("transaction_id", [RowHash(), Text(field="Id")], ids=["hash", "own id"])
few_examples = settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow], deadline=None)
fewer_examples = settings(few_examples, max_examples=6)
"""Of months with two or three times the files."""


class Sent(NamedTuple):
    """A file of the bank: before it comes, ``wrong`` ones of its delivery do, and ``mistaken`` ones that are withdrawn.

    A mistaken file is withdrawn when ``kept`` more files of these have come, or in the end.
    """

    right: Statement
    wrong: Sequence[Statement]
    mistaken: Sequence[Statement]
    kept: int


@st.composite
def corrected_statements(draw: st.DrawFn) -> list[Sent]:
    """Cut the month into files, with wrong ones that are replaced, and others that are withdrawn."""
    wrong, mistaken = (st.lists(wrong_statements, max_size=size) for size in (2, 1))
    return [Sent(right, draw(wrong), draw(mistaken), draw(st.integers(0, 3))) for right in draw(statements())]


def _published(published: Published, files: Sequence[Sent]) -> Published:
    """Publish the files, and replace and withdraw what is wrong."""
    mistaken = list[tuple[int, str]]()
    for place, file in enumerate(files):
        if not published.has_rows(file.right):
            continue
        earlier = list[str]()
        for wrong in file.wrong:
            # Each file of a delivery replaces those before it, whatever days they have.
            earlier.append(published.publish(wrong, replaces=earlier))
        mistaken += [(place + file.kept, published.publish(other)) for other in file.mistaken]
        published.publish(file.right, replaces=earlier)
        _withdraw(published, (file_id for due, file_id in mistaken if due == place))
    # Some were due later, and a withdrawal may be repeated.
    _withdraw(published, (file_id for _, file_id in mistaken))
    return published


def _withdraw(published: Published, files: Iterable[str]) -> None:
    for file_id in files:
        published.withdraw(file_id)


@IDS
@few_examples
@given(month=months, files=statements())
def test_overlapping_files_give_the_ledger_of_the_whole_month(
    transaction_id: Function, month: list[Booking], files: list[Statement]
) -> None:
    # Given files that cut a month anywhere, repeat days of each other, and arrive in any order
    layout = month_layout(transaction_id)
    published = Published(layout, month)

    for file in files:
        published.publish(file)

    whole = whole_ledger(layout, month)
    assert len(whole) == len(month)
    assert published.ledger() == whole


@IDS
@fewer_examples
@given(month=months, files=corrected_statements())
def test_what_is_replaced_or_withdrawn_leaves_the_ledger(
    transaction_id: Function, month: list[Booking], files: list[Sent]
) -> None:
    layout = month_layout(transaction_id)

    published = _published(Published(layout, month), files)

    assert published.ledger() == whole_ledger(layout, month)


@fewer_examples
@given(month=months, wrong=st.lists(wrong_statements, min_size=1, max_size=3), files=corrected_statements())
def test_a_later_file_corrects_what_earlier_ones_say_of_its_days(
    month: list[Booking], wrong: list[Statement], files: list[Sent]
) -> None:
    # Given wrong files that stand, of a bank with ids of its own, and later ones that have all of their days
    layout = month_layout(Text(field="Id"))
    published = Published(layout, month)
    for file in wrong:
        published.publish(file)

    _published(published, files)

    assert published.ledger() == whole_ledger(layout, month)
