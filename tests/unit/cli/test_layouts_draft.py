"""``etl layout draft``: a guess for a person to decide on, which shows what it is unsure of and quotes no value."""

import contextlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli.drafting.columns import Column, settled, typed
from cli.drafting.fields import field_of, questions_of
from cli.drafting.reading import DraftError
from cli.drafting.writing import draft
from cli.exit_codes import ExitCode
from cli.main import app
from tests.support.command_line import etl
from tests.unit.transactions.support import CATALOG, alpine_file, alpine_row, good_rows
from transactions.errors import LayoutError
from transactions.layouts.catalog import read_layout
from transactions.layouts.layout import Layout
from transactions.layouts.layout_file import TO_DO
from transactions.layouts.mapping import Amount, AmountWithDirection, RowHash, Text

LAYOUTS = Path(__file__).resolve().parents[3] / "layouts"
SAMPLES = ["alpine-2025.sample.csv", "dkb-2023.sample.csv", "obie-v3.sample.json"]
SEMICOLONS = "Account;Kept\n\nDate;Betrag;Text\n01.02.25;1.200,50;rent\n13.02.25;-7,00;bread\n"


def _decided(text: str, folder: Path, *, currency: str = "EUR") -> Path:
    """Save a draft as a person would: with the title and the currency filled in."""
    path = folder / "partner-draft.yaml"
    filled = text.replace(f"title: {TO_DO}", "title: A bank").replace(f"value: {TO_DO}", f"value: {currency}")
    path.write_text(filled, encoding="utf-8")
    return path


def _layout(content: bytes, folder: Path, name: str = "file.csv") -> Layout:
    return read_layout(_decided(draft(content, name, "partner"), folder))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_draft_has_the_names_types_and_formats_of_the_layout(name: str, tmp_path: Path) -> None:
    shipped = CATALOG.get(name.partition(".")[0])

    drafted = _layout((LAYOUTS / name).read_bytes(), tmp_path, name)

    known = {field.name: field for field in shipped.schema.fields}
    found = {field.name: field for field in drafted.schema.fields}
    assert (drafted.format, drafted.record_path) == (shipped.format, shipped.record_path)
    assert (drafted.dialect.delimiter, drafted.encoding) == (shipped.dialect.delimiter, shipped.encoding)
    for field in found.keys() & known.keys():
        assert type(found[field]) is type(known[field]), field
    assert drafted.mapping["booking_date"] == shipped.mapping["booking_date"]


def test_a_draft_reads_the_rows_of_its_file(tmp_path: Path) -> None:
    file = tmp_path / "october.csv"
    file.write_bytes(alpine_file(*good_rows(9), alpine_row(transaction_id="W", amount="1 x")))
    runner = CliRunner()

    drafted = runner.invoke(app, ["layout", "draft", str(file)])
    own = _decided(drafted.stdout, tmp_path)
    checked = runner.invoke(app, ["check", str(file), "--layout", str(own), "--json"])

    assert drafted.exit_code == 0
    assert checked.exit_code == ExitCode.NOTICE
    assert json.loads(checked.stdout)["counts"] == {
        "read": 10,
        "accepted": 9,
        "rejected": 1,
        "dropped": 0,
        "skipped": 0,
        "joined": 0,
    }


def test_lines_above_the_header_are_skipped_and_reported(tmp_path: Path) -> None:
    text = draft(SEMICOLONS.encode(), "file.csv", "partner")
    layout = read_layout(_decided(text, tmp_path))

    assert layout.names == ("Date", "Betrag", "Text")
    assert layout.dialect.header_within > 3
    assert "the header stands on line 3" in text


def test_given_no_header_when_drafted_then_columns_are_numbered(tmp_path: Path) -> None:
    layout = _layout(b"2025-01-02,-1.50,EUR,rent\n2025-01-03,2.50,EUR,bread\n", tmp_path)

    assert not layout.dialect.header
    assert layout.names == ("column 1", "column 2", "column 3", "column 4")
    assert type(layout.field("column 2")).__name__ == "NumberField"


