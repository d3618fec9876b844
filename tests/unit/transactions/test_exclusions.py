"""Dropped rows and skipped lines are explained by the rules of the layout; rejected amounts are summed, if readable."""

from pathlib import Path

from tests.unit.transactions.support import alpine_file, alpine_row, csv_layout, layout, validate
from transactions.assets import asset_folder
from transactions.codes import RowCode
from transactions.layouts.fields import NumberField, StringField
from transactions.layouts.layout import Condition, Dialect, Predicate
from transactions.layouts.mapping import Amount
from transactions.results import EXAMPLES_PER_CODE, Exclusion, SkippedLine

PENDING = Predicate(field="Text", values=("pending", ""))
LATER = Predicate(field="Text", pattern="^pend", also=(Condition(field="Amount", values=("0",)),))
FIELDS = (StringField(name="Text"), NumberField(name="Amount", scale=2))
LAYOUT = csv_layout(FIELDS, amount=Amount(field="Amount"))


def _file(*lines: str) -> bytes:
    return "\n".join([*lines, ""]).encode()


def _rules(found: tuple[Exclusion, ...]) -> dict[str, int]:
    return {one.rule: one.count for one in found}


def test_a_dropped_row_counts_under_the_first_condition(tmp_path: Path) -> None:
    dropping = layout(dialect=LAYOUT.dialect, schema=LAYOUT.schema, mapping=LAYOUT.mapping, drop=(PENDING, LATER))
    rows = ("2025-10-01;pending;0", "2025-10-01;;1", "2025-10-01;pending 7;0", "2025-10-01;paid;1")

    found = validate(_file("Day;Text;Amount", *rows), tmp_path, layouts=[dropping])

    assert found.counts.dropped == 3
    assert found.dropped_by == (
        Exclusion(
            rule="drop[0]",
            condition="rows whose Text is pending or empty",
            count=2,
            first=(SkippedLine(line=2, masked_value="xxxxxxx"), SkippedLine(line=3, masked_value="")),
        ),
        Exclusion(
            rule="drop[1]",
            condition="rows whose Text matches ^pend and whose Amount is 0",
            count=1,
            first=(SkippedLine(line=4, masked_value="xxxxxxx 9"),),
        ),
    )


def test_the_eleventh_condition_comes_after_the_second(tmp_path: Path) -> None:
    drop = tuple(Predicate(field="Text", values=(f"word {number}",)) for number in range(11))
    dropping = layout(dialect=LAYOUT.dialect, schema=LAYOUT.schema, mapping=LAYOUT.mapping, drop=drop)
    rows = (f"2025-10-01;word {number};1" for number in (10, 1, 99))

    found = validate(_file("Day;Text;Amount", *rows), tmp_path, layouts=[dropping])

    assert [one.rule for one in found.dropped_by] == ["drop[1]", "drop[10]"]


def test_a_skipped_line_counts_under_the_rule_that_skips_it(tmp_path: Path) -> None:
    dialect = Dialect(
        delimiter=";", header_within=3, comment_char="#", skip_lines=("^Sum;", "^Page"), footer="^The end"
    )
    skipping = layout(dialect=dialect, schema=LAYOUT.schema, mapping=LAYOUT.mapping)
    lines = (
        "A bank",
        "Day;Text;Amount",
        "# note",
        "2025-10-01;a;1",
        "Page 1",
        "# more",
        "Page 2",
        "The end",
        "# of file",
    )

    found = validate(_file(*lines), tmp_path, layouts=[skipping])

    assert _rules(found.skipped_by) == {
        "dialect.headerWithin": 1,
        "dialect.commentChar": 2,
        "dialect.skipLines[1]": 2,
        "dialect.footer": 2,
    }
    assert [line.line for line in found.skipped_lines] == [1, 3, 5, 6, 7]
    assert found.counts.skipped == 7


def test_no_more_than_the_first_lines_of_a_rule_are_shown(tmp_path: Path) -> None:
    skipping = layout(dialect=Dialect(delimiter=";", comment_char="#"), schema=LAYOUT.schema, mapping=LAYOUT.mapping)
    lines = ("Day;Text;Amount", *["# note"] * (EXAMPLES_PER_CODE + 3), "2025-10-01;a;1")

    [found] = validate(_file(*lines), tmp_path, layouts=[skipping]).skipped_by

    assert found.count == EXAMPLES_PER_CODE + 3
    assert [line.line for line in found.first] == list(range(2, 2 + EXAMPLES_PER_CODE))


def test_a_rejected_row_has_an_amount_only_if_it_can_be_read(tmp_path: Path) -> None:
    # Given rows whose error is elsewhere, one repeated, and rows without an amount, a currency, or all cells
    readable = [
        alpine_row(transaction_id="A", amount="-10.01", booking_date="01.10.2025"),
        alpine_row(transaction_id="B", amount="20", currency="JPY", value_date="never"),
        alpine_row(transaction_id="C", amount="3.00"),
        alpine_row(transaction_id="C", amount="3.00"),
    ]
    unreadable = [
        alpine_row(transaction_id="D", amount="7,5x"),
        alpine_row(transaction_id="E", currency="EURO"),
        "a,b",
    ]

    found = validate(alpine_file(*readable, *unreadable), tmp_path)

    assert found.counts.rejected == 6
    assert {total.currency: (total.count, total.sum) for total in found.rejected_totals} == {
        "EUR": (2, "-7.01"),
        "JPY": (1, "20"),
    }


def test_a_record_with_a_repeated_name_has_no_amount_to_read(tmp_path: Path) -> None:
    plaid = layout("plaid-sandbox")
    sample = (asset_folder("layouts") / "plaid-sandbox.sample.json").read_text(encoding="utf-8")
    repeated = sample.replace('"amount": 896.65,', '"amount": 896.65, "amount": 1.00,', 1)

    found = validate(repeated.encode(), tmp_path, plaid.partner, layouts=[plaid], file_format="json")

    assert RowCode.NAME_REPEATED in {error.code for error in found.errors}
    assert found.rejected_totals == ()
