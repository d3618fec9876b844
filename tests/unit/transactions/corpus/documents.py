"""JSON files that are not as agreed."""

import json
from collections.abc import Iterator

import msgspec

from tests.unit.transactions.corpus.case import GOOD, Case, Trap, refused
from tests.unit.transactions.test_json_reading import json_layout
from transactions.codes import FileCode, RowCode, WarningCode
from transactions.layouts.fields import NumberField
from transactions.layouts.mapping import Amount

LINES = json_layout(path="", json_lines=True)
ARRAY = json_layout(path="$[*]")
NESTED = json_layout(path="$.data.items[*]")


def documents() -> Iterator[Case]:
    """Yield the cases."""
    yield from _documents()
    yield from _values()
    yield from _json_lines()
    yield from _incomplete()


def record(amount: str = "1.00", day: str = '"2025-10-01"') -> str:
    """Write a record with its values as they are."""
    return f'{{"day": {day}, "amount": {amount}}}'


def _documents() -> Iterator[Case]:
    array = f"[{record()}, {record()}]"
    for name, code, text, trap in (
        ("array cut off", FileCode.MALFORMED_JSON, array[:-1], Trap.BROKEN_DOCUMENT),
        ("record cut off", FileCode.MALFORMED_JSON, array[:-9], Trap.BROKEN_DOCUMENT),
        ("array cut off before a record", FileCode.MALFORMED_JSON, "[\n,\n", Trap.BROKEN_DOCUMENT),
        ("comma before the end of the array", FileCode.MALFORMED_JSON, f"[{record()},]", Trap.BROKEN_DOCUMENT),
        ("no comma between records", FileCode.MALFORMED_JSON, f"[{record()} {record()}]", Trap.BROKEN_DOCUMENT),
        ("single quotes", FileCode.MALFORMED_JSON, array.replace('"', "'"), None),
        ("comment", FileCode.MALFORMED_JSON, f"// October\n{array}", None),
        ("two documents in one", FileCode.MALFORMED_JSON, array * 2, None),
        ("number that JSON does not know", FileCode.MALFORMED_JSON, f"[{record('NaN')}]", Trap.JSON_FLOATS),
        ("half of a surrogate pair as an escape", FileCode.MALFORMED_JSON, f'[{{"day": "\\ud800"}}, {record()}]', None),
        ("arrays without an end", FileCode.MALFORMED_JSON, "[" * 100_000, None),
        ("empty document", FileCode.EMPTY_FILE, " \n", Trap.EMPTY_FILE),
        ("array of nothing", FileCode.NO_RECORDS, "[]", Trap.EMPTY_FILE),
        ("object in place of the array", FileCode.RECORD_PATH_MISSING, record(), None),
        ("document that is a text", FileCode.RECORD_PATH_MISSING, '"nothing"', None),
    ):
        yield refused(name, code, text.encode(), partner="obie", format="json", layouts=(ARRAY,), trap=trap)
    nested = {"data": {"items": [{"day": "2025-10-01", "amount": number} for number in range(5000)]}}
    facts = {"partner": "obie", "format": "json", "layouts": (NESTED,)}
    yield Case(
        name="nested document on one line",
        content=json.dumps(nested).encode(),
        partner="obie",
        format="json",
        layouts=(NESTED,),
        accepted=5000,
        totals={"EUR": "12497500.00"},
        trap=Trap.NESTED_DOCUMENT,
    )
    cut_off = json.dumps(nested)[:-2].encode()
    yield refused("nested document cut off", FileCode.MALFORMED_JSON, cut_off, trap=Trap.NESTED_DOCUMENT, **facts)
    yield refused("records under another name", FileCode.RECORD_PATH_MISSING, b'{"data": {"entries": []}}', **facts)
    unread = b'{"data": {"items": [%b], "pending": [%b]}}' % (record().encode(), record().encode())
    yield refused("another list of records", FileCode.RECORDS_UNREAD, unread, **facts)
    yield refused("records that are null", FileCode.RECORD_PATH_MISSING, b'{"data": {"items": null}}', **facts)
    names = b'{"data": {"items": [%b]}, "data": {"items": []}}' % record().encode()
    yield refused("records under a name that stands twice", FileCode.MALFORMED_JSON, names, **facts)
    yield refused("JSON in UTF-16", FileCode.NOT_DECODABLE, f"[{record()}]".encode("utf-16-le"), **facts)
    yield refused("JSON in Latin-1", FileCode.NOT_DECODABLE, b'{"data": {"items": ["M\xfcller"]}}', **facts)