def test_blank_and_repeated_header_cells_get_distinct_names(
    tmp_path: Path,
) -> None:
    layout = _layout(b"Date,Amount,Name,Name,\n2025-01-02,-1.50,a,b,\n2025-01-03,-2.50,c,d,\n", tmp_path)

    assert len(set(layout.names)) == len(layout.names)
    assert layout.header == ("Date", "Amount", "Name", "Name", "")


def test_a_draft_with_open_questions_fails_the_linter(tmp_path: Path) -> None:
    path = tmp_path / "partner-draft.yaml"
    path.write_text(draft(SEMICOLONS.encode(), "file.csv", "partner"), encoding="utf-8")

    with pytest.raises(LayoutError, match=f"{TO_DO} is no currency"):
        read_layout(path)


@pytest.mark.parametrize(
    ("name", "encoding"), [("Müller Söhne", "cp1252"), ("Жизнь", "cp1251"), ("中国银行", "gb18030")]
)
def test_an_uncertain_encoding_is_left_to_a_person(name: str, encoding: str, tmp_path: Path) -> None:
    text = draft(f"Date;Betrag;Name\n2025-01-02;-1,50;{name}\n".encode(encoding), "file.csv", "partner")

    assert "DECIDE: not UTF-8" in text
    assert read_layout(_decided(text, tmp_path)).encoding == encoding


def test_debit_and_credit_columns_make_the_amount(tmp_path: Path) -> None:
    layout = _layout(b"Date,Debit,Credit\n2025-01-02,1.50,\n2025-01-03,,2.50\n", tmp_path)

    assert layout.mapping["amount"].__struct_config__.tag == "debit_credit"


@pytest.mark.parametrize(
    ("amounts", "sign"),
    [(("1.50", "2.50"), "none"), (("-1.50", "2.50"), "agrees"), (("1.50", "-2.50"), "inverted")],
)
def test_direction_words_and_the_sign_make_the_amount(amounts: tuple[str, str], sign: str, tmp_path: Path) -> None:
    out, into = amounts
    layout = _layout(f"Date,Amount,Af Bij\n2025-01-02,{out},Af\n2025-01-03,{into},Bij\n".encode(), tmp_path)

    amount = layout.mapping["amount"]
    assert isinstance(amount, AmountWithDirection)
    assert (amount.direction, amount.debit, amount.credit, amount.sign) == ("Af Bij", ("Af",), ("Bij",), sign)


@pytest.mark.parametrize(
    ("credit", "debit"),
    [
        ("Haben", "Soll"),
        ("CRDT", "DBIT"),
        ("CR", "DR"),
        ("Bij", "Af"),
        ("Kredit", "Debet"),
        ("кредит", "дебет"),
        ("bevétel", "kiadás"),
        ("收入", "支出"),
    ],
)
def test_a_banks_own_direction_words_are_known(credit: str, debit: str, tmp_path: Path) -> None:
    rows = f"Date,Amount,Direction\n2025-01-02,1.50,{debit}\n2025-01-03,2.50,{credit}\n"

    amount = _layout(rows.encode(), tmp_path).mapping["amount"]

    assert isinstance(amount, AmountWithDirection)
    assert (amount.credit, amount.debit) == ((credit,), (debit,))


def test_signs_that_contradict_the_words_are_left_to_a_person(tmp_path: Path) -> None:
    rows = b"Date,Amount,Way\n2025-01-02,-1.50,out\n2025-01-03,-2.50,in\n2025-01-04,3.50,out\n"

    assert isinstance(_layout(rows, tmp_path).mapping["amount"], Amount)


def test_of_unnamed_number_columns_the_signed_one_is_the_amount(
    tmp_path: Path,
) -> None:
    layout = _layout(b"2025-01-02,15.00,-5.00,rent\n2025-01-03,10.00,-1.00,bread\n", tmp_path)

    assert layout.mapping["amount"] == Amount(field="column 3")


