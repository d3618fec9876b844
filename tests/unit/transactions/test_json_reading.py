"""Where a JSON file's records may be, and numbers that stay exact to the digit."""

import json
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import layout, transform, validate
from transactions.codes import FileCode, RowCode
from transactions.errors import FileRejectedError
from transactions.layouts.derived import Derived
from transactions.layouts.fields import DateField, Field, NumberField, Schema, StringField
from transactions.layouts.layout import Layout, Limits, Predicate
from transactions.layouts.mapping import Amount, Constant, Date, RowHash, Text
from transactions.reading.json_documents import Document
from transactions.reading.json_rows import JsonLines
from transactions.reading.parts import in_parts
from transactions.reading.records import MAX_RECORD_BYTES

EXACT = NumberField(name="amount", json_type="number", scale=5)


def json_layout(
    *fields: Field, path: str = "$[*]", amount: NumberField = EXACT, currency: str = "EUR", **changes: Any
) -> Layout:
    """Return a layout with day, amount and ``fields``."""
    return msgspec.structs.replace(
        layout("obie-v3"),
        record_path=path,
        schema=Schema(fields=(DateField(name="day", format="%Y-%m-%d"), amount, *fields)),
        mapping={
            "transaction_id": RowHash(),
            "booking_date": Date(field="day"),
            "amount": Amount(field=amount.name),
            "currency": Constant(value=currency),
            **({"account_id": Text(field=fields[0].name)} if fields else {}),
        },
        drop=(),
        limits=Limits(rejected_share=1),
        **changes,
    )


def read(content: bytes, file_layout: Layout, tmp_path: Path) -> list[Decimal | str]:
    """Return each record's amount or error code, by line."""
    output = transform(content, tmp_path, file_layout)
    found = [(row["source_line"], row["amount"].normalize()) for row in output.transactions]
    found += [(row["source_line"], row["error_code"]) for row in output.quarantine]
    return [value for _, value in sorted(found, key=lambda pair: pair[0])]


@pytest.mark.parametrize(
    ("token", "currency", "expected"),
    [
        ("1.005", "KWD", Decimal("1.005")),
        ("1.005", "EUR", RowCode.AMOUNT_SCALE),
        ("1234567890123.45", "EUR", Decimal("1234567890123.45")),
        ("9999999999999.99999", "CLF", RowCode.AMOUNT_SCALE),
        ("12345678901234567.89", "EUR", RowCode.AMOUNT_RANGE),
        ("-0.10", "EUR", Decimal("-0.1")),
        ("328", "JPY", Decimal(328)),
        ("1e2", "EUR", RowCode.AMOUNT_FORMAT),
        ("1E+2", "EUR", RowCode.AMOUNT_FORMAT),
        ("true", "EUR", RowCode.FIELD_TYPE),
        ('"1.00"', "EUR", RowCode.FIELD_TYPE),
        ('"1e2"', "EUR", RowCode.FIELD_TYPE),
        ("[1]", "EUR", RowCode.FIELD_TYPE),
        ("null", "EUR", RowCode.FIELD_MISSING),
    ],
)
def test_a_json_number_is_read_only_by_its_digits(
    token: str, currency: str, expected: Decimal | str, tmp_path: Path
) -> None:
    content = f'[{{"day": "2025-10-01", "amount": {token}}}]'.encode()

    assert read(content, json_layout(currency=currency), tmp_path) == [expected]


def test_minor_units_and_texts_are_numbers_where_declared(tmp_path: Path) -> None:
    cents = NumberField(name="amount", json_type="number", minor_units=True)
    text = NumberField(name="amount")

    assert read(b'[{"day": "2025-10-01", "amount": -1195}]', json_layout(amount=cents), tmp_path) == [Decimal("-11.95")]
    assert read(b'[{"day": "2025-10-01", "amount": "-11.95"}]', json_layout(amount=text), tmp_path) == [
        Decimal("-11.95")
    ]


