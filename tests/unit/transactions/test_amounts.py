"""Amounts in every way that a layout can declare: read to the last digit, or the row is rejected."""

from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from tests.unit.transactions.support import CATALOG, Output, csv_layout, transform, validate
from transactions.codes import RowCode, WarningCode
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


LARGEST = "9999999999999.99"
WORDED = NumberField(
    name="Sum", decimal_char=",", group_char=".", suffixes=(" EUR",), debit_words=("DR",), credit_words=("CR",)
)
UNMARKED = NumberField(name="Sum", debit_words=("",), credit_words=("CR",))
AFFIXED = NumberField(name="Sum", group_char=",", prefixes=("$", "US$"), suffixes=(" USD",))


@pytest.mark.parametrize(
    ("field", "cells"),
    [
        (
            NumberField(name="Sum", decimal_char=",", group_char="."),
            {
                "-1.450": "-1450",
                "-5.00": RowCode.AMOUNT_FORMAT,
                "1,500": RowCode.AMOUNT_SCALE,
            },
        ),
        (
            NumberField(name="Sum", group_char="'"),
            {
                "11'373.94": "11373.94",
            },
        ),
        (
            NumberField(name="Sum", group_char="\u202f", decimal_char=","),
            {
                "1\u202f234,50": "1234.5",
                "1 234,50": RowCode.AMOUNT_FORMAT,
            },
        ),
        (
            AFFIXED,
            {
                "$1,036.47": "1036.47",
                "-$5.00": "-5",
                "$-5.00": "-5",
                "US$5.00 USD": "5",
                "-$-5.00": RowCode.AMOUNT_FORMAT,
                "£5.00": RowCode.AMOUNT_FORMAT,
                "$": RowCode.AMOUNT_FORMAT,
            },
        ),
        (
            NumberField(name="Sum", prefixes=("$",), parentheses=True),
            {
                "($85.00)": "-85",
                "(-$85.00)": RowCode.AMOUNT_FORMAT,
                "($85.00": RowCode.AMOUNT_FORMAT,
            },
        ),
        (
            NumberField(name="Sum", trailing_sign=True),
            {
                "5.00-": "-5",
                "5.00+": "5",
                "-5.00-": RowCode.AMOUNT_FORMAT,
            },
        ),
        (
            NumberField(name="Sum", bare_fraction=True),
            {
                "-.23": "-0.23",
                ".": RowCode.AMOUNT_FORMAT,
            },
        ),
        (
            NumberField(name="Sum", minor_units=True),
            {
                "-1195": "-11.95",
                "11.95": RowCode.AMOUNT_SCALE,
                "11.00": RowCode.AMOUNT_SCALE,
                "10000000150": "100000001.5",
                "-999999999999999": "-9999999999999.99",
                "1000000000000000": RowCode.AMOUNT_RANGE,
                "9" * 60: RowCode.AMOUNT_RANGE,
                "0" * 60 + "7": "0.07",
            },
        ),
        (
            NumberField(name="Sum"),
            {
                "-9999999999999.99": "-9999999999999.99",
                "10000000000000": RowCode.AMOUNT_RANGE,
                "-64.1400": "-64.14",
                "64.1401": RowCode.AMOUNT_SCALE,
                "1.000": RowCode.AMOUNT_SCALE,
                "1.500": RowCode.AMOUNT_SCALE,
            },
        ),
        (
            NumberField(name="Sum", scale=5),
            {
                "-64.140000": "-64.14",
            },
        ),
        (
            NumberField(name="Sum", scale=0),
            {
                "64.00": "64",
            },
        ),
        (
            NumberField(name="Sum", scale=3),
            {
                "1.500": "1.5",
            },
        ),
        (
            NumberField(name="Sum", minus_chars=("\N{MINUS SIGN}",)),
            {
                "\N{MINUS SIGN}5.00": "-5",
                "-5.00": "-5",
                "\N{EN DASH}5.00": RowCode.AMOUNT_FORMAT,
            },
        ),
        (
            NumberField(name="Sum", minus_chars=("\N{EN DASH}",), prefixes=("$",)),
            {
                "$\N{EN DASH}5.00": "-5",
            },
        ),
        (
            NumberField(name="Sum", minus_chars=("\N{EN DASH}",), trailing_sign=True),
            {
                "5.00\N{EN DASH}": "-5",
            },
        ),
        (
            NumberField(name="Sum", minus_chars=("\N{EN DASH}",)),
            {
                "\N{EN DASH}-5.00": RowCode.AMOUNT_FORMAT,
            },
        ),
        (
            WORDED,
            {
                "100,00 DR": "-100",
                "1.234,56 CR": "1234.56",
                "DR 5,00 EUR": "-5",
                "5,00 EUR\u00a0DR": "-5",
                "5,00DR": "-5",
                "5,00": RowCode.DIRECTION_UNKNOWN,
                "-5,00": RowCode.DIRECTION_UNKNOWN,
                "-5,00 DR": RowCode.SIGN_MISMATCH,
                "DR +5,00": RowCode.SIGN_MISMATCH,
                "(5,00) CR": RowCode.SIGN_MISMATCH,
                "5,00 dr": RowCode.AMOUNT_FORMAT,
                "CR 5,00 DR": RowCode.AMOUNT_FORMAT,
                "5,00 DR EUR": RowCode.AMOUNT_FORMAT,
            },
        ),
        (
            UNMARKED,
            {
                "5.00": "-5",
                "5.00 CR": "5",
                "-5.00": RowCode.SIGN_MISMATCH,
            },
        ),
        (
            NumberField(name="Sum", prefixes=("Fr. ",)),
            {
                "Fr. 12.50": "12.5",
            },
        ),
    ],
)
def test_a_number_is_read_only_as_declared(field: NumberField, cells: dict[str, str], tmp_path: Path) -> None:
    found = read(tmp_path, Amount(field="Sum"), [field], *cells)

    assert {
        cell: outcome if isinstance(outcome, str) else f"{outcome:f}"
        for cell, outcome in zip(cells, found, strict=True)
    } == cells


