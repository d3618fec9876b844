"""Layouts: those that ship read their samples and the banks' own files, and a wrong one is refused by name."""

import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from tests.unit.transactions.support import CATALOG, transform, validate
from transactions.assets import asset_folder
from transactions.codes import FileCode
from transactions.errors import LayoutError
from transactions.layouts.catalog import LayoutCatalog
from transactions.layouts.layout import Capture, Layout, Predicate
from transactions.layouts.mapping import Captured
from transactions.layouts.paths import OWN_PATH

LAYOUTS = asset_folder("layouts")


@pytest.mark.parametrize("layout", list(CATALOG), ids=lambda layout: layout.name)
def test_a_layouts_sample_comes_to_its_declared_result(layout: Layout, tmp_path: Path) -> None:
    sample = (LAYOUTS / f"{layout.name}.sample.{layout.format}").read_bytes()

    name = layout.sample.file_name
    validation = validate(sample, tmp_path, layout.partner, file_format=layout.format, file_name=name)
    output = transform(sample, tmp_path, layout, file_name=name)

    expected, counts = layout.sample, validation.counts
    assert validation.layout == layout.name
    assert validation.verdict != "REJECTED"
    assert (counts.accepted, counts.rejected, counts.dropped) == (
        expected.accepted,
        expected.rejected,
        expected.dropped,
    )
    assert {total.currency: total.sum for total in validation.totals} == expected.totals
    assert {error.code: error.count for error in validation.errors} == expected.errors
    assert {warning.code: warning.count for warning in validation.warnings} == expected.warnings
    assert output.transformation.counts == counts
    assert output.transformation.totals == output.transformation.written.totals == validation.totals


def _drops_by_word(predicate: Predicate) -> bool:
    """Return whether a word that stands in the file drops a row."""
    return bool(predicate.values) and not predicate.also and predicate.field != OWN_PATH


@pytest.mark.parametrize(
    "layout",
    [layout for layout in CATALOG if any(map(_drops_by_word, layout.drop))],
    ids=lambda layout: layout.name,
)
def test_an_unknown_word_where_words_drop_rows_rejects_the_row(layout: Layout, tmp_path: Path) -> None:
    # Given the layout's sample, where a word that drops a row is replaced by one that nobody has agreed
    sample = (LAYOUTS / f"{layout.name}.sample.{layout.format}").read_text(encoding=layout.encoding)
    for predicate in layout.drop:
        for word in predicate.values:
            sample = sample.replace(word, "unheard-of")
    # When it is transformed
    name = layout.sample.file_name
    output = transform(sample.encode(layout.encoding), tmp_path, layout, file_name=name)
    # Then what was dropped is rejected, and not one row more is booked
    counts, expected = output.transformation.counts, layout.sample
    assert (counts.accepted, counts.dropped) == (expected.accepted, 0)
    assert counts.rejected == expected.rejected + expected.dropped


def test_the_grouping_dot_makes_thousands(tmp_path: Path) -> None:
    sample = (LAYOUTS / "dkb-2023.sample.csv").read_bytes()

    output = transform(sample, tmp_path, CATALOG.get("dkb-2023"))

    assert [str(row["amount"]) for row in output.transactions] == [
        "-118.49000",
        "-2000.00000",
        "1250.50000",
        "-1250.50000",
    ]
    assert {row["account_id"] for row in output.transactions} == {"DE02000000000000000001"}
    assert [row["counterparty_name"] for row in output.transactions][2] == "Verein Morgenlauf"


@pytest.mark.parametrize("lines_above", [0, 3, 9])
def test_the_header_is_found_however_many_lines_stand_above(lines_above: int, tmp_path: Path) -> None:
    first, *others = (LAYOUTS / "dkb-2023.sample.csv").read_text().splitlines(keepends=True)
    content = "".join([first, *["\n"] * lines_above, *others]).encode()

    output = transform(content, tmp_path, CATALOG.get("dkb-2023"))

    assert [row["source_line"] for row in output.transactions] == [line + lines_above for line in (7, 8, 10, 11)]


