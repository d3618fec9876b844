"""What is wrong with a layout's structure is told with its place and the cure, all of it at once."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings

from tests.unit.transactions.test_layout_mutations import mutated
from transactions.assets import asset_folder
from transactions.documents import read_document
from transactions.errors import LayoutError
from transactions.layouts import layout_file
from transactions.layouts.catalog import read_layout
from transactions.layouts.layout import Layout
from transactions.layouts.layout_file import TO_DO
from transactions.layouts.structure import structural_problems

SHIPPED = asset_folder("layouts") / "alpine-2025.yaml"
DIALECT = "delimiter, quoteChar"


def _refused(content: str, folder: Path) -> list[str]:
    path = folder / SHIPPED.name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LayoutError) as error:
        read_layout(path)
    return str(error.value).splitlines()


def _changed(*changes: tuple[str, str]) -> str:
    text = SHIPPED.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "partner: alpine",
            "",
            "1:1: partner: is missing; allowed: lower-case letters, digits and hyphens, at most 64",
        ),
        ("title:", "titel:", "3:1: titel: is no key; did you mean title? Allowed: name, partner, title, format, "),
        ("format: csv", "format: xslx", "5:9: format: found 'xslx'; allowed: csv, json"),
        ("format: csv", "format: CSV", "5:9: format: found 'CSV'; did you mean csv? Allowed: csv, json"),
        ("format: csv", "format: [csv]", "5:9: format: found a list of 1; allowed: csv, json"),
        ("type: date", "type: dat", "10:34: schema.fields[2].type: found 'dat'; did you mean date? Allowed: string, "),
        ("type: date, ", "", "10:7: schema.fields[2].type: is missing; allowed: string, number, date, datetime"),
        (
            "scale: 3",
            "scale: 9",
            "12:43: schema.fields[4].scale: found the number 9; allowed: a whole number from 0 to 5",
        ),
        ("scale: 3", "scale: '3'", "12:43: schema.fields[4].scale: found '3'; allowed: a whole number from 0 to 5"),
        ("scale: 3", "scale: true", "12:43: schema.fields[4].scale: found true; allowed: a whole number from 0 to 5"),
        ("scale: 3", "groupchar: .", "12:36: schema.fields[4].groupchar: is no key; did you mean groupChar? Allowed: "),
        ("scale: 3", "decimal_char: .", "12:36: schema.fields[4].decimal_char: is no key; did you mean decimalChar? "),
        ("scale: 3", "pivot: 70", "12:36: schema.fields[4].pivot: is a key of date and datetime only; allowed: type, "),
        ("format: csv", "format: csv\ndelimiter: ;", "6:1: delimiter: is a key of dialect; allowed: name, "),
        (
            "format: csv",
            "format: csv\ndialect: {encoding: cp1252}",
            f"6:11: dialect.encoding: is a key of the layout itself; allowed: {DIALECT}, ",
        ),
        ("function: text", "function: txt", "20:30: mapping.transaction_id.function: found 'txt'; did you mean text? "),
        (
            "{function: text, field: account}",
            "text",
            "21:15: mapping.account_id: found 'text'; allowed: a mapping with the",
        ),
        (
            "{function: text, field: account}",
            "{function:text, field: account}",
            "21:16: mapping.account_id.function:text: is no key; did you mean function: text? Allowed: function, ",
        ),
        (
            "title: Alpine",
            "title: no #",
            "3:8: title: found false, which is what no means; a text like this needs quotes;",
        ),
        (
            "title: Alpine",
            "title: 2025 #",
            "3:8: title: found the number 2025; a text like this needs quotes; allowed: a ",
        ),
        (
            "title: Alpine",
            "title: 2025-10-01 #",
            "3:8: title: found the date 2025-10-01; a text like this needs quotes;",
        ),
        ("title: Alpine", "title: #", "3:7: title: found nothing; allowed: a text"),
        (
            "title: Alpine",
            "title: Alpine: ",
            "3:14: a colon that ends no key: a text with a colon and a space in it needs",
        ),
        ("title: Alpine", f"title: {TO_DO} #", f"3:8: title: {TO_DO} is still to be filled in"),
        (
            'EUR: "2310.00"',
            "EUR: 2310.00",
            "34:33: sample.totals.EUR: found the number 2310.00; a text like this needs ",
        ),
        (
            "sample:\n",
            "sample: []\nmore:\n",
            "31:9: sample: found a list of 0; allowed: a mapping with the keys accepted, ",
        ),
        ("title:", "name: x\ntitle:", "3:1: name stands there twice: on line 1 already"),
        ("title:", "<<: {a: b}\ntitle:", "3:1: <<: mappings are not merged here: write out the keys; allowed: name, "),
        (
            "title:",
            "drop: &a [&b {field: type}, *a]\ntitle:",
            "3:29: *a stands for nothing that is complete; a text with *",
        ),
        ("  fields:", "\tfields:", "7:1: a tab: indent with spaces"),
        ("sample:", "---\nsample:", "31:1: a second document begins: a file has one"),
        (
            "format: csv",
            "format: csv\ndue: {by: 09:30, days: [Mo], timezone: UTC}",
            "6:25: due.days[0]: found 'Mo'; did you mean Mon? Allowed: ",
        ),
        (
            "format: csv",
            "format: csv\ndue: {by: 9 o'clock}",
            '6:11: due.by: found "9 o\'clock"; allowed: a time in quotes, such as "09:30"',
        ),
        (
            "format: csv",
            "format: csv\ndialect: {skipLines: Total, quoteChar: ''}",
            "6:22: dialect.skipLines: found 'Total'; allowed: a list, each entry a text",
        ),
        (
            "format: csv",
            "format: csv\ndialect: {quoteChar: ''}",
            "6:22: dialect.quoteChar: found ''; allowed: one ASCII character or null",
        ),
        (
            "format: csv",
            "format: csv\nlimits: {rejectedShare: 1.5}",
            "6:25: limits.rejectedShare: found the number 1.5; allowed: a number from 0 to 1",
        ),
        ("field: account}", "field: acount}", "21:3: mapping.account_id: acount is no field; did you mean account?"),
        ("  amount: {", "  amout: {", "24:3: mapping.amout: is no column that a layout fills; did you mean amount?"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_its_cure(old: str, new: str, problem: str, tmp_path: Path) -> None:
    found = _refused(_changed((old, new)), tmp_path)

    assert any(line.startswith(f"{SHIPPED.name}:{problem}") for line in found), found


@pytest.mark.parametrize("content", ["", "# nothing\n", "- name\n", "name\n", "null\n"])
def test_what_is_no_mapping_is_told_the_keys_of_a_layout(content: str, tmp_path: Path) -> None:
    (problem,) = _refused(content, tmp_path)

    assert re.match(rf"{SHIPPED.name}:1:1: found .*; allowed: a mapping with the keys name, partner, title, ", problem)


def test_all_mistakes_are_told_at_once_in_their_order(tmp_path: Path) -> None:
    changes = [
        ("format: csv", "format: cvs"),
        ("type: date, ", ""),
        ("scale: 3", "scale: 3, scale: 30"),
        ("title: Alpine", f"title: {TO_DO} #"),
        ("  accepted: 5", "  acepted: 5"),
    ]

    found = _refused(_changed(*changes), tmp_path)

    assert [line.split(":", 3)[3].split(":")[0].strip() for line in found] == [
        "title",
        "format",
        "schema.fields[2].type",
        "scale stands there twice",
        "schema.fields[4].scale",
        "sample.acepted",
    ]


def test_a_mistyped_key_is_not_told_as_missing_too(tmp_path: Path) -> None:
    found = _refused(_changed(("title:", "tilte:"), ("function: date,", "function:date,")), tmp_path)

    assert [line.split(": ")[1] for line in found] == ["tilte", "mapping.booking_date.function:date"]


def test_what_does_not_print_reaches_no_terminal(tmp_path: Path) -> None:
    (problem,) = _refused(_changed(("title:", '"\\e[2J\\u202e\\n": x\ntitle:')), tmp_path)

    assert problem.isprintable()
    assert f"{SHIPPED.name}:3:1: \ufffd[2J\ufffd : is no key" in problem


def test_a_layout_that_msgspec_refuses_is_never_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout_file, "structural_problems", lambda _: iter(()))

    (problem,) = _refused(_changed(("format: csv", "format: cvs")), tmp_path)

    assert problem.startswith(f"{SHIPPED.name}:1:1: Invalid enum value")


@settings(
    max_examples=200,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(made=mutated())
def test_the_structure_is_wrong_exactly_where_msgspec_says(made: tuple[str, dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "layout.yaml")
        path.write_text(yaml.safe_dump(made[1]), encoding="utf-8")
        document = read_document(path)
    if document.problems:
        return
    found = [problem.rule.partition(": ")[0] for problem in structural_problems(document.root)]
    first = _first_error(document.root.value)
    assert bool(found) == (first is not None)
    assert first is None or any(re.match(first, path) for path in found), (first, found)


def _first_error(value: Any) -> str | None:
    """Return a pattern for the path of the error at which msgspec stops: of a value, or of the mapping around a key."""
    try:
        msgspec.convert(value, Layout)
    except msgspec.ValidationError as error:
        path = re.search(r"at `(?:key in )?\$\.?(.*)`", f"{error}")
        return re.escape(path[1] if path else "").replace(r"\[\.\.\.\]", r"\.[^.\[]*")
    return None