def test_what_looks_like_a_number_within_a_text_stays_text(tmp_path: Path) -> None:
    note = 'a \\"amount\\": 5, "amount": 7 \\ '
    record = {"day": "2025-10-01", "amount": 1.5, "note": note, '"amount': 3, 'amount": 4': 4}
    file_layout = json_layout(StringField(name="note"))

    output = transform(json.dumps([record]).encode(), tmp_path, file_layout)

    assert [(row["account_id"], str(row["amount"])) for row in output.transactions] == [(note, "1.50000")]


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("$", b'{"day": "2025-10-01", "amount": 1}'),
        ("$[*]", b'[{"day": "2025-10-01", "amount": 1}]'),
        ("$.a.b", b'{"a": {"b": {"day": "2025-10-01", "amount": 1}}}'),
        ("$.a[*]", b'{"x": [{"day": "2025-10-01", "sum": 2}], "a": [{"day": "2025-10-01", "amount": 1}]}'),
        ("$[*].a[*]", b'[{"a": []}, {"a": [{"day": "2025-10-01", "amount": 1}]}]'),
        ("$.x[*].y", b'{"x": [{"y": {"day": "2025-10-01", "amount": 1}}]}'),
    ],
)
def test_records_are_found_where_the_path_leads(path: str, document: bytes, tmp_path: Path) -> None:
    assert read(document, json_layout(path=path), tmp_path) == [Decimal(1)]


def test_values_of_the_context_belong_to_the_record(tmp_path: Path) -> None:
    document = {
        "bank": {"code": 7},
        "accounts": [
            {"id": "A", "items": [{"day": "2025-10-01", "amount": 1}, {"day": "2025-10-01", "amount": 2}]},
            {"id": "B"},
            {"id": "C", "items": [{"day": "2025-10-01", "amount": 3}]},
            {"items": [{"day": "2025-10-01", "amount": 4}]},
        ],
    }
    account = StringField(name="$.accounts[*].id")
    code = NumberField(name="$.bank.code", json_type="number")
    file_layout = json_layout(account, code, path="$.accounts[*].items[*]")
    mapping = {**file_layout.mapping, "balance_after": Amount(field="$.bank.code")}

    output = transform(
        json.dumps(document, indent=1).encode(), tmp_path, msgspec.structs.replace(file_layout, mapping=mapping)
    )

    assert [(row["account_id"], int(row["amount"]), int(row["balance_after"])) for row in output.transactions] == [
        ("A", 1, 7),
        ("A", 2, 7),
        ("C", 3, 7),
        (None, 4, 7),
    ]
    starts = [row["source_line"] for row in output.transactions]
    assert [json.dumps(document, indent=1).splitlines()[line - 1].strip() for line in starts] == ["{"] * 4


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_line_may_be_a_record(end: str, tmp_path: Path) -> None:
    lines = [
        '{"day": "2025-10-01", "amount": 1}',
        "",
        '{"day": "2025-10-01", "amount": 2',
        "[1]",
        '{"day": "2025-10-01", "amount": 01}',
        '{"day": "2025-10-01", "amount": 3}',
    ]
    file_layout = json_layout(path="", json_lines=True)

    output = transform(end.join(lines).encode(), tmp_path, file_layout)

    assert [row["source_line"] for row in output.transactions] == [1, 6]
    assert [(row["source_line"], row["error_code"]) for row in output.quarantine] == [
        (3, RowCode.NOT_AN_OBJECT),
        (4, RowCode.NOT_AN_OBJECT),
        (5, RowCode.NOT_AN_OBJECT),
    ]
    assert output.transformation.counts.read == 5


def test_a_broken_first_line_takes_no_other_with_it(tmp_path: Path) -> None:
    content = b'{"day": "2025-10-01", "amo\n{"day": "2025-10-01", "amount": 3}\n'

    output = transform(content, tmp_path, json_layout(path="", json_lines=True))

    assert [row["source_line"] for row in output.transactions] == [2]


def test_the_first_line_distinguishes_a_document_from_lines(tmp_path: Path) -> None:
    lines = json_layout(path="", json_lines=True)
    layouts = [lines, msgspec.structs.replace(json_layout(path="$[*]"), name="document")]

    found = [
        validate(content, tmp_path, "obie", layouts=layouts, file_format="json").layout
        for content in (b'{"day": "2025-10-01", "amount": 3}\n', b'[\n{"day": "2025-10-01", "amount": 3}]')
    ]

    assert found == [lines.name, "document"]


