"""Values that are of one of several JSON types."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import layout, transform
from transactions.codes import RowCode
from transactions.layouts.fields import DateField, Field, JsonType, NumberField, Schema, StringField
from transactions.layouts.layout import Layout, Limits
from transactions.layouts.linting import complaints
from transactions.layouts.mapping import Amount, Constant, Date, RowHash, Text

LAWS = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
EITHER: tuple[JsonType, ...] = ("string", "number")


def of_types(amount: NumberField, note: Field) -> Layout:
    return msgspec.structs.replace(
        layout("obie-v3"),
        record_path="$[*]",
        schema=Schema(fields=(DateField(name="day", format="%Y-%m-%d"), amount, note)),
        mapping={
            "transaction_id": RowHash(),
            "booking_date": Date(field="day"),
            "amount": Amount(field="amount"),
            "currency": Constant(value="EUR"),
            "remittance_information": Text(field="note"),
        },
        drop=(),
        limits=Limits(rejected_share=1),
    )


def read(written: str, field: NumberField | StringField, tmp_path: Path) -> Decimal | str | None:
    """Return the amount, or the note, that is ``written`` so in a record, or its error code."""
    amount = field if isinstance(field, NumberField) else NumberField(name="amount")
    note = field if isinstance(field, StringField) else StringField(name="note")
    values = {"amount": '"1"', "note": '"x"', field.name: written}
    content = f'[{{"day": "2025-10-01", "amount": {values["amount"]}, "note": {values["note"]}}}]'
    output = transform(content.encode(), tmp_path, of_types(amount, note))
    if output.quarantine:
        return str(output.quarantine[0]["error_code"])
    (row,) = output.transactions
    found: Decimal | str | None = row["amount" if isinstance(field, NumberField) else "remittance_information"]
    return found


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"1.234,50"', Decimal("1234.50")),
        ("1234.5", Decimal("1234.50")),
        ("-1234.50", Decimal("-1234.50")),
        ("1.500", Decimal("1.50")),
        ("1.505", RowCode.AMOUNT_SCALE),
        ('"1,500"', RowCode.AMOUNT_SCALE),
        ('"1.500"', Decimal(1500)),
        ('"1234.5"', RowCode.AMOUNT_FORMAT),
        ("1e2", RowCode.AMOUNT_FORMAT),
        ("true", RowCode.FIELD_TYPE),
        ('["1,50"]', RowCode.FIELD_TYPE),
        ('{"value": 1}', RowCode.FIELD_TYPE),
        ("null", RowCode.FIELD_MISSING),
    ],
)
def test_an_amount_is_read_by_the_rules_of_its_own_type(written: str, expected: Decimal | str, tmp_path: Path) -> None:
    amount = NumberField(name="amount", json_type=EITHER, decimal_char=",", group_char=".")

    assert read(written, amount, tmp_path) == expected


@pytest.mark.parametrize(
    ("types", "written", "expected"),
    [
        (EITHER, '"A-1"', "A-1"),
        (EITHER, "17.50", "17.50"),
        (EITHER, '"true"', "true"),
        (EITHER, "true", RowCode.FIELD_TYPE),
        (("string", "boolean"), "true", "true"),
        (("string", "boolean"), "17", RowCode.FIELD_TYPE),
        (("number", "boolean"), "false", "false"),
        (("number", "boolean"), '"A-1"', RowCode.FIELD_TYPE),
        (("string", "number", "boolean"), "{}", RowCode.FIELD_TYPE),
    ],
)
def test_a_text_may_be_of_the_declared_types_only(
    types: tuple[JsonType, ...], written: str, expected: str, tmp_path: Path
) -> None:
    assert read(written, StringField(name="note", json_type=types), tmp_path) == expected


def test_minor_units_have_no_decimals_of_either_type(tmp_path: Path) -> None:
    amount = NumberField(name="amount", json_type=EITHER, minor_units=True)

    assert read("150", amount, tmp_path) == read('"150"', amount, tmp_path) == Decimal("1.50")
    assert read("150.00", amount, tmp_path) == read('"150.00"', amount, tmp_path) == RowCode.AMOUNT_SCALE


@LAWS
@given(amounts=st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=8))
def test_the_type_of_an_amount_changes_nothing(
    amounts: list[Decimal], tmp_path_factory: pytest.TempPathFactory
) -> None:
    field = NumberField(name="amount", json_type=EITHER, decimal_char=",")

    def found(written: list[str]) -> list[Any]:
        records = (f'{{"day": "2025-10-01", "amount": {one}, "note": "x"}}' for one in written)
        content = f"[{', '.join(records)}]".encode()
        output = transform(content, tmp_path_factory.mktemp("file"), of_types(field, StringField(name="note")))
        return [row["amount"] for row in output.transactions]

    as_texts = found([json.dumps(f"{amount:f}".replace(".", ",")) for amount in amounts])

    assert found([f"{amount:f}" for amount in amounts]) == as_texts == amounts


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        (StringField(name="note", json_type=("string", "string")), "schema.fields[2].jsonType: each type once"),
        (NumberField(name="note", json_type=("number", "boolean")), "schema.fields[2].jsonType: a boolean is a string"),
    ],
)
def test_the_linter_refuses_types_that_make_no_sense(field: Field, complaint: str) -> None:
    found = complaints(of_types(NumberField(name="amount"), field))

    assert any(one.startswith(complaint) for one in found)