def test_two_equal_rows_without_id_stay_two_with_stable_ids(tmp_path: Path) -> None:
    *lines, last = (LAYOUTS / "dkb-2023.sample.csv").read_text().splitlines()
    ids = []
    for copies in (1, 2):
        content = "\n".join([*lines, *[last] * copies]).encode()
        folder = tmp_path / str(copies)
        folder.mkdir()
        ids.append([row["transaction_id"] for row in transform(content, folder, CATALOG.get("dkb-2023")).transactions])

    once, twice = ids

    assert twice[:-1] == once
    assert len(set(twice)) == len(twice)
    assert twice[-1].removesuffix("-2") == once[-1].removesuffix("-1")


def test_the_day_of_a_moment_is_that_of_its_own_zone(tmp_path: Path) -> None:
    sample = (LAYOUTS / "obie-v3.sample.json").read_bytes()

    output = transform(sample, tmp_path, CATALOG.get("obie-v3"))

    assert [str(row["booking_date"]) for row in output.transactions] == ["2025-10-01", "2025-10-02", "2025-10-03"]
    assert [row["credit_debit_indicator"] for row in output.transactions] == ["DBIT", "CRDT", "CRDT"]
    assert [row["source_line"] for row in output.transactions] == [4, 17, 26]
    assert str(output.transactions[0]["balance_after"]) == "-12.10000"


def _set(document: dict[str, Any], key: str, value: object) -> None:
    *parents, last = key.split(".")
    for name in parents:
        document = document.setdefault(name, {})
    if value is None:
        document.pop(last)
    else:
        document[last] = value