def test_ids_in_some_rows_only_make_no_transaction_id(tmp_path: Path) -> None:
    rows = b"Date,Amount,Creditor ID\n2025-01-02,-1.50,\n2025-01-03,2.50,X1\n"

    assert isinstance(_layout(rows, tmp_path).mapping["transaction_id"], RowHash)


def test_ids_in_every_row_make_the_transaction_id_if_unique(
    tmp_path: Path,
) -> None:
    rows = "Date,Amount,Transaction ID\n2025-01-02,-1.50,X1\n2025-01-03,2.50,{}\n"

    found = [_layout(rows.format(last).encode(), tmp_path).mapping["transaction_id"] for last in ("X2", "X1")]

    assert found == [Text(field="Transaction ID"), RowHash()]


def test_given_utf_16_when_drafted_then_the_layout_says_so(tmp_path: Path) -> None:
    layout = _layout("Date,Amount,Text\n2025-01-02,-1.50,Café\n2025-01-03,2.50,Müsli\n".encode("utf-16"), tmp_path)

    assert (layout.encoding, layout.names) == ("utf-16", ("Date", "Amount", "Text"))


def test_padded_cells_are_trimmed_by_the_layout(tmp_path: Path) -> None:
    layout = _layout(b'Date, Amount,Text\n2025-01-02,"-1.50"\t,rent\n2025-01-03,"2.50"\t,bread\n', tmp_path)

    assert layout.dialect.trim
    assert layout.header == ("Date", "Amount", "Text")


def test_rows_are_found_below_more_lines_than_there_are_rows(tmp_path: Path) -> None:
    above = b"Bank;A\nAccount;1\nFrom;a\nTo;b\n\n"

    layout = _layout(above + b"Date;Betrag;Text\n01.02.25;-7,00;rent\n13.02.25;7,00;bread\n", tmp_path)

    assert layout.names == ("Date", "Betrag", "Text")


@pytest.mark.parametrize("first", ["07 Nov 2025", "£5.00"])
def test_a_first_row_with_a_date_or_an_amount_is_no_header(first: str) -> None:
    text = draft(f"{first},Mira Example\n{first},Jonas Example\n".encode(), "file.csv", "partner")

    assert "header: false" in text
    assert "Example" not in text


def test_a_currency_column_with_a_wrong_code_is_to_be_confirmed(
    tmp_path: Path,
) -> None:
    rows = b"Date,Amount,Currency\n2025-01-02,-1.50,EUR\n2025-01-03,2.50,EUR\n2025-01-04,2.50,\n"

    assert _layout(rows, tmp_path).mapping["currency"] == Text(field="Currency")
    assert "DECIDE: rows without Currency are rejected" in draft(rows, "file.csv", "partner")


def test_a_document_of_one_record_has_the_root_as_its_path(tmp_path: Path) -> None:
    document = b'{"date": "2025-01-02", "amount": -1.5}'

    assert _layout(document, tmp_path, "file.json").record_path == "$"


def test_the_path_leads_through_nested_lists_of_objects(tmp_path: Path) -> None:
    rows = [{"date": "2025-01-02", "amount": -1.5, "currency": "EUR"}, {"date": "2025-01-03", "amount": 2}]
    document = {"accounts": [{"transactions": rows}, {"transactions": rows}]}

    layout = _layout(json.dumps(document).encode(), tmp_path, "file.json")

    assert layout.record_path == "$.accounts[*].transactions[*]"
    assert layout.field("amount").json_type == "number"


