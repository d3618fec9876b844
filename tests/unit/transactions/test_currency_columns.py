"""Amounts that stand in one of several columns, each of a currency of its own."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.transactions.support import csv_layout, transform
from tests.unit.transactions.test_json_reading import json_layout
from transactions.codes import RowCode
from transactions.layouts.fields import Field, NumberField, StringField
from transactions.layouts.layout import Layout
from transactions.layouts.linting import complaints
from transactions.layouts.mapping import (
    Amount,
    AmountByCurrency,
    AmountFunction,
    AmountWithDirection,
    ByAmount,
    Constant,
    DebitCredit,
)

FIELDS: list[Field] = [NumberField(name="CHF"), NumberField(name="JPY"), StringField(name="Way")]
SIGNED = AmountByCurrency(currencies={"CHF": Amount(field="CHF"), "JPY": Amount(field="JPY")})


def with_currencies(amount: AmountFunction, fields: list[Field] = FIELDS, **changes: Any) -> Layout:
    plain = csv_layout(fields, amount=Amount(field="CHF"), currency="EUR")
    return msgspec.structs.replace(
        plain, mapping={**plain.mapping, "amount": amount, "currency": ByAmount(), **changes}
    )


def read(tmp_path: Path, file_layout: Layout, *rows: str) -> tuple[list[str], list[tuple[int, str]]]:
    """Return currency and amount of the accepted rows, and the errors of the others by line."""
    header = ";".join(field.name for field in file_layout.schema.fields)
    content = "\n".join([header, *(f"2025-10-01;{row}" for row in rows), ""]).encode()
    output = transform(content, tmp_path, file_layout)
    rows_by_line = sorted(output.transactions, key=lambda row: row["source_line"])
    amounts = [f"{row['currency']} {row['amount'].normalize():f}" for row in rows_by_line]
    return amounts, [(row["source_line"], row["error_code"]) for row in output.quarantine]


def test_the_column_of_the_amount_gives_its_currency(tmp_path: Path) -> None:
    rows = ("-5.50;;", ";700;", "0.00;700;", "-5.50;0;", "0.00;;", ";0;", "5.50;0.00;")

    amounts, errors = read(tmp_path, with_currencies(SIGNED), *rows)

    assert amounts == [
        "CHF -5.5",
        "JPY 700",
        "JPY 700",
        "CHF -5.5",
        "CHF 0",
        "JPY 0",
        "CHF 5.5",
    ]
    assert not errors


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (";;", RowCode.FIELD_MISSING),
        ("5;7;", RowCode.AMOUNT_AMBIGUOUS),
        ("0;0;", RowCode.AMOUNT_AMBIGUOUS),
        ("x;7;", RowCode.AMOUNT_FORMAT),
        ("5;x;", RowCode.AMOUNT_FORMAT),
        ("5;0,00;", RowCode.AMOUNT_FORMAT),
        (";7.50;", RowCode.AMOUNT_SCALE),
        ("5;0.000;", RowCode.AMOUNT_SCALE),
        ("99999999999999;;", RowCode.AMOUNT_RANGE),
        ("5;-99999999999999;", RowCode.AMOUNT_AMBIGUOUS),
    ],
)
def test_no_row_has_an_amount_in_two_currencies(row: str, code: str, tmp_path: Path) -> None:
    amounts, errors = read(tmp_path, with_currencies(SIGNED), "1;;", row)

    assert amounts == ["CHF 1"]
    assert errors == [(3, code)]


def test_each_currency_has_a_function_of_its_own(tmp_path: Path) -> None:
    fields: list[Field] = [*FIELDS, NumberField(name="JPY in"), NumberField(name="Fee")]
    words = AmountWithDirection(field="CHF", direction="Way", credit=("in",), debit=("out", ""))
    amount = AmountByCurrency(currencies={"CHF": words, "JPY": DebitCredit(debit="JPY", credit="JPY in", fee="Fee")})

    amounts, errors = read(
        tmp_path, with_currencies(amount, fields), "5;;out;;", ";700;;;50", ";;;800;", ";;;;50", "5;;;800;"
    )

    assert amounts == ["CHF -5", "JPY -750", "JPY 800", "JPY -50"]
    assert errors == [(6, RowCode.AMOUNT_AMBIGUOUS)]


def test_json_values_give_the_currency_too(tmp_path: Path) -> None:
    chf, jpy = (NumberField(name=f"paid.{code}", json_type="number") for code in ("chf", "jpy"))
    plain = json_layout(StringField(name="note"), chf, jpy)
    amount = AmountByCurrency(currencies={"CHF": Amount(field="paid.chf"), "JPY": Amount(field="paid.jpy")})
    mapping = {**plain.mapping, "amount": amount, "currency": ByAmount()}
    content = b"""[{"day": "2025-10-01", "paid": {"chf": 5.5, "jpy": null}}, {"day": "2025-10-01", "paid": {"jpy": -7}},
        {"day": "2025-10-01", "paid": {"chf": "5", "jpy": 7}}]"""

    output = transform(content, tmp_path, msgspec.structs.replace(plain, mapping=mapping))

    assert [(row["currency"], row["amount"]) for row in output.transactions] == [
        ("CHF", Decimal("5.5")),
        ("JPY", Decimal(-7)),
    ]
    assert [(row["field"], row["error_code"]) for row in output.quarantine][:1] == [("paid.chf", RowCode.FIELD_TYPE)]


def test_a_withdrawn_currency_has_its_days(tmp_path: Path) -> None:
    amount = AmountByCurrency(currencies={"CHF": Amount(field="CHF"), "DEM": Amount(field="JPY")})

    amounts, errors = read(tmp_path, with_currencies(amount), "5;;", ";7;")

    assert amounts == ["CHF 5"]
    assert errors == [(3, RowCode.CURRENCY_WITHDRAWN)]


@pytest.mark.parametrize(
    ("amount", "changes", "complaint"),
    [
        (SIGNED, {"currency": Constant(value="CHF")}, "mapping.amount: amount_by_currency needs currency: {function"),
        (Amount(field="CHF"), {}, "mapping.currency: by_amount is the currency of amount_by_currency"),
        (SIGNED, {"remittance_information": ByAmount()}, "mapping.remittance_information: by_amount is the currency"),
        (SIGNED, {"balance_after": SIGNED}, "mapping.balance_after: amount_by_currency fills amount only"),
        (
            AmountByCurrency(currencies={"CHF": Amount(field="CHF"), "YEN": Amount(field="JPY")}),
            {},
            "mapping.amount: YEN is no currency of ISO 4217",
        ),
        (
            AmountByCurrency(currencies={"CHF": Amount(field="CHF"), "JPY": Amount(field="CHF")}),
            {},
            "mapping.amount: CHF has the amount of two currencies",
        ),
        (
            AmountByCurrency(currencies={"CHF": Amount(field="CHF"), "JPY": Amount(field="Way")}),
            {},
            "mapping.amount: Way has the wrong type for this function",
        ),
        (
            AmountByCurrency(currencies={"CHF": Amount(field="CHF"), "JPY": Amount(field="Dollars")}),
            {},
            "mapping.amount: USD beside Dollars is another currency than JPY",
        ),
    ],
)
def test_currencies_that_cannot_be_meant_are_refused(
    amount: AmountFunction, changes: dict[str, Any], complaint: str
) -> None:
    fields: list[Field] = [*FIELDS, NumberField(name="Dollars", suffixes=(" USD",))]

    found = complaints(with_currencies(amount, fields, **changes))

    assert any(rule.startswith(complaint) for rule in found), found