ID = {"name": "transaction_id", "type": "string"}
WRONG_LAYOUTS: list[tuple[str, str, object, str]] = [
    (
        "alpine-2025",
        "due",
        {"by": "09:30", "timeZone": "Europe/Zuerich"},
        "due.timeZone: Europe/Zuerich is no time zone",
    ),
    ("alpine-2025", "due", {"by": "9:30"}, "allowed: a time in quotes"),
    (
        "alpine-2025",
        "due",
        {"by": "09:30", "days": []},
        "due.days: found a list of 0; allowed: a list of at least 1, each entry one of",
    ),
    ("alpine-2025", "limits", {"bookingDates": 4001}, "limits.bookingDates: found the number 4001"),
    ("alpine-2025", "limits", {"bookingDates": 0}, "limits.bookingDates: found the number 0"),
    ("alpine-2025", "limits", {"spanDays": -1}, "limits.spanDays: found the number -1"),
    ("alpine-2025", "limits", {"spanDays": 42, "ageDays": 40}, "limits.spanDays: has no effect"),
    ("alpine-2025", "delimiter", ";", "delimiter"),
    ("alpine-2025", "dialect.delimeter", ";", "delimeter"),
    ("alpine-2025", "name", "another", "name: must be the file's name"),
    ("alpine-2025", "partner", "Alpine Bank", "partner: found 'Alpine Bank'"),
    ("alpine-2025", "mapping", None, "mapping"),
    ("alpine-2025", "encoding", "utf-99", "encoding: utf-99"),
    ("alpine-2025", "recordPath", "$[*]", "recordPath: only JSON"),
    ("alpine-2025", "dialect.delimiter", '"', "dialect.delimiter: must differ"),
    ("alpine-2025", "schema.fields", [ID, ID], "schema.fields: transaction_id stands there 2 times"),
    ("alpine-2025", "schema.fields", [{"name": "a", "type": "number", "groupChar": "."}], "schema.fields[0].groupChar"),
    (
        "alpine-2025",
        "schema.fields",
        [{"name": "a", "type": "number", "decimalChar": "-"}],
        "schema.fields[0]: decimalChar",
    ),
    (
        "alpine-2025",
        "schema.fields",
        [{"name": "a", "type": "number", "scale": 6}],
        "schema.fields[0].scale: found the number 6",
    ),
    (
        "alpine-2025",
        "schema.fields",
        [{"name": "a", "type": "date", "format": "%d.%m.%y"}],
        "fields[0].format: a pivot",
    ),
    ("alpine-2025", "schema.fields", [{"name": "a", "type": "date", "format": "%d.%j.%Y"}], "fields[0].format: %j"),
    ("alpine-2025", "schema.fields", [{"name": "a", "type": "date", "format": "%Y-%m"}], "fields[0].format: needs %d"),
    ("alpine-2025", "mapping.amount", None, "mapping.amount: is required"),
    ("alpine-2025", "mapping.source_line", {"function": "constant", "value": "1"}, "mapping.source_line: is no column"),
    ("alpine-2025", "mapping.amount", {"function": "text", "field": "amount"}, "mapping.amount: text does not make"),
    ("alpine-2025", "mapping.amount", {"function": "amount", "field": "sum"}, "mapping.amount: sum is no field"),
    ("alpine-2025", "mapping.amount", {"function": "amount", "field": "type"}, "mapping.amount: type has the wrong"),
    ("alpine-2025", "mapping.amount", {"function": "eval", "field": "type"}, "mapping.amount.function: found 'eval'"),
    (
        "alpine-2025",
        "mapping.currency",
        {"function": "constant", "value": "EURO"},
        "mapping.currency: EURO is no currency",
    ),
    ("alpine-2025", "mapping.account_id", {"function": "row_hash"}, "mapping.account_id: row_hash"),
    (
        "alpine-2025",
        "mapping.account_id",
        {"function": "captured", "capture": "x"},
        "mapping.account_id: x is no capture",
    ),
    ("obie-v3", "mapping.amount.credit", ["Credit", "Debit"], "mapping.amount: credit and debit share a word"),
    ("alpine-2025", "drop", [{"field": "Status", "values": ["Pending"]}], "drop[0].field: Status is no field"),
    ("dkb-2023", "captures", [{"name": "account", "pattern": "("}], "captures[0].pattern"),
    ("dkb-2023", "captures", [{"name": "account", "pattern": "x"}], "captures[0].pattern: needs exactly one group"),
    ("alpine-2025", "dialect.delimiter", "x", "dialect.delimiter: cannot be a letter"),
    ("alpine-2025", "dialect.quoteChar", "\n", "dialect.quoteChar: cannot be a letter"),
    ("obie-v3", "recordPath", "$.Data..x", "recordPath"),
    ("obie-v3", "captures", [{"name": "a", "pattern": "(b)"}], "captures[0]: only CSV"),
    ("obie-v3", "schema.fields", [{"name": 'a."b', "type": "string"}], "schema.fields[0].name: must be a path"),
    ("obie-v3", "encoding", "latin-1", "encoding: JSON"),
    ("alpine-2025", "encoding", "hex", "encoding: hex is an unknown text encoding"),
    ("alpine-2025", "jsonLines", True, "jsonLines: only JSON"),
    ("obie-v3", "jsonLines", True, "recordPath: with jsonLines"),
    ("alpine-2025", "dialect.footer", "(", "dialect.footer: "),
    ("alpine-2025", "dialect.skipLines", ["["], "dialect.skipLines[0]: "),
    ("alpine-2025", "dialect", {"lineBreaksInCells": True, "footer": "x"}, "dialect.lineBreaksInCells: lines"),
    ("alpine-2025", "dialect", {"header": False, "anyOrder": True}, "dialect.header: without one"),
    ("alpine-2025", "schema.fields", [{**ID, "optional": True}, {**ID, "name": "b"}], "schema.fields[0].optional"),
    ("alpine-2025", "schema.fields", [{**ID, "optional": True}], "schema.fields: all are optional"),
    ("alpine-2025", "schema.fields", [{**ID, "jsonType": "number"}], "schema.fields[0].jsonType: only JSON"),
    ("alpine-2025", "schema.fields", [{**ID, "headerPattern": "("}], "schema.fields[0].headerPattern: "),
    (
        "alpine-2025",
        "schema.fields",
        [{**ID, "constraints": {"pattern": "(?=a)"}}],
        "schema.fields[0].constraints.pattern: cannot look around",
    ),
    ("alpine-2025", "schema.fields", [{"name": "a", "type": "number", "prefixes": ["-"]}], "schema.fields[0].prefixes"),
    ("obie-v3", "schema.fields", [{**ID, "header": "x"}], "schema.fields[0].header: only CSV"),
    ("obie-v3", "schema.fields", [{**ID, "name": "$.x[*].y"}], "schema.fields[0].name: must lead through"),
    ("obie-v3", "schema.fields", [{**ID, "name": "$[*].y"}], "schema.fields[0].name: must lead through"),
    (
        "obie-v3",
        "schema.fields",
        [{"name": "a", "type": "number", "jsonType": "number"}, {**ID, "name": "a.b"}],
        "schema.fields[1].name: must not lead through",
    ),
    ("obie-v3", "schema.fields", [{**ID, "name": "a\tb"}], "schema.fields[0].name: must be a path"),
    ("obie-v3", "ignoredArrays", ["$.Data"], "ignoredArrays[0]: must be a path"),
    ("obie-v3", "ignoredArrays", ["$.Data.Transaction[*]"], "ignoredArrays[0]: only beside"),
    ("alpine-2025", "ignoredArrays", ["$.a[*]"], "ignoredArrays[0]: only beside"),
    (
        "obie-v3",
        "schema.fields",
        [{"name": "a", "type": "number", "jsonType": "number", "groupChar": ","}],
        "schema.fields[0].jsonType: a JSON number",
    ),
    ("alpine-2025", "drop", [{"field": "type"}], "drop[0].values: a condition has either"),
    ("alpine-2025", "drop", [{"field": "type", "pattern": "a++"}], "drop[0].pattern: "),
    (
        "alpine-2025",
        "drop",
        [{"field": "type", "values": ["a"], "also": [{"field": "x", "values": ["a"]}]}],
        "drop[0].also[0].field: x is no field",
    ),
    (
        "alpine-2025",
        "mapping.account_id",
        {"function": "extract", "field": "account", "pattern": "a"},
        "mapping.account_id: needs exactly one group",
    ),
    (
        "alpine-2025",
        "mapping.currency",
        {"function": "lookup", "field": "type", "values": {"euro": "EURO"}},
        "mapping.currency: EURO is no currency",
    ),
    (
        "alpine-2025",
        "mapping.amount",
        {"function": "debit_credit", "debit": "amount", "credit": "type"},
        "mapping.amount: type has the wrong type",
    ),
    ("alpine-2025", "encoding", "zip", "encoding: zip is an unknown text encoding"),
    ("alpine-2025", "encoding", "unicode_escape", "encoding: unicode_escape is an unknown text encoding"),
    ("alpine-2025", "partner", "alpine\n", "partner: found 'alpine"),
    ("alpine-2025", "partner", "a" * 65, "partner: found 'aaa"),
    ("alpine-2025", "due", {"by": "09:30\n"}, "due.by: found '09:30"),
    ("alpine-2025", "dialect.delimiter", ",\n", "dialect.delimiter: found ',"),
    ("alpine-2025", "dialect.delimiter", "-", "dialect.delimiter: cannot be a letter, a digit, a sign"),
    ("alpine-2025", "dialect.quoteChar", "-", "dialect.quoteChar: cannot be a letter, a digit, a sign"),
    ("alpine-2025", "dialect.quoteChar", "\t", "dialect.quoteChar: cannot be white space"),
    ("alpine-2025", "dialect.commentChar", ",", "dialect.delimiter: must differ from commentChar"),
    ("alpine-2025", "dialect.commentChar", '"', "dialect.quoteChar: must differ from commentChar"),
    ("alpine-2025", "dialect.escapeChar", '"', "dialect.quoteChar: must differ from escapeChar"),
    ("alpine-2025", "dialect.escapeChar", ",", "dialect.delimiter: must differ from escapeChar"),
    ("alpine-2025", "dialect.escapeChar", "n", "dialect.escapeChar: cannot be a letter, a digit"),
    ("alpine-2025", "dialect.escapeChar", "\\\\", "dialect.escapeChar: found"),
    ("nordea-denmark", "dialect.escapeChar", "\\", "dialect.escapeChar: without a quoteChar"),
    ("alpine-2025", "dialect.commentChar", "2", "dialect.commentChar: cannot be a letter, a digit"),
    ("alpine-2025", "dialect.skipLines", ["ok", "(?i)total"], "dialect.skipLines[1]: cannot look around, set flags"),
    ("alpine-2025", "dialect.skipLines", [""], "dialect.skipLines[0]: is found in every text"),
    ("alpine-2025", "dialect.skipLines", ["Total|"], "dialect.skipLines[0]: an alternative or a group is empty"),
    ("alpine-2025", "dialect.footer", "", "dialect.footer: is found in every text"),
    ("alpine-2025", "dialect.footer", r"Total\Z", r"dialect.footer: \Z is not taken (at character 6)"),
    ("alpine-2025", "drop", [{"field": "type", "pattern": "a{,35}"}], "drop[0].pattern: { counts nothing"),
    (
        "alpine-2025",
        "drop",
        [{"field": "type", "values": ["a"], "also": [{"field": "type", "pattern": ""}]}],
        "drop[0].also[0].pattern: is found in every text",
    ),
    (
        "alpine-2025",
        "schema.fields",
        [{**ID, "constraints": {"pattern": "[a-z]{0,2000}"}}],
        "schema.fields[0].constraints.pattern: counts",
    ),
    (
        "alpine-2025",
        "schema.fields",
        [{**ID, "headerPattern": "A(?P<a>x)?"}],
        "schema.fields[0].headerPattern: a group that takes a fact must be part of every match",
    ),
    (
        "alpine-2025",
        "schema.fields",
        [{**ID, "headerPattern": "(?:(?P<a>x) )+"}],
        "schema.fields[0].headerPattern: repeats a group",
    ),
    (
        "dkb-2023",
        "captures",
        [{"name": "account", "pattern": "a|(b)"}],
        "captures[0].pattern: a group that takes a fact",
    ),
    ("obie-v3", "recordPath", "$" + ".a" * 21 + "[*]", "recordPath: leads through more than 20 names"),
    ("obie-v3", "schema.fields", [{"name": "a" + ".a" * 21, "type": "string"}], "schema.fields[0].name: leads through"),
    (
        "alpine-2025",
        "schema.fields",
        [{"name": "a", "type": "date", "format": "%z" * 51}],
        "schema.fields[0].format: found '%z",
    ),
    ("dkb-2023", "captures", [{"name": "account", "pattern": "(b)+"}], "captures[0].pattern: repeats a group"),
    (
        "dkb-2023",
        "captures",
        [{"name": "account", "pattern": "(b)"}] * 2,
        "captures: account is captured more than once",
    ),
    (
        "comdirect-giro",
        "captures",
        [{"name": "currency", "pattern": "(EUR)", "source": "fileName"}],
        "captures: currency is captured more than once",
    ),
    (
        "alpine-2025",
        "mapping.account_id",
        {"function": "extract", "field": "account", "pattern": "(?:([0-9]{4}) ?)+"},
        "mapping.account_id: repeats a group",
    ),
    (
        "alpine-2025",
        "mapping.account_id",
        {"function": "constant", "value": " "},
        "mapping.account_id: the value is empty",
    ),
]


