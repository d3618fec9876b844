"""Several accounts in one file: each row has the facts of its own section, or the file is refused."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import csv_layout, transform, validate
from transactions.codes import FileCode, RowCode
from transactions.layouts.fields import NumberField, StringField
from transactions.layouts.layout import Capture, Dialect, Layout, Predicate
from transactions.layouts.linting import complaints
from transactions.layouts.mapping import Amount, Captured
from transactions.reading.csv_rows import CsvRows
from transactions.reading.headers import find_layout
from transactions.reading.intake import LastByte
from transactions.reading.parts import in_parts, numbered_rows
from transactions.reading.records import Section

HEADER = "Day;Sum;Text"
ACCOUNT = Capture(name="account", pattern="^Account;([A-Z0-9]+)")


def of_accounts(*, sections: bool = True, **changes: Any) -> Layout:
    """Return a layout with the account above the header, and with ``changes`` to its dialect."""
    text = StringField(name="Text")
    account = Captured(capture="account")
    file_layout = csv_layout([NumberField(name="Sum"), text], amount=Amount(field="Sum"), account_id=account)
    dialect = Dialect(delimiter=";", header_within=5, **changes)
    return msgspec.structs.replace(file_layout, dialect=dialect, captures=(ACCOUNT,), sections=sections)


def of_currencies(*, sections: bool = True) -> Layout:
    """Return a layout with the currency in the header."""
    amount = NumberField(name="Sum", header_pattern="Sum in (?P<currency>[A-Z]{3})")
    file_layout = csv_layout([amount], amount=Amount(field="Sum"), currency="EUR")
    mapping = {**file_layout.mapping, "currency": Captured(capture="currency")}
    return msgspec.structs.replace(file_layout, mapping=mapping, sections=sections)


def file(*lines: str) -> bytes:
    return "\n".join([*lines, ""]).encode()


def section(account: str, *rows: str) -> list[str]:
    return [f"Account;{account}", "", HEADER, *rows]


TWO = file(*section("A1", "2025-10-01;-1.00;same", "2025-10-02;-2.00;x"), "", *section("A2", "2025-10-01;-1.00;same"))


def refusal(content: bytes, layout: Layout, workdir: Path) -> tuple[str, str]:
    validation = validate(content, workdir, layouts=[layout])
    return validation.reason_code, validation.reason


def test_each_row_has_its_own_sections_account_and_line(tmp_path: Path) -> None:
    output = transform(TWO, tmp_path, of_accounts())

    booked = [(row["source_line"], row["account_id"]) for row in output.transactions]
    assert booked == [(4, "A1"), (5, "A1"), (10, "A2")]


def test_equal_rows_of_two_accounts_have_two_ids(tmp_path: Path) -> None:
    rows = transform(TWO, tmp_path, of_accounts()).transactions

    assert rows[0]["remittance_information"] == rows[2]["remittance_information"]
    assert rows[0]["transaction_id"] != rows[2]["transaction_id"]


def test_lines_above_a_section_are_counted_as_skipped(tmp_path: Path) -> None:
    content = file(*section("A1", "2025-10-01;1;x"), "Statement of account", *section("A2", "2025-10-01;2;x"))

    validation = validate(content, tmp_path, layouts=[of_accounts()])

    assert (validation.counts.accepted, validation.counts.rejected) == (2, 0)
    assert [skipped.line for skipped in validation.skipped_lines] == [1, 5, 6, 8]
    assert validation.counts.skipped == 4


def test_a_bad_row_above_a_section_is_rejected_and_not_skipped(tmp_path: Path) -> None:
    content = file(*section("A1", "2025-10-01;1;x", "yesterday;5;x"), *section("A2", "2025-10-01;2;x"))

    output = transform(content, tmp_path, of_accounts())

    assert [row["source_line"] for row in output.quarantine] == [5]


def test_a_line_with_the_fact_begins_a_section_without_a_header(tmp_path: Path) -> None:
    content = file(*section("A1", "2025-10-01;1;x"), "Account;A2", "2025-10-01;2;x", "Account;A1", "2025-10-03;4;x")

    output = transform(content, tmp_path, of_accounts())

    assert [row["account_id"] for row in output.transactions] == ["A1", "A2", "A1"]


def test_the_first_facts_may_stand_below_the_header(tmp_path: Path) -> None:
    content = file(HEADER, "Account;A1", "2025-10-01;1;x", "Account;A2", "2025-10-01;2;x")

    output = transform(content, tmp_path, of_accounts())

    assert [row["account_id"] for row in output.transactions] == ["A1", "A2"]


def test_a_row_above_the_first_facts_refuses_the_file(tmp_path: Path) -> None:
    content = file(HEADER, "2025-10-01;1;x", "Account;A2", "2025-10-01;2;x")

    code, reason = refusal(content, of_accounts(), tmp_path)

    assert code == FileCode.CAPTURE_MISSING
    assert "account, line 2" in reason


def test_a_header_tells_a_sections_currency(tmp_path: Path) -> None:
    content = file("Day;Sum in EUR", "2025-10-01;1.00", "", "Day;Sum in USD", "2025-10-01;20.00")

    validation = validate(content, tmp_path, layouts=[of_currencies()])

    assert {total.currency: total.sum for total in validation.totals} == {"EUR": "1.00", "USD": "20.00"}


def test_a_section_without_a_fact_refuses_the_file(tmp_path: Path) -> None:
    content = file(*section("A1", "2025-10-01;1;x"), "Konto;A2", HEADER, "2025-10-01;2;x")

    code, reason = refusal(content, of_accounts(), tmp_path)

    assert code == FileCode.CAPTURE_MISSING
    assert "account, section on line 5" in reason


def test_two_accounts_above_one_header_refuse_the_file(tmp_path: Path) -> None:
    content = file(*section("A1", "2025-10-01;1;x"), "Account;A2", "Account;A3", HEADER, "2025-10-01;2;x")

    code, reason = refusal(content, of_accounts(), tmp_path)

    assert code == FileCode.CAPTURE_AMBIGUOUS
    assert "account, section on line 5" in reason


def test_a_section_with_other_columns_refuses_the_file(tmp_path: Path) -> None:
    layout = of_accounts(any_order=True)
    content = file(*section("A1", "2025-10-01;1;x"), "Account;A2", "Day;Text;Sum", "2025-10-01;x;2")

    code, reason = refusal(content, layout, tmp_path)

    assert code == FileCode.HEADER_MISMATCH
    assert "header on line 6" in reason


def test_an_undeclared_header_of_other_columns_is_named(tmp_path: Path) -> None:
    layout = of_accounts(sections=False, any_order=True)
    content = file(*section("A1", "2025-10-01;1;x"), "Day;Text;Sum", "2025-10-01;x;2")

    code, reason = refusal(content, layout, tmp_path)

    assert code == FileCode.HEADER_MISMATCH
    assert "header on line 5" in reason


OTHERS = {
    "account above a header": section("A2", "2025-10-01;2;x"),
    "account alone": ["Account;A2", "2025-10-01;2;x"],
    "account in a line as wide as a row": ["Account;A2;", "2025-10-01;2;x"],
    "header under an account written otherwise": ["Konto 22", HEADER, "2025-10-01;2;x"],
    "header below a row": [HEADER, "2025-10-01;2;x"],
}


@pytest.mark.parametrize("line_breaks", [False, True])
@pytest.mark.parametrize("lines", OTHERS.values(), ids=OTHERS)
def test_an_undeclared_section_refuses_the_file(lines: list[str], *, line_breaks: bool, tmp_path: Path) -> None:
    content = file(*section("A1", '2025-10-01;1;"x"'), *lines)
    line = next(place for place, line in enumerate(lines, 5) if line.startswith(("Account", HEADER)))

    code, reason = refusal(content, of_accounts(sections=False, line_breaks_in_cells=line_breaks), tmp_path)

    assert code == FileCode.SECTION_UNDECLARED
    assert f"(line {line})" in reason


def test_a_section_is_found_below_a_row_that_spans_lines(tmp_path: Path) -> None:
    content = file(*section("A1", '2025-10-01;1;"x\ny"', "2025-10-01;1;x"), "Account;A2;", "2025-10-01;2;x")

    _, reason = refusal(content, of_accounts(sections=False, line_breaks_in_cells=True), tmp_path)

    assert "(line 7)" in reason


def test_an_undeclared_currency_in_a_header_refuses_the_file(tmp_path: Path) -> None:
    content = file("Day;Sum in EUR", "2025-10-01;1.00", "", "Day;Sum in USD", "2025-10-01;20.00")

    assert refusal(content, of_currencies(sections=False), tmp_path)[0] == FileCode.SECTION_UNDECLARED


def test_the_same_facts_again_are_a_rejected_row(tmp_path: Path) -> None:
    content = file("Day;Sum in EUR", "2025-10-01;1.00", "Day;Sum in EUR", "2025-10-02;2.00")

    validation = validate(content, tmp_path, layouts=[of_currencies(sections=False)])

    assert (validation.counts.accepted, validation.counts.rejected) == (2, 1)


def test_a_section_cannot_hide_in_skipped_or_dropped_rows(tmp_path: Path) -> None:
    skipping = of_accounts(sections=False, skip_lines=("^Account",))
    dropping = msgspec.structs.replace(of_accounts(sections=False), drop=(Predicate(field="Text", values=("",)),))
    content = file(*section("A1", "2025-10-01;1;x"), "Account;A2;", "2025-10-01;2;x")

    assert refusal(content, skipping, tmp_path)[0] == FileCode.SECTION_UNDECLARED
    assert refusal(content, dropping, tmp_path)[0] == FileCode.SECTION_UNDECLARED


def test_a_skipped_header_begins_no_section_by_itself(tmp_path: Path) -> None:
    skipping = of_accounts(sections=False, skip_lines=("^Day;",))
    content = file(*section("A1", "2025-10-01;1;x"), HEADER, "2025-10-01;2;x")

    assert validate(content, tmp_path, layouts=[skipping]).counts.accepted == 2


def test_a_rejected_row_with_another_account_in_it_is_no_section(tmp_path: Path) -> None:
    anywhere = Capture(name="account", pattern="([A-Z]{2}[0-9]{3})")
    layout = msgspec.structs.replace(of_accounts(sections=False), captures=(anywhere,))
    content = file(*section("DE001", "2025-10-01;1;x", "2025-10-01;none;from DE002"))

    validation = validate(content, tmp_path, layouts=[layout])

    assert [(error.code, error.count) for error in validation.errors] == [(RowCode.AMOUNT_FORMAT, 1)]


def test_a_cell_that_spans_lines_begins_no_section(tmp_path: Path) -> None:
    spanning = f'2025-10-01;-1.00;"Transfer\nAccount;A3\n{HEADER}\n2025-10-02;9.00;x"'
    content = file(*section("A1", spanning), *section("A2", spanning))

    output = transform(content, tmp_path, of_accounts(line_breaks_in_cells=True))

    found = [(row["source_line"], row["account_id"], row["amount"]) for row in output.transactions]
    assert sorted(found) == [(4, "A1", -1), (11, "A2", -1)]
    assert not output.quarantine


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('2025-10-01;1;"x', "a quote opened on line 4 is not closed"),
        ('2025-10-01;1;"x\ny" z', "a quote opened on line 4 is closed, and there is text behind it"),
    ],
)
def test_no_section_is_looked_for_behind_an_odd_quote(row: str, reason: str, tmp_path: Path) -> None:
    content = file(*section("A1", row), *section("A2", "2025-10-01;2;x"))

    code, found = refusal(content, of_accounts(line_breaks_in_cells=True), tmp_path)

    assert code == FileCode.MALFORMED_CSV
    assert reason in found


SPANNING = f'2025-10-04;4;"x\nAccount;B3\n{HEADER}"'
rows = st.lists(
    st.sampled_from(["2025-10-01;1.00;x", "2025-10-02;-2.00;", "no;3.00;", "2025-10-03;none;y", SPANNING]), max_size=4
)
parts_of_file = st.lists(st.tuples(st.sampled_from(["A1", "A2", "B3"]), rows, st.booleans()), min_size=1, max_size=5)


@settings(max_examples=150, deadline=None)
@given(parts_of_file, st.lists(st.integers(1, 30), max_size=6))
def test_where_blocks_end_changes_no_section(
    tmp_path_factory: pytest.TempPathFactory, found: list[tuple[str, list[str], bool]], cuts: list[int]
) -> None:
    # Given sections, with a header of their own or without, and the account of each line
    lines, expected = ["Account;A1", HEADER], dict[int, tuple[str, str]]()
    for account, rows_of_account, with_header in [("A1", ["2025-10-01;1.00;x"], True), *found]:
        lines += [f"Account;{account}", *([HEADER] if with_header or not rows_of_account else [])]
        for row in rows_of_account:
            expected[len(lines) + 1] = account, row
            lines += row.split("\n")
    # When the file is read in blocks that end anywhere
    head = find_layout("\n".join(lines).encode(), [of_accounts(line_breaks_in_cells=True)])
    borders = sorted({min(cut, len(lines)) for cut in cuts} | {0, len(lines)})
    blocks = ["\n".join(lines[start:end]).encode() for start, end in pairwise(borders)]
    folder = tmp_path_factory.mktemp("parts")
    parts = in_parts(iter(blocks), CsvRows(head, LastByte(iter(blocks))), head.layout, folder, part_bytes=1)
    read = dict[int, tuple[str, str]]()
    for part in parts:
        for number, row in numbered_rows(part, head.layout.dialect):
            if number not in part.placeholders:
                read[number] = _account_of(part.sections, number), row
    # Then every row has its own section's account
    assert read == expected


def _account_of(sections: tuple[Section, ...], line: int) -> str:
    return [section.facts["account"] for section in sections if section.first <= line][-1]


@pytest.mark.parametrize(
    ("layout", "complaint"),
    [
        (of_accounts(footer="^Sum"), "sections: cannot be combined with a footer"),
        (msgspec.structs.replace(of_accounts(), delivery=("account",)), "delivery[0]: account has another value"),
        (msgspec.structs.replace(of_accounts(), delivery=("day",)), "delivery[0]: day is no capture"),
    ],
)
def test_what_cannot_be_told_apart_is_refused_when_linted(layout: Layout, complaint: str) -> None:
    assert any(found.startswith(complaint) for found in complaints(layout))


def test_sections_need_a_fact_that_differs() -> None:
    layout = msgspec.structs.replace(csv_layout([NumberField(name="Sum")], amount=Amount(field="Sum")), sections=True)

    assert "sections: nothing is captured above the rows, or in a header" in complaints(layout)