def test_fields_of_the_first_record_choose_among_equal_paths(tmp_path: Path) -> None:
    one = json_layout(path="$[*]")
    other = json_layout(path="$[*]", amount=NumberField(name="value.amount", json_type="number"), name="nested")

    validation = validate(
        b'[{"day": "2025-10-01", "value": {"amount": 1}}]',
        tmp_path,
        "obie",
        layouts=[one, other],
        file_format="json",
    )

    assert validation.layout == "nested"


def test_a_derived_field_chooses_by_what_it_is_made_of(tmp_path: Path) -> None:
    one = json_layout(StringField(name="paid"), path="$[*]", amount=NumberField(name="fee"))
    part = Derived(of=("paid",), pattern="([0-9.]+)(?: EUR)?", field=NumberField(name="amount"))
    one = msgspec.structs.replace(one, derived=(part,))
    one.mapping["amount"] = Amount(field="amount")
    other = json_layout(path="$[*]", amount=NumberField(name="value.amount", json_type="number"), name="nested")
    content = b'[{"day": "2025-10-01", "paid": "5.00 EUR"}]'

    validation = validate(content, tmp_path, "obie", layouts=[one, other], file_format="json")

    assert (validation.layout, validation.counts.accepted) == (one.name, 1)


def test_a_document_that_fits_no_path_is_refused_with_all_paths(tmp_path: Path) -> None:
    layouts = [json_layout(path="$.a[*]"), msgspec.structs.replace(json_layout(path="$.b"), name="b")]

    validation = validate(b'{"b": [], "a": {}}', tmp_path, "obie", layouts=layouts, file_format="json")

    assert validation.reason_code == FileCode.RECORD_PATH_MISSING
    assert "$.a[*], $.b" in validation.reason


def test_rows_are_dropped_by_a_truth_value(tmp_path: Path) -> None:
    pending = StringField(name="pending", json_type="boolean")
    file_layout = msgspec.structs.replace(json_layout(pending), drop=(Predicate(field="pending", values=("true",)),))
    records = b"".join(
        b'{"day": "2025-10-01", "amount": 1, "pending": %b},' % value for value in (b"true", b"false", b"1")
    )

    output = transform(b"[" + records[:-1] + b"]", tmp_path, file_layout)

    counts = output.transformation.counts
    assert (counts.dropped, counts.accepted, counts.rejected) == (1, 1, 1)


def test_a_record_that_cannot_be_read_is_never_dropped(tmp_path: Path) -> None:
    # Given that rows without a status are dropped
    status = StringField(name="status")
    dropping = (Predicate(field="status", values=("",)),)
    file_layout = msgspec.structs.replace(json_layout(status, path="", json_lines=True), drop=dropping)

    output = transform(b'{"day": "2025-10-01"\n{"day": "2025-10-01"}\n', tmp_path, file_layout)

    counts = output.transformation.counts
    assert (counts.dropped, counts.rejected) == (1, 1)
    assert [row["error_code"] for row in output.quarantine] == [RowCode.NOT_AN_OBJECT]


@pytest.mark.parametrize(
    "record",
    [
        b'{"day": "2025-10-01", "amount": 1, "amount": 2}',
        b'{"amount": 1, "day": "2025-10-01", "amount": 1}',
        b'{"day": "2025-10-01", "amount": 1, "am\\u006funt": 2}',
        b'{"day": "2025-10-01", "amount": 1, "note": "", "note": null}',
    ],
)
def test_a_repeated_name_rejects_the_record(record: bytes, tmp_path: Path) -> None:
    lines = b'{"day": "2025-10-01", "amount": 4, "note": "x", "other": 1}\n' + record

    output = transform(lines, tmp_path, json_layout(path="", json_lines=True))

    assert [row["source_line"] for row in output.transactions] == [1]
    assert RowCode.NAME_REPEATED in {row["error_code"] for row in output.quarantine}
    assert {row["source_line"] for row in output.quarantine} == {2}


def test_a_repeated_name_in_a_nested_object_rejects_the_record(tmp_path: Path) -> None:
    file_layout = json_layout(path="$[*]", amount=NumberField(name="value.amount", json_type="number"))
    twice, not_read = b'"value": {"amount": 1, "amount": 2}', b'"value": {"amount": 1}, "party": {"id": 1, "id": 2}'

    output = transform(
        b'[{"day": "2025-10-01", %b}, {"day": "2025-10-01", %b}]' % (twice, not_read), tmp_path, file_layout
    )

    # Then what no field leads through is none of the layout's business
    assert output.transformation.counts.accepted == 1
    assert [row["error_code"] for row in output.quarantine] == [RowCode.NAME_REPEATED]


