"""Lists of one JSON document that are read in different ways: each as a layout of its own would read it."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import layout, transform, validate
from transactions.codes import FileCode, RowCode, WarningCode
from transactions.layouts.derived import Derived
from transactions.layouts.fields import DateField, Field, NumberField, Schema, StringField
from transactions.layouts.layout import Layout, Limits, Predicate
from transactions.layouts.linting import complaints
from transactions.layouts.mapping import (
    Amount,
    AmountByList,
    AmountWithDirection,
    Constant,
    DebitCredit,
    FirstDate,
    FirstOf,
    Function,
    RowHash,
    Text,
)
from transactions.layouts.paths import OWN_PATH

LAWS = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
PAID, BACK = "$.paid[*]", "$.back[*]"
FIELDS: dict[str, Field] = {
    "paid id": StringField(name=f"{PAID}.id"),
    "paid day": DateField(name=f"{PAID}.on", format="%Y-%m-%d"),
    "paid sum": NumberField(name=f"{PAID}.sum", json_type="number", minor_units=True),
    "back id": StringField(name=f"{BACK}.refund.id"),
    "back day": DateField(name=f"{BACK}.on", format="%d.%m.%Y"),
    "back sum": NumberField(name=f"{BACK}.sum", decimal_char=","),
    "note": StringField(name="note"),
}
MAPPING: dict[str, Function] = {
    "transaction_id": FirstOf(of=(f"{PAID}.id", f"{BACK}.refund.id")),
    "booking_date": FirstDate(of=(f"{PAID}.on", f"{BACK}.on")),
    "amount": DebitCredit(credit=f"{PAID}.sum", debit=f"{BACK}.sum"),
    "currency": Constant(value="EUR"),
    "remittance_information": Text(field="note"),
}
OF_PAID = Amount(field=f"{PAID}.sum", unsigned=True)
OF_BACK = Amount(field=f"{BACK}.sum", unsigned=True, inverted=True)


def two_lists(*further: Field, mapping: Mapping[str, Function] | None = None, **changes: Any) -> Layout:
    """Return a layout of payments and refunds, which share a note only."""
    shaped = msgspec.structs.replace(
        layout("obie-v3"),
        record_path=(PAID, BACK),
        schema=Schema(fields=(*FIELDS.values(), *further)),
        mapping={**MAPPING, **(mapping or {})},
        drop=(),
        limits=Limits(rejected_share=1),
    )
    return msgspec.structs.replace(shaped, **changes)


def paid(number: int = 1, **members: Any) -> dict[str, Any]:
    return {"id": f"P{number}", "on": "2025-10-01", "sum": 1250, "note": "lamp", **members}


def back(number: int = 1, **members: Any) -> dict[str, Any]:
    return {"refund": {"id": f"R{number}"}, "on": "02.10.2025", "sum": "12,50", "note": "lamp", **members}


def document(**lists: Any) -> bytes:
    return json.dumps(lists, indent=1).encode()


def errors(content: bytes, shaped: Layout, folder: Path) -> list[tuple[str, str]]:
    return [(row["field"], row["error_code"]) for row in transform(content, folder, shaped).quarantine]


def alone(path: str) -> Layout:
    """Return a layout for one of the lists, in whose records no other fields are known."""
    shaped, prefix = two_lists(), f"{path}."
    fields = tuple(
        msgspec.structs.replace(field, name=field.name.removeprefix(prefix))
        for field in shaped.schema.fields
        if field.name.startswith(prefix) or field.name == "note"
    )
    made, day, amount, _ = (field.name for field in fields)
    return msgspec.structs.replace(
        shaped,
        record_path=path,
        ignored_arrays=tuple({PAID, BACK} - {path}),
        schema=Schema(fields=fields),
        mapping={
            **MAPPING,
            "transaction_id": Text(field=made),
            "booking_date": msgspec.convert({"function": "date", "field": day}, Function),
            "amount": Amount(field=amount, unsigned=True, inverted=path == BACK),
        },
    )


ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, 5, "5", "-5", "", True, {"id": "X"}, {"id": 7}, [], "2025-10-01", "1,505", 12.5, "x"]
)
MEMBERS = st.dictionaries(st.sampled_from(["id", "on", "sum", "note", "refund"]), ODD, max_size=2)


@LAWS
@given(
    of_paid=st.lists(MEMBERS, max_size=5),
    of_back=st.lists(MEMBERS, max_size=5),
    by_list=st.booleans(),
)
def test_each_list_is_read_as_by_a_layout_of_its_own(
    of_paid: list[dict[str, Any]],
    of_back: list[dict[str, Any]],
    by_list: bool,  # noqa: FBT001 - drawn
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    # Given ids that no other record has
    lists = {
        "paid": [paid(number, **members) for number, members in enumerate(of_paid)] + [paid(99)],
        "back": [back(number, **members) for number, members in enumerate(of_back)] + [back(99)],
    }
    for number, record in enumerate((*lists["paid"], *lists["back"])):
        for holder in (record, record.get("refund")):
            if isinstance(holder, dict) and holder.get("id") and type(holder["id"]) in {str, int, float}:
                holder["id"] = type(holder["id"])(number)
    together = two_lists(mapping={"amount": AmountByList(lists={PAID: OF_PAID, BACK: OF_BACK})} if by_list else None)
    folder = tmp_path_factory.mktemp("file")

    found = transform(document(**lists), folder, together)

    apart = [transform(document(**lists), tmp_path_factory.mktemp("file"), alone(path)) for path in (PAID, BACK)]
    names = ("source_line", "transaction_id", "booking_date", "amount", "credit_debit_indicator")
    assert [[row[name] for name in names] for row in found.transactions] == [
        [row[name] for name in names] for one in apart for row in one.transactions
    ]
    told = [
        (row["source_line"], row["field"].rpartition("]")[2].lstrip("."), row["error_code"]) for row in found.quarantine
    ]
    assert sorted(told) == sorted(
        (row["source_line"], row["field"], row["error_code"]) for one in apart for row in one.quarantine
    )


def test_a_record_without_its_own_field_is_not_given_another(tmp_path: Path) -> None:
    content = document(
        paid=[paid(1, id=None, refund={"id": "R1"}), paid(2)],
        back=[back(1, refund=None, id="P1"), back(2, on=None), back(3, sum=None)],
    )

    assert errors(content, two_lists(), tmp_path) == [
        (f"{PAID}.id", RowCode.ID_MISSING),
        (f"{BACK}.refund.id", RowCode.ID_MISSING),
        (f"{BACK}.on", RowCode.FIELD_MISSING),
        (f"{BACK}.sum", RowCode.FIELD_MISSING),
    ]


def test_a_repeated_id_is_told_of_the_field_that_has_it(tmp_path: Path) -> None:
    content = document(paid=[paid(1), paid(1)], back=[back(1), back(1), back(2, refund={"id": "P1"})])

    assert errors(content, two_lists(), tmp_path) == [
        (f"{PAID}.id", RowCode.DUPLICATE_ID),
        (f"{BACK}.refund.id", RowCode.DUPLICATE_ID),
        (f"{BACK}.refund.id", RowCode.DUPLICATE_ID),
    ]


def test_an_unknown_currency_is_one_error_of_its_own_field(tmp_path: Path) -> None:
    currencies = StringField(name=f"{PAID}.currency"), StringField(name=f"{BACK}.in")
    shaped = two_lists(*currencies, mapping={"currency": FirstOf(of=tuple(field.name for field in currencies))})
    content = document(
        paid=[paid(1, currency="EUR")], back=[back(1, **{"in": "Euro"}), back(2), back(3, **{"in": "EUR"})]
    )

    assert errors(content, shaped, tmp_path) == [
        (f"{BACK}.in", RowCode.CURRENCY_UNKNOWN),
        (f"{BACK}.in", RowCode.FIELD_MISSING),
    ]


def test_a_value_that_one_list_lacks_is_not_empty_there(tmp_path: Path) -> None:
    unsettled = Predicate(field=f"{PAID}.settled", values=("",))
    shaped = two_lists(StringField(name=f"{PAID}.settled"), drop=(unsettled,))
    content = document(paid=[paid(1, settled="2025-10-03"), paid(2)], back=[back(1), back(2, settled=None)])

    output = transform(content, tmp_path, shaped)

    assert [row["transaction_id"] for row in output.transactions] == ["P1", "R1", "R2"]
    assert output.transformation.counts.dropped == 1


def test_a_derived_field_of_one_list_drops_no_other(tmp_path: Path) -> None:
    kind = StringField(name="kind", optional=True)
    made = Derived(of=(f"{BACK}.text",), pattern="(test).*", field=kind)
    shaped = two_lists(
        StringField(name=f"{BACK}.text"), derived=(made,), drop=(Predicate(field="kind", values=("", "test")),)
    )
    content = document(paid=[paid(1, text="test")], back=[back(1, text="test of a till"), back(2)])

    output = transform(content, tmp_path, shaped)

    assert [row["transaction_id"] for row in output.transactions] == ["P1"]


def test_lists_have_functions_of_their_own_for_amounts(tmp_path: Path) -> None:
    worded = AmountWithDirection(field=f"{BACK}.sum", direction=f"{BACK}.way", credit=("in",), debit=("out",))
    by_list = AmountByList(lists={PAID: Amount(field=f"{PAID}.sum", inverted=True), BACK: worded})
    shaped = two_lists(StringField(name=f"{BACK}.way"), mapping={"amount": by_list})
    content = document(
        paid=[paid(1), paid(2, sum=-7), paid(3, sum="7")], back=[back(1, way="in"), back(2, way="out"), back(3)]
    )

    output = transform(content, tmp_path, shaped)

    assert [row["amount"] for row in output.transactions] == [
        Decimal("-12.50"),
        Decimal("0.07"),
        Decimal("12.50"),
        Decimal("-12.50"),
    ]
    assert [(row["field"], row["error_code"]) for row in output.quarantine] == [
        (f"{PAID}.sum", RowCode.FIELD_TYPE),
        (f"{BACK}.way", RowCode.FIELD_MISSING),
    ]


def test_a_value_may_be_a_number_in_one_list_and_no_other(tmp_path: Path) -> None:
    fields = {**FIELDS, "back sum": NumberField(name=f"{BACK}.sum.value", json_type="number")}
    amount = DebitCredit(credit=f"{PAID}.sum", debit=f"{BACK}.sum.value")
    shaped = two_lists(mapping={"amount": amount}, schema=Schema(fields=tuple(fields.values())))
    content = document(
        paid=[paid(1), paid(2, sum={"value": 5})], back=[back(1, sum={"value": 0.5}), back(2, sum=5), back(3, sum={})]
    )

    output = transform(content, tmp_path, shaped)

    assert [row["amount"] for row in output.transactions] == [Decimal("12.50"), Decimal("-0.50")]
    assert [(row["field"], row["error_code"]) for row in output.quarantine] == [
        (f"{PAID}.sum", RowCode.FIELD_TYPE),
        (f"{BACK}.sum.value", RowCode.FIELD_MISSING),
        (f"{BACK}.sum.value", RowCode.FIELD_MISSING),
    ]


def test_a_name_twice_is_told_of_a_value_with_two_notations(tmp_path: Path) -> None:
    content = document(paid=[paid(1)], back=[back(1)]).replace(b'"sum": "12,50"', b'"sum": "12,50", "sum": "1,00"')

    assert errors(content, two_lists(), tmp_path) == [("", RowCode.NAME_REPEATED)]


def test_equal_records_of_both_lists_have_ids_of_their_own(tmp_path: Path) -> None:
    shaped = two_lists(mapping={"transaction_id": RowHash()})

    output = transform(document(paid=[paid(1), paid(1)], back=[back(1)]), tmp_path, shaped)

    assert len({row["transaction_id"] for row in output.transactions}) == 3


@pytest.mark.parametrize(
    ("lists", "absent"),
    [
        ({"paid": [paid()], "back": [back()]}, []),
        ({"paid": [paid()]}, []),
        ({"paid": [paid()], "back": []}, []),
        ({"paid": [paid(note=None)], "back": [{**back(), "refund": {}}]}, [f"{BACK}.refund.id"]),
        (
            {"paid": [{**paid(), "refund": {"id": "R1"}}], "back": [{"sum": "1,00"}]},
            [f"{BACK}.on", f"{BACK}.refund.id"],
        ),
    ],
)
def test_a_field_of_a_list_is_missed_where_it_has_records(
    lists: dict[str, Any], absent: list[str], tmp_path: Path
) -> None:
    validation = validate(document(**lists), tmp_path, "obie", layouts=[two_lists()], file_format="json")

    assert [one.field for one in validation.examples if one.code == WarningCode.FIELD_ABSENT] == absent


def test_the_first_record_decides_by_the_fields_of_its_list(tmp_path: Path) -> None:
    other = two_lists(
        schema=Schema(fields=(*FIELDS.values(), StringField(name=f"{PAID}.key"))),
        mapping={"transaction_id": FirstOf(of=(f"{PAID}.key", f"{BACK}.refund.id"))},
    )
    layouts = [msgspec.structs.replace(two_lists(), name="ids"), msgspec.structs.replace(other, name="keys")]

    def chosen(**lists: Any) -> str | None:
        validation = validate(document(**lists), tmp_path, "obie", layouts=layouts, file_format="json")
        return validation.layout or validation.reason_code

    assert chosen(paid=[paid()], back=[back()]) == "ids"
    assert chosen(paid=[{**paid(), "id": None, "key": "K1"}], back=[back()]) == "keys"
    assert chosen(back=[back()], paid=[paid()]) == FileCode.AMBIGUOUS_LAYOUT


def _named(name: str) -> Field:
    return StringField(name=name)


@pytest.mark.parametrize(
    ("shaped", "complaint"),
    [
        (
            two_lists(_named("$.pay[*].id")),
            "schema.fields[7].name: must lead through no other arrays than recordPath does; did you mean $.paid[*].id?",
        ),
        (two_lists(_named(f"{BACK}.note")), "schema.fields[7].name: note is a field of all records already"),
        (
            two_lists(_named(f"{PAID}.sum.value")),
            "schema.fields[7].name: must not lead through a field that is a JSON number",
        ),
        (
            two_lists(_named("sum.value")),
            "schema.fields[7].name: must not lead through a field that is a JSON number",
        ),
        (
            two_lists(record_path=PAID, schema=Schema(fields=(FIELDS["paid id"],))),
            "schema.fields[0].name: is in the record itself: its path there is id",
        ),
        (
            two_lists(mapping={"transaction_id": Text(field=f"{PAID}.id")}),
            "mapping.transaction_id: has no field in the records of $.back[*]",
        ),
        (
            two_lists(mapping={"amount": Amount(field=f"{BACK}.sum")}),
            "mapping.amount: has no field in the records of $.paid[*]",
        ),
        (
            two_lists(
                mapping={
                    "amount": AmountWithDirection(field="all", direction=f"{PAID}.id", credit=("a",), debit=("b",))
                },
                derived=(Derived(of=(f"{PAID}.id", f"{BACK}.sum"), field=NumberField(name="all")),),
            ),
            "mapping.amount: has no field in the records of $.back[*]",
        ),
        (
            two_lists(mapping={"amount": AmountByList(lists={PAID: OF_PAID, "$.backs[*]": OF_BACK})}),
            "mapping.amount: $.backs[*] is none of recordPath; did you mean $.back[*]?",
        ),
        (
            two_lists(mapping={"amount": AmountByList(lists={PAID: OF_PAID, "$.backs[*]": OF_BACK})}),
            "mapping.amount: has no field in the records of $.back[*]",
        ),
        (
            two_lists(mapping={"amount": AmountByList(lists={PAID: OF_BACK, BACK: OF_BACK})}),
            "mapping.amount: has no field in the records of $.paid[*]",
        ),
        (
            two_lists(mapping={"balance_after": AmountByList(lists={PAID: OF_BACK, BACK: OF_BACK})}),
            "mapping.balance_after: has no field in the records of $.paid[*]",
        ),
        (
            two_lists(
                mapping={"amount": AmountByList(lists={PAID: OF_PAID, BACK: Amount(field="note")})},
            ),
            "mapping.amount: note has the wrong type for this function",
        ),
        (
            two_lists(
                NumberField(name=f"{BACK}.worded", debit_words=("DR",), credit_words=("CR",)),
                mapping={
                    "amount": AmountByList(lists={PAID: OF_PAID, BACK: Amount(field=f"{BACK}.worded", unsigned=True)})
                },
            ),
            "mapping.amount: the words of $.back[*].worded give its direction",
        ),
    ],
)
def test_the_linter_refuses_what_a_list_would_lack(shaped: Layout, complaint: str) -> None:
    assert complaint in complaints(shaped)


def test_a_list_that_is_dropped_needs_no_fields() -> None:
    pending = "$.pending[*]"
    own = _named(OWN_PATH)
    shaped = two_lists(own, record_path=(PAID, BACK, pending))

    assert "mapping.amount: has no field in the records of $.pending[*]" in complaints(shaped)
    assert not complaints(msgspec.structs.replace(shaped, drop=(Predicate(field=OWN_PATH, values=(pending,)),)))


def test_lists_with_fields_of_their_own_are_no_mistake() -> None:
    optional = {"counterparty_name": Text(field=f"{PAID}.buyer")}

    assert complaints(two_lists(_named(f"{PAID}.buyer"), mapping=optional)) == []
