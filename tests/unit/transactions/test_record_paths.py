"""Several lists of records in one JSON document, which have the same fields."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import layout, transform, validate
from transactions.codes import FileCode, RowCode, WarningCode
from transactions.errors import FileRejectedError
from transactions.layouts.fields import DateField, Field, NumberField, Schema, StringField
from transactions.layouts.layout import Layout, Limits, Predicate
from transactions.layouts.linting import complaints
from transactions.layouts.mapping import Amount, AmountWithDirection, Constant, Date, RowHash, Text
from transactions.layouts.paths import OWN_PATH

LAWS = settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
IN, OUT, PENDING = "$.in[*]", "$.out[*]", "$.pending[*]"


def of_paths(*paths: str, **changes: Any) -> Layout:
    """Return a layout with the records at ``paths``, whose path is published as the text."""
    fields: list[Field] = [
        StringField(name=OWN_PATH),
        StringField(name="id"),
        DateField(name="day", format="%Y-%m-%d"),
        NumberField(name="sum"),
    ]
    return msgspec.structs.replace(
        layout("obie-v3"),
        record_path=paths,
        schema=Schema(fields=tuple(fields)),
        mapping={
            "transaction_id": Text(field="id"),
            "booking_date": Date(field="day"),
            "amount": Amount(field="sum"),
            "currency": Constant(value="EUR"),
            "remittance_information": Text(field=OWN_PATH),
        },
        drop=(),
        limits=Limits(rejected_share=1),
        **changes,
    )


def record(number: int, amount: str = "1") -> dict[str, str]:
    return {"id": f"{number}", "day": "2025-10-01", "sum": amount}


def document(**lists: Any) -> bytes:
    return json.dumps(lists, indent=1).encode()


def test_each_record_knows_its_list_and_its_line(tmp_path: Path) -> None:
    content = b"""{
      "out": [{"id": "1", "day": "2025-10-01", "sum": "1"},
              {"id": "2", "day": "2025-10-01", "sum": "2"}],
      "note": "x",
      "in": [{"id": "3", "day": "2025-10-01", "sum": "3"}]
    }"""

    output = transform(content, tmp_path, of_paths(IN, OUT))

    found = [(row["transaction_id"], row["source_line"], row["remittance_information"]) for row in output.transactions]
    assert found == [("1", 2, OUT), ("2", 3, OUT), ("3", 5, IN)]


def test_the_list_gives_the_direction_and_drops_its_records(tmp_path: Path) -> None:
    shaped = of_paths(IN, OUT, PENDING)
    by_list = AmountWithDirection(field="sum", direction=OWN_PATH, credit=(IN,), debit=(OUT,))
    shaped = msgspec.structs.replace(
        shaped, drop=(Predicate(field=OWN_PATH, values=(PENDING,)),), mapping={**shaped.mapping, "amount": by_list}
    )
    lists = {"pending": [record(1, "9")], "out": [record(2, "5")], "in": [record(3, "7"), record(4, "-7")]}

    output = transform(document(**lists), tmp_path, shaped)

    assert [row["amount"] for row in output.transactions] == [Decimal(-5), Decimal(7)]
    assert [row["error_code"] for row in output.quarantine] == [RowCode.SIGN_MISMATCH]
    assert output.transformation.counts.dropped == 1


def test_an_id_occurs_once_in_all_lists(tmp_path: Path) -> None:
    output = transform(document(out=[record(1)], **{"in": [record(1), record(2)]}), tmp_path, of_paths(IN, OUT))

    assert [row["remittance_information"] for row in output.transactions] == [OUT, IN]
    assert [row["error_code"] for row in output.quarantine] == [RowCode.DUPLICATE_ID]


def test_equal_records_of_several_lists_stay_apart(tmp_path: Path) -> None:
    shaped = of_paths(IN, OUT)
    shaped.mapping["transaction_id"] = RowHash()

    output = transform(document(out=[record(1)] * 2, **{"in": [record(1)]}), tmp_path, shaped)

    assert len({row["transaction_id"] for row in output.transactions}) == 3


@LAWS
@given(lists=st.dictionaries(st.sampled_from(["in", "out", "pending", "other"]), st.integers(0, 4), max_size=4))
def test_every_record_is_read_once(lists: dict[str, int], tmp_path_factory: pytest.TempPathFactory) -> None:
    counts = iter(range(100))
    written = {name: [record(next(counts)) for _ in range(count)] for name, count in lists.items()}
    expected = [one["id"] for name, records in written.items() if name != "other" for one in records]

    folder = tmp_path_factory.mktemp("file")
    validation = validate(document(**written), folder, "obie", layouts=[of_paths(IN, OUT, PENDING)], file_format="json")

    if not set(lists) - {"other"}:
        assert validation.reason_code == FileCode.RECORD_PATH_MISSING
    elif not expected:
        assert validation.reason_code == FileCode.NO_RECORDS
    elif lists.get("other"):
        assert validation.reason_code == FileCode.RECORDS_UNREAD
    else:
        output = transform(document(**written), folder, of_paths(IN, OUT, PENDING))
        assert [row["transaction_id"] for row in output.transactions] == expected
        assert validation.warnings == ()


def test_the_lists_of_several_accounts_are_read(tmp_path: Path) -> None:
    shaped = of_paths("$.accounts[*].in[*]", "$.accounts[*].out[*]", "$.cards[*].in[*]")
    holder = StringField(name="$.bank")
    shaped = msgspec.structs.replace(shaped, schema=Schema(fields=(*shaped.schema.fields, holder)))
    shaped.mapping["account_id"] = Text(field="$.bank")
    accounts = [{"in": [record(1)], "out": [record(2)]}, {"out": [record(3)]}, {"in": None}]
    content = document(bank="B", accounts=accounts, cards=[{"in": [record(4)]}])

    validation = validate(content, tmp_path, "obie", layouts=[shaped], file_format="json")
    output = transform(content, tmp_path, shaped)

    assert validation.warnings == ()
    assert [(row["transaction_id"], row["account_id"]) for row in output.transactions] == [
        ("1", "B"),
        ("2", "B"),
        ("3", "B"),
        ("4", "B"),
    ]


def test_an_unread_list_on_the_way_to_another_is_told(tmp_path: Path) -> None:
    shaped = of_paths("$.accounts[*].in[*]", "$.cards[*].in[*]")
    content = document(accounts=[{"in": [record(1)]}], cards=[{"in": [record(2)], "limits": [{"day": "2025-10-01"}]}])

    validation = validate(content, tmp_path, "obie", layouts=[shaped], file_format="json")

    assert [(warning.code, warning.count) for warning in validation.warnings] == [(WarningCode.ARRAY_UNREAD, 1)]


def test_an_unread_list_of_one_account_refuses_the_file(tmp_path: Path) -> None:
    shaped = of_paths("$.accounts[*].in[*]", "$.cards[*].in[*]")
    content = document(accounts=[{"in": [record(1)]}], cards=[{"in": [record(2)]}, {"held": [record(3)]}])

    validation = validate(content, tmp_path, "obie", layouts=[shaped], file_format="json")

    assert validation.reason_code == FileCode.RECORDS_UNREAD
    assert "$.cards[*].held[*] on line" in validation.reason


@pytest.mark.parametrize("odd", ["x", {"id": "1"}, 5])
def test_something_else_in_place_of_one_list_refuses_the_file(odd: Any, tmp_path: Path) -> None:
    content = document(out=odd, **{"in": [record(1)]})

    with pytest.raises(FileRejectedError) as refused:
        transform(content, tmp_path, of_paths(IN, OUT))

    assert refused.value.code == FileCode.RECORD_PATH_MISSING
    assert transform(document(out=None, **{"in": [record(1)]}), tmp_path, of_paths(IN, OUT)).transactions


@pytest.mark.parametrize(
    ("paths", "complaint"),
    [
        ((IN, IN), "recordPath: each path once"),
        ((IN, "$.in[*].parts[*]"), "recordPath: $.in[*].parts[*] leads into the records of $.in[*]"),
        (("$", IN), "recordPath: $.in[*] leads into the records of $"),
        (("$[*]", "$[*].parts[*]"), "recordPath: $[*].parts[*] leads into the records of $[*]"),
        (("$.a", "$.a.parts[*]"), "recordPath: $.a.parts[*] leads into the records of $.a"),
        ((IN, "out"), "recordPath: a JSON layout needs one, like $.Data.Transaction[*]"),
        ((IN, ""), "recordPath: a JSON layout needs one, like $.Data.Transaction[*]"),
    ],
)
def test_the_linter_refuses_paths_that_read_a_record_twice(paths: tuple[str, ...], complaint: str) -> None:
    assert complaint in complaints(of_paths(*paths))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"record_path": IN}, "schema.fields[0].name: is a string, where recordPath has several paths"),
        ({"ignored_arrays": (OUT,)}, "ignoredArrays[0]: only beside a recordPath there are any"),
        ({"json_lines": True}, "recordPath: with jsonLines each line is a record"),
        (
            {"drop": (Predicate(field=OWN_PATH, values=("$.outs[*]",)),)},
            "drop[0].values: $.outs[*] is none of recordPath; did you mean $.out[*]?",
        ),
    ],
)
def test_the_linter_refuses_what_does_not_go_with_paths(changes: dict[str, Any], complaint: str) -> None:
    assert complaint in complaints(msgspec.structs.replace(of_paths(IN, OUT), **changes))


def test_a_field_around_the_records_must_be_around_all_of_them() -> None:
    shaped = of_paths("$.accounts[*].in[*]", "$.cards[*].in[*]")
    fields = (*shaped.schema.fields, StringField(name="$.accounts[*].iban"))

    found = complaints(msgspec.structs.replace(shaped, schema=Schema(fields=fields)))

    assert found == ["schema.fields[4].name: must lead through no other arrays than recordPath does"]