def test_a_record_with_a_repeated_name_is_never_dropped(tmp_path: Path) -> None:
    status = StringField(name="status")
    dropping = (Predicate(field="status", values=("pending",)),)
    file_layout = msgspec.structs.replace(json_layout(status, path="", json_lines=True), drop=dropping)

    output = transform(
        b'{"day": "2025-10-01", "amount": 1, "status": "pending", "status": "booked"}', tmp_path, file_layout
    )

    assert [row["error_code"] for row in output.quarantine] == [RowCode.NAME_REPEATED]


@pytest.mark.parametrize(
    "document",
    [
        b'{"bank": {"iban": "A", "iban": "B"}, "items": [%b]}',
        b'{"bank": {"iban": "A"}, "items": [], "items": [%b]}',
        b'{"bank": {"iban": "A"}, "items": [%b], "items": [%b]}',
        b' {"bank": {"iban": "A"}, "bank": {"iban": "A"}, "items": [%b]}',
    ],
)
def test_a_repeated_name_outside_the_records_refuses_the_file(document: bytes, tmp_path: Path) -> None:
    # Given a layout that takes a value from around the records, so that the document is read as a whole
    file_layout = json_layout(StringField(name="$.bank.iban"), path="$.items[*]")
    record = b'{"day": "2025-10-01", "amount": 1}'

    validation = validate(document.replace(b"%b", record), tmp_path, "obie", layouts=[file_layout], file_format="json")

    assert (validation.reason_code, "twice" in validation.reason) == (FileCode.MALFORMED_JSON, True)


def test_records_have_their_own_line_below_equal_text(tmp_path: Path) -> None:
    # Given that an array that is none of the layout's, and a text, hold just what the records do
    record = '{"day": "2025-10-01", "amount": 1}'
    lines = ["{", f'"sum": {{"items": [{record}]}},', f'"note": {json.dumps(f"[{record}]")},', f'"items": [{record}],']
    document = "\n".join([*lines, '"bank": {"iban": "A"}', "}"]).encode()

    bank = StringField(name="$.bank.iban")
    file_layout = json_layout(bank, path="$.items[*]", ignored_arrays=("$.sum.items[*]",))

    output = transform(document, tmp_path, file_layout)

    assert [row["source_line"] for row in output.transactions] == [4]


_NAMES = st.sampled_from(["a", "", "é", '"', "\\", ":{"])
_MEMBERS = st.lists(
    st.tuples(_NAMES, st.sampled_from(["1", "12", '"x"', "null", '{"a": 1}', '[1, {"a": 2}]', '"\\":1"'])), max_size=6
)


@example([("a", "12"), ("a", "1")], "")
@given(_MEMBERS, st.sampled_from(["", " ", "\n\t"]))
def test_a_context_is_refused_only_if_a_name_is_repeated(members: list[tuple[str, str]], space: str) -> None:
    pairs = f",{space}".join(f"{space}{json.dumps(name)}{space}:{space}{value}{space}" for name, value in members)
    document = Document(f"{space}{{{pairs}}}{space}".encode())
    repeated = len({name for name, _ in members}) < len(members)

    try:
        document.value(["a"])
        refused = False
    except FileRejectedError:
        refused = True

    assert refused == repeated