def test_minor_units_are_those_of_the_currency(tmp_path: Path) -> None:
    field = NumberField(name="Sum", minor_units=True)

    assert [read(tmp_path, Amount(field="Sum"), [field], "1500", currency=code) for code in ("JPY", "KWD")] == [
        [Decimal(1500)],
        [Decimal("1.5")],
    ]


def test_an_inverted_amount_changes_sign_and_a_fee_is_subtracted(tmp_path: Path) -> None:
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


@pytest.mark.parametrize("negative", [False, True])
def test_a_zero_has_the_direction_of_its_column(negative: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    fields: list[Field] = [NumberField(name="Out"), NumberField(name="In")]
    function = DebitCredit(debit="Out", credit="In", negative_debits=negative)

    output = transform(_file(fields, ("0.00;", ";0.00", "0.00;0.00")), tmp_path, csv_layout(fields, amount=function))

    assert [row["amount"] for row in output.transactions] == [0, 0, 0]
    assert [row["credit_debit_indicator"] for row in output.transactions] == ["DBIT", "CRDT", "CRDT"]


@pytest.mark.parametrize(
    ("function", "amounts", "direction"),
    [
        (Amount(field="Sum", unsigned=True), [5, 7, 0], "CRDT"),
        (Amount(field="Sum", unsigned=True, inverted=True), [-5, -7, 0], "DBIT"),
    ],
)
def test_unsigned_amounts_all_go_one_way(function: Amount, amounts: list[int], direction: str, tmp_path: Path) -> None:
    fields: list[Field] = [NumberField(name="Sum", parentheses=True, trailing_sign=True, plus_sign=True)]
    content = _file(fields, ("5.00", "+7", "0.00", "-5", "(5)", "5-", "0.5+"))

    output = transform(content, tmp_path, csv_layout(fields, amount=function))

    assert [row["amount"] for row in output.transactions] == amounts
    assert {row["credit_debit_indicator"] for row in output.transactions} == {direction}
    assert _errors(output) == dict.fromkeys(range(5, 9), RowCode.SIGN_MISMATCH)


def test_a_fee_goes_out_besides_an_unsigned_amount(tmp_path: Path) -> None:
    fields: list[Field] = [NumberField(name="Sum"), NumberField(name="Fee")]
    rows = ("5;0.50", "-5;0.50", "5;-0.50")

    found = read(tmp_path, Amount(field="Sum", fee="Fee", unsigned=True), fields, *rows)
    inverted = read(tmp_path, Amount(field="Sum", fee="Fee", unsigned=True, inverted=True), fields, *rows)

    assert found == [Decimal("4.5"), RowCode.SIGN_MISMATCH, RowCode.SIGN_MISMATCH]
    assert inverted == [Decimal("-5.5"), RowCode.SIGN_MISMATCH, RowCode.SIGN_MISMATCH]


@pytest.mark.parametrize(
    ("sign", "charged"),
    [
        ("none", ["-101.5", "SIGN_MISMATCH", "SIGN_MISMATCH", "-1.5", "SIGN_MISMATCH"]),
        ("agrees", ["-98.5", "-101.5", "-98.5", "1.5", "-1.5"]),
        ("reverses", ["-101.5", "-98.5", "-101.5", "-1.5", "1.5"]),
    ],
)
def test_a_fee_has_the_sign_that_is_declared(
    sign: Literal["none", "agrees", "reverses"], charged: list[str], tmp_path: Path
) -> None:
    fields: list[Field] = [NumberField(name="In"), NumberField(name="Out"), NumberField(name="Fee")]
    function = DebitCredit(debit="Out", credit="In", negative_debits=True, fee="Fee", fee_sign=sign)

    found = read(tmp_path, function, fields, ";-100;1.50", ";-100;-1.50", ";-100;+1.50", ";;1.50", ";;-1.50")

    assert [str(value) for value in found] == charged


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (";;0.00", {2: RowCode.FIELD_MISSING}),
        (";;-0.00", {2: RowCode.FIELD_MISSING}),
        (";;", {2: RowCode.FIELD_MISSING}),
        (";;x", {2: RowCode.AMOUNT_FORMAT}),
        ("0.00;;", {}),
        ("1.00;1.00;-1.00", {2: RowCode.AMOUNT_AMBIGUOUS}),
        (f"{LARGEST};;0.01", {2: RowCode.AMOUNT_RANGE}),
        (f";;{LARGEST}9", {2: RowCode.AMOUNT_SCALE}),
    ],
)
def test_a_fee_of_zero_alone_is_no_amount(cells: str, expected: dict[int, str], tmp_path: Path) -> None:
    fields: list[Field] = [NumberField(name="In"), NumberField(name="Out"), NumberField(name="Fee")]
    function = DebitCredit(debit="Out", credit="In", fee="Fee", fee_sign="agrees")

    assert _errors(transform(_file(fields, (cells,)), tmp_path, csv_layout(fields, amount=function))) == expected