def test_each_line_of_json_lines_is_a_record(tmp_path: Path) -> None:
    content = b'{"date": "2025-01-02", "amount": "-1.50"}\n{"date": "2025-01-03", "amount": "2.50"}\n'

    assert _layout(content, tmp_path, "file.json").json_lines


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "f.csv"),
        (b"a\nb\n", "f.csv"),
        (b"", "f.json"),
        (b"{}", "f.json"),
        (b'{"error": "no access", "code": 403}', "f.json"),
        (b"[1, 2", "f.json"),
        (b"[" * 100_000, "f.json"),
    ],
)
def test_a_file_without_records_is_refused_in_one_line(content: bytes, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)

    answer = CliRunner().invoke(app, ["layout", "draft", str(tmp_path / name)])

    assert (answer.exit_code, answer.stdout) == (ExitCode.REFUSED, "")
    assert answer.stderr.startswith("error: ")
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("values", "type_", "keys"),
    [
        (["1.200,50", "-7,00"], "number", {"decimalChar": ",", "groupChar": "."}),
        (["1,200.50", "-7.00"], "number", {"groupChar": ","}),
        (["1'200.50", "7.00"], "number", {"groupChar": "'"}),
        (["12.345", "-7.00"], "number", {"scale": 3}),
        (["12.345", "-7.000", "0"], "number", {"decimalChar": ",", "groupChar": "."}),
        (["£1,200.50", "-£7.00"], "number", {"groupChar": ",", "prefixes": ["£"]}),
        (["7.00 €", "-1.00 €"], "number", {"suffixes": [" €"]}),
        (["($7.00)", "$.50"], "number", {"prefixes": ["$"], "parentheses": True, "bareFraction": True}),
        (["12345", "67890"], "string", {}),
        (["2025-01-02", ""], "date", {"format": "%Y-%m-%d"}),
        (["13/02/2025", "01/02/2025"], "date", {"format": "%d/%m/%Y"}),
        (["02/13/2025", "01/02/2025"], "date", {"format": "%m/%d/%Y"}),
        (["31.12.24"], "date", {"format": "%d.%m.%y", "pivot": 70}),
        (["2/28/25", "12/1/25"], "date", {"format": "%-m/%-d/%y", "pivot": 70}),
        (["2025-01-02 9:05:00", "2025-01-02 19:05:00"], "datetime", {"format": "%Y-%m-%d %-H:%M:%S"}),
        (["2025-01-02T10:00:00.123+01:00"], "datetime", {"format": "%Y-%m-%dT%H:%M:%S%f%z"}),
        (["99.99.2025"], "string", {}),
        (["rent", "bread"], "string", {}),
    ],
)
def test_given_values_when_guessed_then_type_and_format_fit(
    values: Sequence[str], type_: str, keys: dict[str, Any]
) -> None:
    field = field_of(_typed(values), is_read=False)

    assert field == {"name": "column", "type": type_, **keys}


@pytest.mark.parametrize(
    ("values", "doubt"),
    [
        (["01/02/2025"], "%m/%d/%Y? The days fit each"),
        (["-2.000"], "the decimal character, or does it stand between thousands"),
    ],
)
def test_ambiguous_values_are_left_to_a_person(values: Sequence[str], doubt: str) -> None:
    assert any(doubt in question for question in questions_of(_typed(values), is_read=True))


@given(content=st.binary(max_size=400), name=st.sampled_from(["f.csv", "f.json"]))
def test_any_bytes_end_in_a_draft_or_in_a_refusal(content: bytes, name: str) -> None:
    with contextlib.suppress(DraftError):
        assert draft(content, name, "partner").startswith("# A draft")


def _typed(values: Sequence[str]) -> Column:
    column = typed(Column(name="column", cells=tuple(values)))
    return settled([column], date(2026, 1, 1))[0]


def test_a_draft_has_the_name_that_is_asked_for(tmp_path: Path) -> None:
    sample = LAYOUTS / "n26-2024.sample.csv"

    answer = CliRunner().invoke(app, ["layout", "draft", str(sample), "--partner", "new", "--name", "new-2026"])

    path = tmp_path / "new-2026.yaml"
    path.write_text(answer.stdout.replace(TO_DO, "New bank"), encoding="utf-8")
    assert read_layout(path).name == "new-2026"


def test_a_name_that_no_layout_may_have_is_incorrect_usage() -> None:
    sample = LAYOUTS / "n26-2024.sample.csv"

    answer = etl("layout", "draft", sample, "--name", "New Bank 2026")

    assert (answer.exit_code, answer.stdout) == (ExitCode.USAGE, "")
    assert "such as new-bank-2026" in answer.stderr
