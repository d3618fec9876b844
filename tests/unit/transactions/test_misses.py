"""The reason for which a file fits no layout: how its header differs, and nothing that may be customer data."""

import re
import unicodedata
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.transactions.support import CATALOG, csv_layout, validate
from transactions.assets import asset_folder
from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.fields import Constraints, Field, NumberField, StringField
from transactions.layouts.layout import Dialect, Layout
from transactions.layouts.mapping import Amount
from transactions.reading.headers import find_layout

HEADER = ["Day", "Sum", "Größe", "Text", "Booking date"]
ROW = "2025-10-01;1;a;b;c"


def _layout(*fields: Field, **dialect: Any) -> Layout:
    texts = [StringField(name=name) for name in HEADER[2:]]
    made = csv_layout([NumberField(name="Sum"), *(fields or texts)], amount=Amount(field="Sum"))
    return msgspec.structs.replace(made, dialect=Dialect(delimiter=";", **dialect))


def _reason(*lines: str, layouts: list[Layout], folder: Path) -> str:
    validation = validate("\n".join([*lines, ""]).encode(), folder, layouts=layouts)
    assert validation.reason_code == FileCode.HEADER_MISMATCH
    return validation.reason.partition("nearest layout alpine-2025: ")[2].partition("); ")[0]


@pytest.mark.parametrize(
    ("cell", "name", "difference"),
    [
        ("text", "Text", "case"),
        ("TEXT", "Text", "case"),
        ("GRÖSSE", "Größe", "case"),
        ("Text ", "Text", "white space"),
        (" Text", "Text", "white space"),
        ("Booking  date", "Booking date", "white space"),
        ("Booking\u00a0date", "Booking date", "white space"),
        ("Bookingdate", "Booking date", "white space"),
        (unicodedata.normalize("NFD", "Größe"), "Größe", "the composition of its characters"),
        ("\ufeffText", "Text", "a character that is not seen"),
        ("Te\u00adxt", "Text", "a character that is not seen"),
        ("Text\u200b", "Text", "a character that is not seen"),
        ("booking\u00a0DATE", "Booking date", "case and white space"),
        (
            unicodedata.normalize("NFD", "grö\u00adße "),
            "Größe",
            "a character that is not seen and the composition of its characters and case and white space",
        ),
    ],
)
def test_another_spelling_of_a_column_is_told_as_such(cell: str, name: str, difference: str, tmp_path: Path) -> None:
    header = ";".join(cell if one == name else one for one in HEADER)

    assert _reason(header, ROW, layouts=[_layout()], folder=tmp_path) == f"{name} differs only in {difference}"


def test_every_column_in_another_spelling_is_told(tmp_path: Path) -> None:
    reason = _reason("DAY;Sum ;größe;Text;Other", ROW, layouts=[_layout()], folder=tmp_path)

    assert reason == (
        "Day differs only in case; Sum differs only in white space; Größe differs only in case; lacks Booking date; "
        'unknown column "Other"'
    )


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Day;Sum;Größe;Purpose;Booking date", 'lacks Text; unknown column "Purpose"'),
        ("Day;Sum;Größe;  My\u00a0purpose ;Booking date", 'lacks Text; unknown column "My purpose"'),
        ("Day;Sum;Größe;Text;Booking date;Fee;Tax", 'unknown columns "Fee", "Tax"'),
        ("Day;Sum;Größe;Text;Booking date;Fee;;", 'unknown columns "Fee" and 2 more'),
        # Most cells are the layout's no more: the line may be a row of data.
        ("Day;Sum;Purpose;Other", "lacks Größe, Text, Booking date; 2 unknown columns"),
        ("Day;Max Mustermann", "lacks Sum, Größe, Text, Booking date; 1 unknown column"),
        # What looks like an account, a card, an address or a text is not shown in any line.
        *(
            (f"Day;Sum;Größe;{cell};Booking date", "lacks Text; 1 unknown column")
            for cell in (
                "DE02100100100006820101",
                "Account 12 34",
                "anna@bank.example",
                "https://bank",
                "bank.example",
                "x" * 41,
                "a\x1b[2Jb",
                "\u202eb",
                "",
            )
        ),
    ],
)
def test_an_unknown_column_is_named_where_most_are_known(header: str, told: str, tmp_path: Path) -> None:
    assert _reason(header, ROW, layouts=[_layout()], folder=tmp_path) == told


def test_blank_cells_do_not_make_a_line_a_header(tmp_path: Path) -> None:
    blank = [StringField(name=f"Blank {number}", header="") for number in range(6)]

    reason = _reason("2025-10-01;Max Mustermann;;;;;;", ROW, layouts=[_layout(*blank)], folder=tmp_path)

    assert reason == "lacks Day, Sum; 2 unknown columns"


SAMPLES = {
    found.name: next(asset_folder("layouts").glob(f"{found.name}.sample.*")).read_bytes()
    for found in CATALOG
    if found.format == "csv"
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_row_in_the_place_of_a_header_is_never_quoted(name: str) -> None:
    # Given a bank's rows without their header, under every layout there is
    found = CATALOG.get(name)
    text = SAMPLES[name].decode(found.encoding)
    cells = {cell.strip().strip('"') for cell in re.split(f"[{re.escape(found.dialect.delimiter)}\n]", text)}
    names = " ".join(" ".join((one.name, *one.names)) for one in CATALOG)
    layouts = [one for one in CATALOG if one.format == "csv" and one.dialect.header]
    for line in text.splitlines():
        # When any of its lines stands where a header would
        reason = _reason_of(f"{line}\nx\n".encode(), layouts)
        # Then the reason has nothing of it that is no name of a layout
        quoted = re.findall(r'"([^"]*)"', reason)
        assert not [cell for cell in quoted if cell in cells and cell not in names], line


def _reason_of(content: bytes, layouts: list[Layout]) -> str:
    try:
        find_layout(content, layouts)
    except FileRejectedError as refused:
        return refused.reason
    return ""


WAY = StringField(name="Way", constraints=Constraints(pattern="In|Out"))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["2025-10-01;1;Sideways"] * 3, "0% of the first rows fit; in 3 of 3, Way is not one of In, Out"),
        (["01.10.2025;1;In"] * 2, "0% of the first rows fit; in 2 of 2, Day is not a date written as %Y-%m-%d"),
        (
            ["2025-10-01;1,5;In"],
            "0% of the first rows fit; in 1 of 1, Sum is not a number like 1234.56, with at most 2 decimals",
        ),
        (["2025-10-01;1"] * 2, "0% of the first rows fit; in 2 of 2, expected 3 cells, found 2"),
        (
            ["2025-10-01;1;In", "2025-10-01;x;In", "2025-10-01;y;Up", "2025-10-01;z;In", "2025-10-01;1;Up"],
            "20% of the first rows fit; in 3 of 5, Sum is not a number like 1234.56, with at most 2 decimals",
        ),
    ],
)
def test_without_a_header_the_field_that_fails_is_named(rows: list[str], told: str, tmp_path: Path) -> None:
    assert _reason(*rows, layouts=[_layout(WAY, header=False)], folder=tmp_path) == told
