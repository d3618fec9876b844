"""Fields that no record has, and arrays of objects that nobody reads: a JSON file is warned of both."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.transactions.support import validate
from tests.unit.transactions.test_json_reading import json_layout
from transactions.codes import WarningCode
from transactions.layouts.fields import StringField
from transactions.layouts.layout import Layout, Predicate

RECORD = {"day": "2025-10-01", "amount": 1}
AS_IT_COMES: tuple[StringField, ...] = ()
AS_A_WHOLE = (StringField(name="$.x", optional=True),)
"""A document from which something around the records is taken is read as a whole."""
LINES = json_layout(StringField(name="party.name"), path="", json_lines=True)


def warnings(content: bytes, file_layout: Layout, tmp_path: Path) -> list[tuple[str, str, int]]:
    """Return code, field and line of each warning."""
    validation = validate(content, tmp_path, "obie", layouts=[file_layout], file_format="json")
    assert validation.verdict in {"VALID", "VALID_WITH_REJECTED_ROWS"}
    codes = {*WarningCode}
    found = [(example.code, example.field, example.line) for example in validation.examples if example.code in codes]
    assert sum(warning.count for warning in validation.warnings) == len(found)
    return found


def lines(*records: dict[str, Any]) -> bytes:
    """Write each of ``records`` on a line."""
    return "\n".join(json.dumps(record) for record in records).encode()


def absent(field: str) -> list[tuple[str, str, int]]:
    """Return the warning of a field that no record has."""
    return [(WarningCode.FIELD_ABSENT, field, 1)]


def test_a_field_that_no_record_has_is_warned_of(tmp_path: Path) -> None:
    content = lines(RECORD, {**RECORD, "name": "x", "other": {"party": {"name": "x"}}}, {**RECORD, "party": 1})

    assert warnings(content, LINES, tmp_path) == absent("party.name")


@pytest.mark.parametrize(
    "party",
    [
        pytest.param(b'"party": {"name": "x"}', id="a value"),
        pytest.param(b'"party": {"name": null}', id="null"),
        pytest.param(b'"party": null', id="null on the way"),
        pytest.param(rb'"p\u0061rty": {"n\u0061me": ""}', id="an escaped name"),
    ],
)
def test_a_field_that_one_record_has_is_not_warned_of(party: bytes, tmp_path: Path) -> None:
    # Given the one record so far down that it is read in another block
    content = lines(*[RECORD] * 40_000) + b'\n{"day": "2025-10-01", "amount": 1, %b}' % party

    assert warnings(content, LINES, tmp_path) == []


def test_a_field_whose_name_is_escaped_in_the_file_is_there(tmp_path: Path) -> None:
    file_layout = json_layout(StringField(name="empfänger/in"), path="", json_lines=True)
    content = rb'{"day": "2025-10-01", "amount": 1, "empf\u00e4nger\/in": "x"}'

    assert warnings(content, file_layout, tmp_path) == []


def test_only_what_the_layout_uses_and_needs_is_warned_of(tmp_path: Path) -> None:
    unused, status = StringField(name="unused"), StringField(name="status")
    name = StringField(name="party.name", optional=True)
    file_layout = json_layout(name, status, unused, path="", json_lines=True)
    dropping = msgspec.structs.replace(file_layout, drop=(Predicate(field="status", values=("pending",)),))

    assert warnings(lines(RECORD), file_layout, tmp_path) == []
    assert warnings(lines(RECORD), dropping, tmp_path) == absent("status")


def test_a_context_field_that_is_nowhere_gets_a_warning(tmp_path: Path) -> None:
    file_layout = json_layout(StringField(name="$.accounts[*].iban"), path="$.accounts[*].items[*]")
    with_one = {"accounts": [{"items": [RECORD]}, {"iban": "A", "items": [RECORD]}]}
    with_null = {"accounts": [{"items": [RECORD]}, {"iban": None, "items": [RECORD]}]}
    without = {"accounts": [{"items": [RECORD]}, {"Iban": "A", "items": [RECORD]}]}

    assert warnings(json.dumps(with_one).encode(), file_layout, tmp_path) == []
    assert warnings(json.dumps(with_null).encode(), file_layout, tmp_path) == []
    assert warnings(json.dumps(without).encode(), file_layout, tmp_path) == absent("$.accounts[*].iban")


def test_broken_records_do_not_report_every_field_as_missing(tmp_path: Path) -> None:
    validation = validate(b"{\n{}", tmp_path, "obie", layouts=[LINES], file_format="json")

    assert (validation.verdict, validation.warnings) == ("REJECTED", ())


@pytest.mark.parametrize(
    ("path", "document", "unread"),
    [
        ("$.a[*]", {"a": [RECORD], "b": [{"x": 1}]}, ["$.b[*]"]),
        ("$.a[*]", {"b": [1, None, {}], "a": [RECORD]}, ["$.b[*]"]),
        ("$.a[*]", {"c": {"d": {"e": [{}]}}, "a": [RECORD], "f": [[{}]]}, ["$.c.d.e[*]", "$.f[*][*]"]),
        ("$.a.b[*]", {"a": {"b": [RECORD], "c": [{}]}, "b": [{}]}, ["$.a.c[*]", "$.b[*]"]),
        ("$.a[*].b[*]", {"a": [{"b": [RECORD], "c": [{}]}, {"c": [{}]}], "d": [{}]}, ["$.a[*].c[*]", "$.d[*]"]),
        ("$[*].b[*]", [{"b": [RECORD]}, {"c": [{}]}], ["$[*].c[*]"]),
        ("$.a", {"a": RECORD, "b": [{}]}, ["$.b[*]"]),
        ("$.a[*]", {"a": [{**RECORD, "parts": [{}]}], "b": [], "c": [1, "x", [2]], "d": {"e": {}}}, []),
        ("$[*]", [{**RECORD, "parts": [{}]}], []),
        ("$", {**RECORD, "parts": [{}]}, []),
    ],
)
@pytest.mark.parametrize("fields", [AS_IT_COMES, AS_A_WHOLE])
def test_arrays_of_objects_beside_the_records_are_warned_of(
    path: str, document: Any, unread: list[str], fields: tuple[StringField, ...], tmp_path: Path
) -> None:
    found = warnings(json.dumps(document).encode(), json_layout(*fields, path=path), tmp_path)

    assert [(code, field) for code, field, _ in found] == [(WarningCode.ARRAY_UNREAD, field) for field in unread]


@pytest.mark.parametrize("fields", [AS_IT_COMES, AS_A_WHOLE])
def test_an_array_that_is_not_read_is_named_with_its_line(fields: tuple[StringField, ...], tmp_path: Path) -> None:
    content = b'{\n"b": [{}],\n"a": [\n{"day": "2025-10-01",\n"amount": 1}], "c": [{}],\n"d": [{}]}'

    found = warnings(content, json_layout(*fields, path="$.a[*]"), tmp_path)

    assert [(field, line) for _, field, line in found] == [("$.b[*]", 2), ("$.c[*]", 5), ("$.d[*]", 6)]


def test_an_ignored_array_is_not_warned_of(tmp_path: Path) -> None:
    document = {"a": [RECORD], "b": {"c": [{}], "d": [{}]}}
    file_layout = json_layout(path="$.a[*]", ignored_arrays=("$.b.d[*]",))

    assert [field for _, field, _ in warnings(json.dumps(document).encode(), file_layout, tmp_path)] == ["$.b.c[*]"]


def test_names_that_are_data_are_not_shown(tmp_path: Path) -> None:
    names = ["DE02100100100006820101", "Müller, Ana", "a" * 41, "4711", ""]
    document = {"a": [RECORD], "byAccount": {name: [{}] for name in names}, names[0]: {"items": [{}]}}

    found = warnings(json.dumps(document).encode(), json_layout(path="$.a[*]"), tmp_path)

    assert [field for _, field, _ in found] == ["$.byAccount.…[*]", "$.….items[*]"]


def test_a_repeated_name_beside_the_records_is_ignored(tmp_path: Path) -> None:
    content = b'{"a": [{"day": "2025-10-01", "amount": 1}], "b": {"c": [{}], "c": 1}}'

    assert warnings(content, json_layout(path="$.a[*]"), tmp_path) == []