def _values() -> Iterator[Case]:
    for name, text, errors in (
        ("JSON number with an exponent", record("1e2"), {RowCode.AMOUNT_FORMAT: 1}),
        ("number as a text", record('"1.00"'), {RowCode.FIELD_TYPE: 1}),
        ("number as a text with an exponent", record('"1e2"'), {RowCode.FIELD_TYPE: 1}),
        ("true in place of a number", record("true"), {RowCode.FIELD_TYPE: 1}),
        ("object in place of a number", record('{"#number": "7"}'), {RowCode.FIELD_TYPE: 1}),
        ("escaped NUL in a text", record(day=r'"2025-10-01\u0000"'), {RowCode.CHARACTER_FORBIDDEN: 1}),
        ("JSON number with too many decimals", record("1.005"), {RowCode.AMOUNT_SCALE: 1}),
        ("JSON number too great", record("12345678901234567.89"), {RowCode.AMOUNT_RANGE: 1}),
        ("null in place of a number", record("null"), {RowCode.FIELD_MISSING: 1}),
        ("date as a number", record(day="20251001"), {RowCode.FIELD_TYPE: 1}),
        ("two amounts in one record", f'{record()[:-1]}, "amount": 2.00}}', {RowCode.NAME_REPEATED: 1}),
    ):
        good = [record()] * GOOD
        yield Case(
            name=name,
            content="[\n{}\n]".format(",\n".join([*good, text])).encode(),
            partner="obie",
            format="json",
            layouts=(ARRAY,),
            accepted=GOOD,
            rejected=1,
            errors=errors,
            lines=(GOOD + 2,),
            totals={"EUR": f"{GOOD}.00"},
            trap=Trap.JSON_FLOATS,
        )
    for name, text in (("text among the records", '"Müller"'), ("array among the records", "[1]")):
        yield Case(
            name=name,
            content=f"[{record()}, {text}]".encode(),
            partner="obie",
            format="json",
            layouts=(ARRAY,),
            accepted=1,
            rejected=1,
            errors={RowCode.NOT_AN_OBJECT: 1},
        )
    exact = json_layout(currency="KWD")
    yield Case(
        name="number that a float cannot hold",
        content=f"[{record('1.005')}, {record('9007199254740.993')}]".encode(),
        partner="obie",
        format="json",
        layouts=(exact,),
        accepted=2,
        totals={"KWD": "9007199254741.998"},
        trap=Trap.JSON_FLOATS,
    )


def _json_lines() -> Iterator[Case]:
    for name, content in (("JSON lines without any", b""), ("blank JSON lines only", b" \n\t\n")):
        yield refused(name, FileCode.EMPTY_FILE, content, partner="obie", format="json", layouts=(LINES,))
    for name, line in (
        ("line that is cut off", record()[:-1]),
        ("line with two records", record() * 2),
        ("line that is a text", '"nothing"'),
        ("line that is no JSON", "Total: 5 records"),
        ("line with a comma too many", f"{record()[:-1]},}}"),
        ("line with a number that JSON does not know", record("007")),
    ):
        yield Case(
            name=name,
            content="\n".join([record(), "", line, record()]).encode(),
            partner="obie",
            format="json",
            layouts=(LINES,),
            accepted=2,
            rejected=1,
            errors={RowCode.NOT_AN_OBJECT: 1},
            lines=(3,),
            trap=Trap.BROKEN_DOCUMENT,
        )


def _incomplete() -> Iterator[Case]:
    """Yield documents with something beside what is read, and without something that should be."""
    unread = {"data": {"items": [{"day": "2025-10-01", "amount": 1}], "pending": [{"amount": 2}]}}
    balance = NumberField(name="balance.amount", json_type="number")
    mapping = {**ARRAY.mapping, "balance_after": Amount(field=balance.name)}
    for name, file_layout, document, warning in (
        ("array of objects that nobody reads", NESTED, json.dumps(unread), WarningCode.ARRAY_UNREAD),
        (
            "field that no record has",
            msgspec.structs.replace(json_layout(balance), mapping=mapping),
            f"[{record()}]",
            WarningCode.FIELD_ABSENT,
        ),
    ):
        yield Case(
            name=name,
            content=document.encode(),
            partner="obie",
            format="json",
            layouts=(file_layout,),
            accepted=1,
            warnings={warning: 1},
            lines=(1,),
        )