@pytest.mark.parametrize(("name", "key", "value", "complaint"), WRONG_LAYOUTS)
def test_a_wrong_layout_is_refused_with_file_and_key(
    name: str, key: str, value: object, complaint: str, tmp_path: Path
) -> None:
    refused = _refused(name, {key: value}, tmp_path)

    assert re.match(rf"{name}\.yaml:\d+:\d+: ", refused)
    assert complaint in refused


def _refused(name: str, changes: dict[str, object], tmp_path: Path) -> str:
    """Change keys of the layout ``name`` and return why it is not taken."""
    document = yaml.safe_load((LAYOUTS / f"{name}.yaml").read_text())
    for key, value in changes.items():
        _set(document, key, value)
    (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(document, allow_unicode=True))
    with pytest.raises(LayoutError) as error:
        LayoutCatalog.load(tmp_path)
    return str(error.value)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"dialect.anyOrder": True, "schema.fields": [ID, {"name": "b", "header": ID["name"], "type": "string"}]},
            "dialect.anyOrder: transaction_id may stand for 2 fields",
        ),
        (
            {
                "dialect.anyOrder": True,
                "schema.fields": [ID, {"name": "b", "headerPattern": ".*_id", "type": "string"}],
            },
            "dialect.anyOrder: transaction_id may stand for 2 fields",
        ),
        (
            {
                "dialect.anyOrder": True,
                "schema.fields": [
                    {**ID, "headerPattern": "a+"},
                    {"name": "b", "headerPattern": "a+", "type": "string"},
                ],
            },
            "dialect.anyOrder: a+ may stand for 2 fields",
        ),
        (
            {"dialect.anyOrder": True, "schema.fields": [ID, {"name": "b", "headerPattern": "(", "type": "string"}]},
            "schema.fields[1].headerPattern: ",
        ),
        (
            {"dialect.header": False, "schema.fields": [{**ID, "headerPattern": "(?P<currency>x)"}]},
            "dialect.header: without one there is no currency in it",
        ),
        (
            {
                "schema.fields": [{**ID, "headerPattern": "("}],
                "mapping.account_id": {"function": "captured", "capture": "x"},
            },
            "mapping.account_id: x is no capture",
        ),
    ],
)
def test_what_is_wrong_only_together_is_refused(changes: dict[str, object], complaint: str, tmp_path: Path) -> None:
    assert complaint in _refused("alpine-2025", changes, tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("name: [", "broken.yaml:2:1: did not find expected node content"),
        ("[" * 100_000, "broken.yaml:1:21: lists and mappings stand more than"),
        ("name: broken\npartner: a\nname: b", "broken.yaml:3:1: name stands there twice: on line 1 already"),
        ("", "broken.yaml:1:1: found nothing; allowed: a mapping with the keys name, "),
        ("encoding: 2025-13-13", "broken.yaml:1:11: no value: month"),
    ],
    ids=range(5),
)
def test_a_file_that_is_no_layout_is_refused_with_name_and_line(content: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(content)

    with pytest.raises(LayoutError) as error:
        LayoutCatalog.load(tmp_path)

    assert any(line.startswith(reason) for line in str(error.value).splitlines())


def test_a_folder_named_like_a_layout_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()

    with pytest.raises(LayoutError, match=r"folder\.yaml: "):
        LayoutCatalog.load(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("format", "%Y%-m%-d", "between %-m and %-d must stand something other than digits"),
        ("format", "%-d%m%-H %Y", "between %-d and %-H must stand"),
        ("format", "%Y-%m-%d %H:%M:%S.%f", "%f includes the point: write %S%f, not %S.%f"),
        ("format", "%Y-%m-%d%f%-H", "between %f and %-H must stand"),
        ("format", "%Y-%m-%d%", "% is none of"),
        ("format", "%Y-%m-%\n", "% is none of"),
        ("months", ["Jan"] * 12, "months must differ from each other"),
        ("months", [*"abcdefghijkA"], "months must differ from each other"),
        ("months", [*"abcdefghijk", ""], "months have names without digits"),
        ("months", [str(number) for number in range(1, 13)], "months have names without digits"),
    ],
)
def test_an_ambiguous_date_is_refused(key: str, value: object, complaint: str, tmp_path: Path) -> None:
    field = {"name": "day", "type": "date", "format": "%d %b %Y", key: value}

    assert f"schema.fields[0].format: {complaint}" in _refused("alpine-2025", {"schema.fields": [field]}, tmp_path)


def test_a_captured_currency_is_checked_like_any_other(tmp_path: Path) -> None:
    shipped = CATALOG.get("dkb-2023")
    captures = (*shipped.captures, Capture(name="currency", pattern=r"Currency: (\w+)"))
    mapping = {**shipped.mapping, "currency": Captured(capture="currency")}
    layout = msgspec.structs.replace(shipped, captures=captures, mapping=mapping)
    sample = (LAYOUTS / "dkb-2023.sample.csv").read_bytes()

    reasons = [
        validate(b"Currency: " + code + b"\n" + sample, tmp_path, "dkb", layouts=[layout]).reason_code
        for code in (b"EUR", b"XYZ")
    ]

    assert reasons == ["", FileCode.TOO_MANY_REJECTED]


def test_a_bank_is_added_by_a_file_alone(tmp_path: Path) -> None:
    shutil.copy(LAYOUTS / "alpine-2025.yaml", tmp_path / "alpine-2025.yaml")

    assert [layout.name for layout in LayoutCatalog.load(tmp_path)] == ["alpine-2025"]