LINES = json_layout(StringField(name="note"), path="", json_lines=True)
OBJECTS = st.recursive(
    st.none() | st.booleans() | st.text(max_size=4) | st.sampled_from(["7", "#number", "value_0", "n1"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["#number", "amount", "value_0", "n1", "", "$"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@example(values=[{"#number": "7"}, {"\u0000": "7"}, {"amount": {"amount": "7"}}])
@given(values=st.lists(OBJECTS, min_size=1, max_size=20))
def test_what_is_no_number_is_never_read_as_one(values: list[Any]) -> None:
    lines = [json.dumps({"day": "2025-10-01", "amount": value, "note": "x"}) for value in values]

    with TemporaryDirectory() as folder:
        output = transform("\n".join(lines).encode(), Path(folder), LINES)

    assert output.transactions == []
    assert output.transformation.counts.rejected == len(values)


@pytest.mark.parametrize("token", ["007", "1-2+3e.", "+1", "1.", ".5", "-", "1e", "NaN", "-Infinity", "0x1", "1_0"])
@pytest.mark.parametrize("name", ["amount", "not_read"])
def test_what_json_does_not_know_as_a_number_rejects_its_line(token: str, name: str, tmp_path: Path) -> None:
    content = f'{{"day": "2025-10-01", "amount": 1}}\n{{"day": "2025-10-01", "{name}": {token}}}'.encode()

    output = transform(content, tmp_path, LINES)

    assert len(output.transactions) == 1
    assert [row["error_code"] for row in output.quarantine] == [RowCode.NOT_AN_OBJECT]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b'{"day": "2025-10-01", "amount": 1,}', id="comma behind the last member"),
        pytest.param(b'{"day": "2025-10-01", "amount": 1, "a": [1,]}', id="comma behind the last element"),
        pytest.param(b'{"day": "2025-10-01", "amount": 1, "a": "\x01"}', id="the character between cells"),
        pytest.param(b'{"day": "2025-10-01", "amount": 1}\x01', id="the character between cells behind a record"),
        pytest.param(b'{"day": "2025-10-01", "amount": 1}{"amount": 2}', id="two records"),
        pytest.param(rb'{"day": "2025-10-01", "amount": 1, "note": "\ud800"}', id="half of a surrogate pair"),
        pytest.param(b'{"day": "2025-10-01", "amount": 1, "a": %b1%b}' % (b"[" * 100_000, b"]" * 100_000), id="deep"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="deep objects"),
    ],
)
def test_a_line_that_only_the_engine_accepts_as_json_is_rejected(line: bytes, tmp_path: Path) -> None:
    output = transform(b'{"day": "2025-10-01", "amount": 1}\n' + line, tmp_path, LINES)

    assert len(output.transactions) == 1
    assert [row["error_code"] for row in output.quarantine] == [RowCode.NOT_AN_OBJECT]


@pytest.mark.parametrize("space", [" ", "\t", " \t "])
def test_white_space_before_and_after_a_line_is_ignored(space: str, tmp_path: Path) -> None:
    records = ['{"day": "2025-10-01", "amount": 1}', '{"day": "2025-10-01", "amount": 2}']
    content = "\n".join(f"{space}{record}{space}" for record in records).encode()

    assert read(content, LINES, tmp_path) == [Decimal(1), Decimal(2)]


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("name", [r"Betr\u00e4ge", r"Betr\u00E4ge", r"\u0042etr\u00e4g\u0065", "Beträge"])
def test_a_number_is_found_by_its_name_however_that_is_written(name: str, tmp_path: Path, *, nested: bool) -> None:
    member = f'"{name}": -5.00'
    member = f'"a/b": {{{member}, "x": {{"{name}": 7}}}}' if nested else f'{member}, "x": {{"{name}": 7}}'
    amount = NumberField(name="a/b.Beträge" if nested else "Beträge", json_type="number")
    content = f'{{"day": "2025-10-01", {member}}}'.replace("a/b", r"a\/b" if nested else "a/b").encode()

    assert read(content, json_layout(amount=amount, path="", json_lines=True), tmp_path) == [Decimal(-5)]
    assert read(b"[%b]" % content, json_layout(amount=amount), tmp_path) == [Decimal(-5)]


def test_numbers_of_the_same_name_are_each_read_in_place(tmp_path: Path) -> None:
    content = b'[{"fee": {"amount": 2}, "amount": 1.50, "day": "2025-10-01", "tax": {"amount": "3"}}]'
    inner, text = NumberField(name="fee.amount", json_type="number"), StringField(name="tax.amount")
    file_layout = json_layout(text, inner)
    mapping = {**file_layout.mapping, "balance_after": Amount(field="fee.amount")}

    output = transform(content, tmp_path, msgspec.structs.replace(file_layout, mapping=mapping))

    (row,) = output.transactions
    assert (row["amount"], row["balance_after"], row["account_id"]) == (Decimal("1.5"), Decimal(2), "3")


@pytest.mark.parametrize("as_lines", [False, True])
def test_line_ends_within_texts_are_single_line_feeds(tmp_path: Path, *, as_lines: bool) -> None:
    text = r"1\r\n2\r3\n4\u000d5\u000D\u000A6\r\u000a7\\r8\\\r9\r\r\n"
    record = f'{{"day": "2025-10-01", "amount": 1, "note": "{text}"}}'
    file_layout = LINES if as_lines else json_layout(StringField(name="note"))

    output = transform((record if as_lines else f"[{record}]").encode(), tmp_path, file_layout)

    assert [row["account_id"] for row in output.transactions] == ["1\n2\n3\n4\n5\n6\n7\\r8\\\n9\n\n"]


@pytest.mark.parametrize("as_lines", [False, True])
@pytest.mark.parametrize("written", [r"\u0000", "\ufeff", r"\uFEFF", "\x85", r"\u009f", r"\\\u0000"])
def test_a_character_that_is_no_text_rejects_its_record(written: str, tmp_path: Path, *, as_lines: bool) -> None:
    notes = [r"\\u0000", written, "§", r"\u00a0"]
    records = [json.dumps({"day": "2025-10-01", "amount": 1, "note": "%s"}) % note for note in notes]
    content = "\n".join(records) if as_lines else f"[{','.join(records)}]"

    output = transform(content.encode(), tmp_path, LINES if as_lines else json_layout(StringField(name="note")))

    assert sorted(row["account_id"] for row in output.transactions) == [r"\u0000", "\xa0", "§"]
    assert [row["error_code"] for row in output.quarantine] == [RowCode.CHARACTER_FORBIDDEN]


@pytest.mark.parametrize("as_lines", [False, True])
def test_a_record_that_cannot_be_read_takes_no_id(tmp_path: Path, *, as_lines: bool) -> None:
    file_layout = msgspec.structs.replace(
        json_layout(StringField(name="note"), NumberField(name="id", json_type="number"), path="$[*]"),
        json_lines=as_lines,
    )
    file_layout.mapping["transaction_id"] = Text(field="id")
    records = [json.dumps({"day": "2025-10-01", "amount": 1, "note": note, "id": 7}) for note in ("\0", "a")]
    content = "\n".join(records) if as_lines else f"[{','.join(records)}]"

    output = transform(content.encode(), tmp_path, file_layout)

    assert [row["transaction_id"] for row in output.transactions] == ["7"]
    assert [row["error_code"] for row in output.quarantine] == [RowCode.CHARACTER_FORBIDDEN]


def test_a_blank_line_may_be_read_by_itself(tmp_path: Path) -> None:
    file_layout = json_layout(amount=NumberField(name="amount"), path="", json_lines=True)
    blocks = iter([b"", b'{"day": "2025-10-01", "amount": "1"}', b""])

    (part,) = in_parts(blocks, JsonLines(file_layout), file_layout, tmp_path)

    assert (part.rows, part.placeholders) == (3, (1, 3))


def test_a_broken_line_is_shown_by_what_the_partner_has_written(tmp_path: Path) -> None:
    output = transform(b'{"day": 1\n{"a\xef\xbb\xbf":1}', tmp_path, LINES)

    assert [row["masked_value"] for row in output.quarantine] == ['{"xxx": 9', '{"x<U+FEFF>":9}']


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("file_layout", [LINES, json_layout(path="$[*]")])
def test_a_file_in_another_encoding_of_unicode_is_named_as_such(
    encoding: str, file_layout: Layout, tmp_path: Path
) -> None:
    content = '[{"day": "2025-10-01", "amount": 1}]'.encode(encoding)

    validation = validate(content, tmp_path, "obie", layouts=[file_layout], file_format="json")

    assert validation.reason_code == FileCode.NOT_DECODABLE
    assert FileCode.NOT_DECODABLE.cure in validation.reason


@pytest.mark.parametrize("path", ["$[*]", "", "$.a[*].b[*]"])
def test_a_byte_order_mark_is_not_part_of_the_content(path: str, tmp_path: Path) -> None:
    record = '{"day": "2025-10-01", "amount": 1}'
    content = {"$[*]": f"[{record}]", "": record, "$.a[*].b[*]": f'{{"a": [{{"b": [{record}]}}]}}'}[path]

    assert read(f"\ufeff{content}".encode(), json_layout(path=path, json_lines=not path), tmp_path) == [Decimal(1)]


@pytest.mark.parametrize("number", ["9" * 100_000, f"0.{'1' * 100_000}", f"1e{'9' * 100}", f"-{'9' * 400}.5"])
def test_a_number_of_many_digits_rejects_its_record(number: str, tmp_path: Path) -> None:
    content = b'[{"day": "2025-10-01", "amount": 1, "other": %b}, {"day": "2025-10-01", "amount": %b}]'

    assert read(content % ((number.encode(),) * 2), json_layout(), tmp_path)[0] == Decimal(1)


@pytest.mark.parametrize("depth", [*range(900, 1000, 3), 100_000])
def test_a_document_of_any_depth_is_read_or_refused(depth: int) -> None:
    # Given objects that are nested about as deep as the decoder goes, which depends on what else has been called
    deep = b'{"x":' * depth + b"1" + b"}" * depth
    content = b'{"a": [{"b": [%b]}]}' % deep

    try:
        records = list(Document(content).records(json_layout(path="$.a[*].b[*]")))
    except FileRejectedError as rejection:
        assert (rejection.code, rejection.detail) == (FileCode.MALFORMED_JSON, "nested too deep")  # noqa: PT017
    else:
        assert records == [(1, deep, b"{}", "$.a[*].b[*]")]


def test_a_deep_first_line_distinguishes_lines_from_a_document(tmp_path: Path) -> None:
    layouts = [LINES, msgspec.structs.replace(json_layout(path="$[*]"), name="document")]

    validation = validate(b'{"a":' * 9000, tmp_path, "obie", layouts=layouts, file_format="json")

    assert validation.reason_code == FileCode.MALFORMED_JSON


@pytest.mark.parametrize(
    "account",
    [
        pytest.param({"items": {"0": {}}}, id="an object in place of the array"),
        pytest.param([{"items": []}], id="an array in place of the account"),
        pytest.param("x", id="a text in place of the account"),
    ],
)
@pytest.mark.parametrize("path", ["$.accounts[*].items[*]", "$[*].items[*]"])
def test_records_missing_on_part_of_the_path_refuse_the_file(path: str, account: Any, tmp_path: Path) -> None:
    accounts = [{"items": [{"day": "2025-10-01", "amount": 1}]}, {"other": 1}, None, account]
    document = accounts if path.startswith("$[") else {"accounts": accounts}
    content = json.dumps(document).encode()

    validation = validate(content, tmp_path, "obie", layouts=[json_layout(path=path)], file_format="json")

    assert validation.reason_code == FileCode.RECORD_PATH_MISSING
    assert "items is not to be found everywhere" in validation.reason


def test_a_context_value_may_be_in_an_array_that_is_the_document(tmp_path: Path) -> None:
    document = [{"iban": name, "items": [{"day": "2025-10-01", "amount": 1}]} for name in ("A", "B")]
    file_layout = json_layout(StringField(name="$[*].iban"), path="$[*].items[*]")

    output = transform(json.dumps(document).encode(), tmp_path, file_layout)

    assert sorted(row["account_id"] for row in output.transactions) == ["A", "B"]


def test_a_record_too_long_for_the_engine_refuses_the_file(tmp_path: Path) -> None:
    # Given a number field that holds a long text, which a row has twice
    content = b'{"day": "2025-10-01", "amount": "%b"}' % (b"x" * (MAX_RECORD_BYTES - 100))

    validation = validate(content, tmp_path, "obie", layouts=[LINES], file_format="json")

    assert (validation.reason_code, "line 1" in validation.reason) == (FileCode.MALFORMED_JSON, True)


def test_layouts_may_have_numbers_only(tmp_path: Path) -> None:
    file_layout = msgspec.structs.replace(
        json_layout(),
        schema=Schema(fields=(DateField(name="day", format="%Y%m%d", json_type="number"), EXACT)),
    )

    assert read(b'[{"day": 20251001, "amount": 1.25}, 5, {"day": "20251001", "amount": 1}]', file_layout, tmp_path) == [
        Decimal("1.25"),
        RowCode.NOT_AN_OBJECT,
        RowCode.FIELD_TYPE,
    ]