def test_a_zero_has_the_direction_of_its_word(tmp_path: Path) -> None:
    content = _file([WORDED], ("0,00 DR", "0,00 CR"))

    output = transform(content, tmp_path, csv_layout([WORDED], amount=Amount(field="Sum")))

    assert [row["credit_debit_indicator"] for row in output.transactions] == ["DBIT", "CRDT"]


@pytest.mark.parametrize("cell", ["$+5.00", "5.00+", "+5.00"])
def test_a_plus_counts_wherever_it_may_stand(cell: str, tmp_path: Path) -> None:
    fields: list[Field] = [NumberField(name="Sum", prefixes=("$",), trailing_sign=True), StringField(name="Way")]
    function = AmountWithDirection(field="Sum", direction="Way", credit=("CR",), debit=("DR",), sign="plus")

    found = read(tmp_path, function, fields, f"{cell};CR", f"{cell};DR")

    assert found == [Decimal(5), RowCode.SIGN_MISMATCH]


@pytest.mark.parametrize(
    ("number", "expected"),
    [("-4.750", Decimal("-4.75")), ("1000.000", Decimal(1000)), ("-4.755", RowCode.AMOUNT_SCALE)],
)
def test_three_decimals_of_a_json_number_leave_no_doubt(number: str, expected: Decimal | str, tmp_path: Path) -> None:
    document = f'{{"TransactionDate": "2025-09-04T00:00:00", "Amount": {number}, "TransactionId": 7}}'

    output = transform(document.encode(), tmp_path, CATALOG.get("quickfile-single"))

    assert [row["amount"] for row in output.transactions] + list(_errors(output).values()) == [expected]


def test_totals_are_exact_and_sums_beyond_the_largest_fail(tmp_path: Path) -> None:
    fee: list[Field] = [NumberField(name="Sum"), NumberField(name="Fee")]
    rows = [f"-{LARGEST};{LARGEST}", f"-{LARGEST};0", f"{LARGEST};{LARGEST}", f"-{LARGEST};0.01"]

    found = read(tmp_path, Amount(field="Sum", fee="Fee"), fee, *rows)

    assert found == [RowCode.AMOUNT_RANGE, -Decimal(LARGEST), Decimal(0), RowCode.AMOUNT_RANGE]


def test_the_total_of_any_number_of_largest_amounts_is_exact(tmp_path: Path) -> None:
    count = 2_000
    fields: list[Field] = [NumberField(name="Sum")]
    content = _file(fields, (LARGEST,) * count)

    output = transform(content, tmp_path, csv_layout(fields, amount=Amount(field="Sum")))

    assert [total.sum for total in output.transformation.totals] == [str(Decimal(LARGEST) * count)]


def test_a_balance_beside_the_largest_amount_continues_or_not(tmp_path: Path) -> None:
    fields: list[Field] = [NumberField(name="Sum"), NumberField(name="Balance")]
    rows = (f"{LARGEST};{LARGEST}", f"{LARGEST};{LARGEST}", f"-{LARGEST};0", f"-{LARGEST};-{LARGEST}")
    file_layout = csv_layout(fields, amount=Amount(field="Sum"), balance_after=Amount(field="Balance"))
    file_layout = msgspec.structs.replace(file_layout, running_balance="ascending")

    validation = validate(_file(fields, rows) + b"\n", tmp_path, layouts=[file_layout])

    assert [(example.code, example.line) for example in validation.examples] == [(WarningCode.BALANCE_BREAK, 3)]


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
