"""Amounts in every way that a layout can declare: read to the last digit, or the row is rejected."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.transactions.support import Output, csv_layout, transform
from transactions.codes import RowCode
from transactions.layouts.fields import Field, NumberField, StringField
from transactions.layouts.mapping import Amount, AmountFunction, AmountWithDirection, DebitCredit


def read(
    tmp_path: Path, function: AmountFunction, fields: list[Field], *rows: str, currency: str = "EUR"
) -> list[Decimal | str]:
    """Return for each row, which is of these fields in a file with semicolons, its amount or its error."""
    output = transform(_file(fields, rows), tmp_path, csv_layout(fields, amount=function, currency=currency))
    found = {row["source_line"]: row["amount"].normalize() for row in output.transactions}
    found |= _errors(output)
    return [found[line] for line in range(2, len(rows) + 2)]


def _file(fields: list[Field], rows: tuple[str, ...]) -> bytes:
    header = ";".join(["Day", *(field.name for field in fields)])
    return "\n".join([header, *(f"2025-10-01;{row}" for row in rows)]).encode()


def _errors(output: Output) -> dict[int, str]:
    return {row["source_line"]: row["error_code"] for row in output.quarantine}


AFFIXED = NumberField(name="Sum", group_char=",", prefixes=("$", "US$"), suffixes=(" USD",))


@pytest.mark.parametrize(
    ("field", "cell", "expected"),
    [
        (NumberField(name="Sum", decimal_char=",", group_char="."), "-1.450", "-1450"),
        (NumberField(name="Sum", decimal_char=",", group_char="."), "-5.00", RowCode.AMOUNT_FORMAT),
        (NumberField(name="Sum", group_char="'"), "11'373.94", "11373.94"),
        (NumberField(name="Sum", group_char="\u202f", decimal_char=","), "1\u202f234,50", "1234.5"),
        (NumberField(name="Sum", group_char="\u202f", decimal_char=","), "1 234,50", RowCode.AMOUNT_FORMAT),
        (AFFIXED, "$1,036.47", "1036.47"),
        (AFFIXED, "-$5.00", "-5"),
        (AFFIXED, "$-5.00", "-5"),
        (AFFIXED, "US$5.00 USD", "5"),
        (AFFIXED, "-$-5.00", RowCode.AMOUNT_FORMAT),
        (AFFIXED, "£5.00", RowCode.AMOUNT_FORMAT),
        (AFFIXED, "$", RowCode.AMOUNT_FORMAT),
        (NumberField(name="Sum", prefixes=("$",), parentheses=True), "($85.00)", "-85"),
        (NumberField(name="Sum", prefixes=("$",), parentheses=True), "(-$85.00)", RowCode.AMOUNT_FORMAT),
        (NumberField(name="Sum", prefixes=("$",), parentheses=True), "($85.00", RowCode.AMOUNT_FORMAT),
        (NumberField(name="Sum", trailing_sign=True), "5.00-", "-5"),
        (NumberField(name="Sum", trailing_sign=True), "5.00+", "5"),
        (NumberField(name="Sum", trailing_sign=True), "-5.00-", RowCode.AMOUNT_FORMAT),
        (NumberField(name="Sum", bare_fraction=True), "-.23", "-0.23"),
        (NumberField(name="Sum", bare_fraction=True), ".", RowCode.AMOUNT_FORMAT),
        (NumberField(name="Sum", minor_units=True), "-1195", "-11.95"),
        (NumberField(name="Sum", minor_units=True), "11.95", RowCode.AMOUNT_SCALE),
        (NumberField(name="Sum", prefixes=("Fr. ",)), "Fr. 12.50", "12.5"),
    ],
)
def test_a_number_is_read_as_declared_or_not_at_all(
    field: NumberField, cell: str, expected: str, tmp_path: Path
) -> None:
    (found,) = read(tmp_path, Amount(field="Sum"), [field], cell)

    assert str(found if isinstance(found, str) else f"{found:f}") == expected


def test_minor_units_are_those_of_the_currency(tmp_path: Path) -> None:
    field = NumberField(name="Sum", minor_units=True)

    assert [read(tmp_path, Amount(field="Sum"), [field], "1500", currency=code) for code in ("JPY", "KWD")] == [
        [Decimal(1500)],
        [Decimal("1.5")],
    ]


def test_an_inverted_amount_changes_its_sign_and_a_fee_goes_out_besides(tmp_path: Path) -> None:
    fields: list[Field] = [NumberField(name="Sum"), NumberField(name="Fee")]
    rows = ("-405.63;4.06", "10;", "10;-1", "10;x", ";1")

    plain = read(tmp_path, Amount(field="Sum", fee="Fee"), fields, *rows)
    inverted = read(tmp_path, Amount(field="Sum", fee="Fee", inverted=True), fields, *rows[:2])

    assert plain == [
        Decimal("-409.69"),
        Decimal(10),
        RowCode.SIGN_MISMATCH,
        RowCode.AMOUNT_FORMAT,
        RowCode.FIELD_MISSING,
    ]
    assert inverted == [Decimal("401.57"), Decimal(-10)]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (DebitCredit(debit="Out", credit="In"), ["-5", "7", "AMOUNT_AMBIGUOUS", "FIELD_MISSING", "SIGN_MISMATCH", "0"]),
        (
            DebitCredit(debit="Out", credit="In", negative_debits=True),
            ["SIGN_MISMATCH", "7", "SIGN_MISMATCH", "FIELD_MISSING", "-5", "0"],
        ),
    ],
)
def test_debit_and_credit_columns_hold_one_amount(function: DebitCredit, expected: list[str], tmp_path: Path) -> None:
    fields: list[Field] = [NumberField(name="Out"), NumberField(name="In")]

    found = read(tmp_path, function, fields, "5;", "0.00;7", "5;7", ";", "-5;", "0;")

    assert [str(value) for value in found] == expected


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        ("none", ["5", "-5", "SIGN_MISMATCH", "SIGN_MISMATCH", "-5", "SIGN_MISMATCH"]),
        ("agrees", ["5", "SIGN_MISMATCH", "SIGN_MISMATCH", "-5", "SIGN_MISMATCH", "5"]),
        ("inverted", ["SIGN_MISMATCH", "-5", "5", "SIGN_MISMATCH", "-5", "SIGN_MISMATCH"]),
        ("plus", ["SIGN_MISMATCH", "-5", "SIGN_MISMATCH", "SIGN_MISMATCH", "-5", "5"]),
    ],
)
def test_a_sign_and_a_word_never_contradict_each_other(sign: str, expected: list[str], tmp_path: Path) -> None:
    fields: list[Field] = [NumberField(name="Sum"), StringField(name="Way")]
    function = AmountWithDirection(field="Sum", direction="Way", credit=("CR",), debit=("DR", ""), sign=sign)  # type: ignore[arg-type]

    found = read(tmp_path, function, fields, "5;CR", "5;DR", "-5;CR", "-5;DR", "5;", "+5;CR")

    assert [str(value) for value in found] == expected
