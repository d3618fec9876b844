"""Quotes that are escaped in place of being doubled."""

import csv
import io
import re
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import Output, csv_layout, transform, validate
from transactions.codes import FileCode, RowCode
from transactions.layouts.fields import Field, NumberField, StringField
from transactions.layouts.layout import Capture, Dialect, Layout
from transactions.layouts.mapping import Amount, Captured, Text

LAWS = settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def escaping(*, line_breaks_in_cells: bool = False, escape_char: str | None = "\\") -> Layout:
    """Return a layout with the columns Day, Sum and Text, and an escape character."""
    fields: list[Field] = [NumberField(name="Sum"), StringField(name="Text")]
    file_layout = csv_layout(fields, amount=Amount(field="Sum"), remittance_information=Text(field="Text"))
    dialect = Dialect(delimiter=";", escape_char=escape_char, line_breaks_in_cells=line_breaks_in_cells)
    return msgspec.structs.replace(file_layout, dialect=dialect)


def file(*texts: str) -> bytes:
    return "\n".join(["Day;Sum;Text", *(f"2025-10-01;1;{text}" for text in texts), ""]).encode()


def texts_of(output: Output) -> list[str]:
    return [row["remittance_information"] or "" for row in output.transactions]


@LAWS
@given(
    texts=st.lists(st.text('ab"\\;, \n', max_size=8), min_size=1, max_size=12),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    escape=st.sampled_from("\\?"),
)
def test_what_is_written_with_escapes_reads_back(
    texts: list[str], quoting: Literal[0, 1], escape: str, tmp_path: Path
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(
        written, delimiter=";", doublequote=False, escapechar=escape, quoting=quoting, lineterminator="\n"
    )
    writer.writerow(["Day", "Sum", "Text"])
    writer.writerows(["2025-10-01", "1", text] for text in texts)

    file_layout = escaping(line_breaks_in_cells=True, escape_char=escape)
    output = transform(written.getvalue().encode(), tmp_path, file_layout)

    assert texts_of(output) == texts


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r'"say \"hi\""', 'say "hi"'),
        (r'"drawer A\\"', "drawer A\\"),
        (r'"\\\""', r"\""),
        (r'"a;\"b"', 'a;"b'),
        (r"\"hi\" they said", '"hi" they said'),
        (r"a\\b", r"a\b"),
        ('"plain"', "plain"),
        ('5" pipe', '5" pipe'),
    ],
)
def test_an_escape_character_gives_what_it_escapes(written: str, text: str, tmp_path: Path) -> None:
    assert texts_of(transform(file(written), tmp_path, escaping())) == [text]


@pytest.mark.parametrize(
    "written",
    ['"say ""hi"""', r'"C:\temp"', r"C:\temp", r'"open\"', r'"closed\\"\"', r"a\;b", "ends\\", '"two\\nlines"'],
)
def test_what_could_be_read_in_two_ways_is_rejected(written: str, tmp_path: Path) -> None:
    output = transform(file("good", written), tmp_path, escaping())

    assert texts_of(output) == ["good"]
    assert [(row["source_line"], row["error_code"]) for row in output.quarantine] == [(3, RowCode.QUOTE_MALFORMED)]


def test_without_an_escape_character_none_is_read(tmp_path: Path) -> None:
    output = transform(file(r'"say \"hi\""', r"a\\b"), tmp_path, escaping(escape_char=None))

    assert texts_of(output) == [r"a\\b"]
    assert [row["error_code"] for row in output.quarantine] == [RowCode.QUOTE_MALFORMED]


def test_over_lines_a_wrong_escape_leaves_the_end_open(tmp_path: Path) -> None:
    content = file('"one\n\\"two\\""', '"C:\\temp"')

    validation = validate(content, tmp_path, layouts=[escaping(line_breaks_in_cells=True)])

    assert validation.reason_code == FileCode.MALFORMED_CSV
    assert "line 4" in validation.reason


def test_a_byte_that_is_half_a_character_escapes_nothing(tmp_path: Path) -> None:
    # In Shift JIS, the second byte of this character is that of a backslash.
    file_layout = msgspec.structs.replace(escaping(), encoding="shift_jis")

    output = transform(file('"表"', r'"表\"示"').decode().encode("shift_jis"), tmp_path, file_layout)

    assert texts_of(output) == ["表", '表"示']


def test_a_rejected_row_with_escapes_begins_no_section(tmp_path: Path) -> None:
    # Given a row that is dated, and names another account in a text with a delimiter and quotes
    captures = (Capture(name="account", pattern="Account ([A-Z0-9]+)"),)
    file_layout = escaping()
    file_layout = msgspec.structs.replace(
        file_layout,
        captures=captures,
        dialect=msgspec.structs.replace(file_layout.dialect, header_within=2),
        mapping={**file_layout.mapping, "account_id": Captured(capture="account")},
    )
    rows = [r'2025-10-01;1;"a"', r'2025-10-01;x;"see \"Account Z9\"; page 2"']

    # When it is rejected for its amount
    content = "\n".join(["Account X1", "Day;Sum;Text", *rows, ""]).encode()
    output = transform(content, tmp_path, file_layout)

    # Then it is that row alone
    assert [row["account_id"] for row in output.transactions] == ["X1"]
    assert [row["error_code"] for row in output.quarantine] == [RowCode.AMOUNT_FORMAT]


def test_a_header_with_escapes_further_down_is_a_header(tmp_path: Path) -> None:
    # Given a header whose longest cell is written with escapes, below the facts of another account
    fields: list[Field] = [NumberField(name="Sum"), StringField(name="Text", header="Text \\ Details")]
    file_layout = csv_layout(fields, amount=Amount(field="Sum"), account_id=Captured(capture="account"))
    file_layout = msgspec.structs.replace(
        file_layout,
        captures=(Capture(name="account", pattern="Account ([A-Z0-9]+)"),),
        dialect=Dialect(delimiter=";", escape_char="\\", header_within=2),
    )
    header, row = r'Day;Sum;"Text \\ Details"', "2025-10-01;1;a"

    content = "\n".join(["Account A1", header, row, "Konto B2", header, row, ""]).encode()

    assert validate(content, tmp_path, layouts=[file_layout]).reason_code == FileCode.SECTION_UNDECLARED


@pytest.mark.parametrize("code", [FileCode.MALFORMED_CSV, FileCode.RECORDS_LOST, RowCode.QUOTE_MALFORMED])
def test_the_cure_of_wrong_quotes_is_true_of_escapes_too(code: FileCode | RowCode) -> None:
    assert re.search("double.* or escape", code.cure)
