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
from transactions.layouts.derived import Derived
from transactions.layouts.fields import DateField, Field, JsonType, NumberField, Schema, StringField
from transactions.layouts.layout import Layout, Limits
from transactions.layouts.linting import complaints
from transactions.layouts.mapping import Amount, Constant, Date, Function, RowHash, Text

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


TEXTS: tuple[JsonType, ...] = ("string", "array")


@pytest.mark.parametrize(
    ("declared", "written", "expected"),
    [
        ({"json_type": "array"}, '["Invoice 17", "paid"]', "Invoice 17 paid"),
        ({"json_type": "array", "separator": " / "}, '["Invoice 17", "paid"]', "Invoice 17 / paid"),
        ({"json_type": "array", "separator": ""}, '["Invo", "ice"]', "Invoice"),
        ({"json_type": "array"}, '["paid"]', "paid"),
        ({"json_type": "array"}, '["a\\"b", "\\u00e9\\r\\n", "[\'c\', 5]"]', "a\"b \u00e9\n ['c', 5]"),
        ({"json_type": "array", "separator": ","}, '["a", null, "", "b"]', "a,b"),
        ({"json_type": "array", "separator": ","}, '[null, "", null]', None),
        ({"json_type": "array"}, "[]", None),
        ({"json_type": "array"}, "null", None),
        ({"json_type": "array"}, '"paid"', RowCode.FIELD_TYPE),
        ({"json_type": "array"}, '{"0": "paid"}', RowCode.FIELD_TYPE),
        ({"json_type": "array"}, '["paid", 17]', RowCode.FIELD_TYPE),
        ({"json_type": "array"}, '["paid", true]', RowCode.FIELD_TYPE),
        ({"json_type": "array"}, '[["paid"]]', RowCode.FIELD_TYPE),
        ({"json_type": "array"}, '[{"text": "paid"}]', RowCode.FIELD_TYPE),
        ({}, '["paid"]', RowCode.FIELD_TYPE),
        ({"json_type": TEXTS}, '"paid"', "paid"),
        ({"json_type": TEXTS}, '"[5]"', "[5]"),
        ({"json_type": TEXTS}, '["paid", "17"]', "paid 17"),
        ({"json_type": TEXTS}, "[17]", RowCode.FIELD_TYPE),
        ({"json_type": TEXTS}, "17", RowCode.FIELD_TYPE),
        ({"json_type": ("boolean", "array")}, "true", "true"),
    ],
)
def test_the_texts_of_an_array_are_joined(
    declared: dict[str, Any], written: str, expected: str | None, tmp_path: Path
) -> None:
    assert read(written, StringField(name="note", **declared), tmp_path) == expected


def test_an_array_of_anything_else_is_said_to_be_wrong(tmp_path: Path) -> None:
    note = StringField(name="note", json_type=TEXTS)
    content = b'[{"day": "2025-10-01", "amount": "1", "note": ["a", 5]}]'

    output = transform(content, tmp_path, of_types(NumberField(name="amount"), note))

    assert [(row["field"], row["rule"]) for row in output.quarantine] == [("note", "a JSON string or array of strings")]


def test_an_array_around_the_records_is_joined_too(tmp_path: Path) -> None:
    holder = StringField(name="$.holders", json_type="array", separator=" and ")
    shaped = of_types(NumberField(name="amount"), holder)
    shaped = msgspec.structs.replace(shaped, record_path="$.booked[*]")
    shaped.mapping["remittance_information"] = Text(field="$.holders")
    content = b'{"holders": ["Ana Example", "Cleo Example"], "booked": [{"day": "2025-10-01", "amount": "1"}]}'

    output = transform(content, tmp_path, shaped)

    assert [row["remittance_information"] for row in output.transactions] == ["Ana Example and Cleo Example"]


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=6)


@LAWS
@given(arrays=st.lists(st.lists(st.none() | texts, max_size=4), min_size=1, max_size=8), separator=texts)
def test_an_array_is_joined_as_python_joins_it(
    arrays: list[list[str | None]], separator: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    note = StringField(name="note", json_type="array", separator=separator)
    records = [{"day": "2025-10-01", "amount": "1", "note": array} for array in arrays]

    output = transform(
        json.dumps(records).encode(), tmp_path_factory.mktemp("file"), of_types(NumberField(name="amount"), note)
    )

    joined = [separator.join(filter(None, array)) or None for array in arrays]
    assert [row["remittance_information"] for row in output.transactions] == joined


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
        (NumberField(name="note", json_type=("number", "boolean")), "schema.fields[2].jsonType: a boolean, or an"),
        (NumberField(name="note", json_type="array"), "schema.fields[2].jsonType: a boolean, or an array, is a string"),
        (
            StringField(name="note", json_type=("array", "number")),
            "schema.fields[2].jsonType: an array is not a number",
        ),
        (StringField(name="note", separator="/"), "schema.fields[2].separator: stands between the texts of a JSON"),
    ],
)
def test_the_linter_refuses_types_that_make_no_sense(field: Field, complaint: str) -> None:
    found = complaints(of_types(NumberField(name="amount"), field))

    assert any(one.startswith(complaint) for one in found)


@pytest.mark.parametrize(
    ("column", "function"),
    [
        ("transaction_id", Text(field="note")),
        ("transaction_id", RowHash(unless="note")),
        ("account_id", Text(field="note")),
        ("account_id", Text(field="number")),
        ("currency", Text(field="note")),
    ],
)
def test_an_array_fills_no_column_that_has_one_value(column: str, function: Function) -> None:
    shaped = of_types(NumberField(name="amount"), StringField(name="note", json_type="array"))
    number = Derived(of=("note",), pattern="No ([0-9]+).*", field=StringField(name="number"))
    shaped = msgspec.structs.replace(shaped, derived=(number,))
    shaped.mapping[column] = function

    assert complaints(shaped) == [
        f"mapping.{column}: reads note, a joined array, whose texts could be divided in several ways"
    ]
