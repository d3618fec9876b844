"""Header cells that contain a line break."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.transactions.support import csv_layout, transform, validate
from transactions.codes import FileCode, RowCode
from transactions.layouts.fields import Field, NumberField, StringField
from transactions.layouts.layout import Capture, Dialect, Layout
from transactions.layouts.linting import complaints
from transactions.layouts.mapping import Amount, Captured, Text

HEADER = 'Day;"Total\n(all)";"Text\nof it"'


def two_lines(*, header: str = "Total\n(all)", pattern: str | None = None, **dialect: Any) -> Layout:
    """Return a layout whose header has line breaks in its second and third cell."""
    total = NumberField(name="Sum", header=None if pattern else header, header_pattern=pattern)
    fields: list[Field] = [total, StringField(name="Text", header="Text\nof it")]
    file_layout = csv_layout(fields, amount=Amount(field="Sum"), remittance_information=Text(field="Text"))
    dialect = {"delimiter": ";", **dialect}
    return msgspec.structs.replace(file_layout, dialect=Dialect(**dialect))


def file(*rows: str, header: str = HEADER, end: str = "\n") -> bytes:
    return end.join([header.replace("\n", end), *rows, ""]).encode()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("spans", [True, False])
def test_a_header_goes_on_over_its_line_breaks(end: str, spans: bool, tmp_path: Path) -> None:  # noqa: FBT001
    output = transform(file("2025-10-01;1;a", "x;1;b", end=end), tmp_path, two_lines(line_breaks_in_cells=spans))

    assert [(row["source_line"], row["remittance_information"]) for row in output.transactions] == [(4, "a")]
    assert [(row["source_line"], row["error_code"]) for row in output.quarantine] == [(5, RowCode.DATE_FORMAT)]
    assert output.transformation.counts.skipped == 0


def test_lines_above_such_a_header_are_counted(tmp_path: Path) -> None:
    content = file("2025-10-01;1;a", header=f"Statement\n\n{HEADER}")

    output = transform(content, tmp_path, two_lines(header_within=3))

    assert [row["source_line"] for row in output.transactions] == [6]
    assert output.transformation.counts.skipped == 1
    assert validate(content, tmp_path, layouts=[two_lines(header_within=2)]).reason_code == FileCode.HEADER_MISMATCH


def test_line_breaks_are_only_those_that_the_layout_has(tmp_path: Path) -> None:
    validation = validate(file(header='Day;"Total (all)";"Text\nof it"'), tmp_path, layouts=[two_lines()])

    assert validation.reason_code == FileCode.HEADER_MISMATCH
    assert "Sum differs only in white space" in validation.reason


def test_cells_of_rows_have_line_breaks_only_if_declared(tmp_path: Path) -> None:
    content = file('2025-10-01;1;"a\nb"')

    output = transform(content, tmp_path, two_lines(line_breaks_in_cells=True))

    assert [row["remittance_information"] for row in output.transactions] == ["a\nb"]
    assert validate(content, tmp_path, layouts=[two_lines()]).errors[0].count == 2


@pytest.mark.parametrize("spans", [True, False])
def test_another_such_header_further_down_refuses_the_file(spans: bool, tmp_path: Path) -> None:  # noqa: FBT001
    # Given a currency in the header, and below it rows of another
    file_layout = two_lines(pattern=r"Total\n(?P<currency>[A-Z]{3})", line_breaks_in_cells=spans)
    mapping = {**file_layout.mapping, "currency": Captured(capture="currency")}
    file_layout = msgspec.structs.replace(file_layout, mapping=mapping)
    euro, franc = (HEADER.replace("(all)", currency) for currency in ("EUR", "CHF"))

    again = validate(file("2025-10-01;1;a", franc, "2025-10-01;1;a", header=euro), tmp_path, layouts=[file_layout])

    assert again.reason_code == FileCode.SECTION_UNDECLARED
    assert validate(file("2025-10-01;1;a", header=euro), tmp_path, layouts=[file_layout]).totals[0].currency == "EUR"


def test_such_a_header_below_other_facts_refuses_the_file(tmp_path: Path) -> None:
    file_layout = two_lines(header_within=2)
    file_layout = msgspec.structs.replace(
        file_layout,
        captures=(Capture(name="account", pattern="Account ([A-Z0-9]+)"),),
        mapping={**file_layout.mapping, "account_id": Captured(capture="account")},
    )
    content = file("2025-10-01;1;a", "Konto B2", HEADER, "2025-10-01;1;a", header=f"Account A1\n{HEADER}")

    assert validate(content, tmp_path, layouts=[file_layout]).reason_code == FileCode.SECTION_UNDECLARED


@pytest.mark.parametrize(
    ("file_layout", "complaint"),
    [
        (two_lines(header="Total\r\n(all)"), "schema.fields[1].header: a line break within it is a line feed"),
        (two_lines(quote_char=None), "dialect.quoteChar: without one no cell of the header contains a line break"),
        (msgspec.structs.replace(two_lines(), sections=True), "sections: cannot be combined with a line break"),
    ],
)
def test_the_linter_refuses_headers_that_cannot_be(file_layout: Layout, complaint: str) -> None:
    assert any(found.startswith(complaint) for found in complaints(file_layout))
