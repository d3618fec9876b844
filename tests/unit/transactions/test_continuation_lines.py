"""Lines that continue the row above them."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import Output, csv_layout, transform, validate
from transactions.codes import FileCode, RowCode
from transactions.layouts.derived import Derived
from transactions.layouts.fields import Field, NumberField, StringField
from transactions.layouts.layout import Capture, ContinuationLines, Dialect, Layout
from transactions.layouts.linting import complaints
from transactions.layouts.mapping import Amount, Captured, Text
from transactions.reading.csv_rows import CsvRows
from transactions.reading.headers import find_layout
from transactions.reading.intake import LastByte
from transactions.reading.parts import in_parts
from transactions.results import SkippedLine

LAWS = settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
HEADER = "Day;Text;Sum;Note"
ROW = "2025-10-01;a;1;"


def wrapped(separator: str = " ", *, join: tuple[str, ...] = ("Text",), **dialect: Any) -> Layout:
    """Return a layout with the columns Day, Text, Sum and Note, in which the text may be continued."""
    fields: list[Field] = [StringField(name="Text"), NumberField(name="Sum"), StringField(name="Note")]
    file_layout = csv_layout(
        fields,
        amount=Amount(field="Sum"),
        remittance_information=Text(field="Text"),
        counterparty_name=Text(field="Note"),
    )
    declared = ContinuationLines(join=join, separator=separator)
    dialect = {"delimiter": ";", **dialect}
    return msgspec.structs.replace(file_layout, dialect=Dialect(**dialect), continuation_lines=declared)


def file(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines, ""]).encode()


def texts(output: Output) -> list[tuple[int, str]]:
    return [(row["source_line"], row["remittance_information"] or "") for row in output.transactions]


def rejected(output: Output) -> set[tuple[int, str]]:
    return {(row["source_line"], row["error_code"]) for row in output.quarantine}


def test_a_text_goes_on_in_the_lines_below_its_row(tmp_path: Path) -> None:
    content = file(ROW, ";b;;", ';"c;""d""";;', "2025-10-02;e;2;n", "2025-10-03;;3;", ";f;;")

    output = transform(content, tmp_path, wrapped())

    assert texts(output) == [(2, 'a b c;"d"'), (5, "e"), (6, "f")]
    assert output.transformation.counts.joined == 3
    assert output.transformation.counts.read == 3


def test_joined_lines_are_counted_and_shown(tmp_path: Path) -> None:
    validation = validate(file(ROW, ";b;;", *[";77;;"] * 9), tmp_path, layouts=[wrapped()])

    assert validation.counts.joined == 10
    assert validation.joined_lines[:2] == (
        SkippedLine(line=3, masked_value=";x;;"),
        SkippedLine(line=4, masked_value=";99;;"),
    )
    assert len(validation.joined_lines) == 5


def test_each_field_is_joined_with_the_separator(tmp_path: Path) -> None:
    output = transform(file("2025-10-01;a;1;n", ";b;;", ";;;m", ";c;;o"), tmp_path, wrapped("/", join=("Text", "Note")))

    assert texts(output) == [(2, "a/b/c")]
    assert output.transactions[0]["counterparty_name"] == "n/m/o"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (";b;2;", RowCode.FIELD_MISSING),
        ("2025-10-02;b;;", RowCode.FIELD_MISSING),
        (";b;;n", RowCode.FIELD_MISSING),
        ("x;b;;", RowCode.DATE_FORMAT),
        (" ;b;;", RowCode.DATE_FORMAT),
        (";b", RowCode.FIELD_COUNT),
        (";b;;;", RowCode.FIELD_COUNT),
        (';"b;;', RowCode.QUOTE_MALFORMED),
    ],
)
def test_a_line_with_any_other_value_is_a_row(line: str, code: RowCode, tmp_path: Path) -> None:
    output = transform(file(ROW, line), tmp_path, wrapped())

    assert texts(output) == [(2, "a")]
    assert (3, code) in rejected(output)
    assert output.transformation.counts.joined == 0


@pytest.mark.parametrize("above", [[], ["Total"], [ROW, ""], [ROW, ";;;"], [ROW, "Total"], [ROW, "2025-10-01;a"]])
def test_a_line_that_continues_no_row_is_rejected(above: list[str], tmp_path: Path) -> None:
    content = file(*above, ";b;;", ";c;;", ROW)

    output = transform(content, tmp_path, wrapped(skip_lines=("^Total",)))

    first = len(above) + 2
    assert {line for line, _ in rejected(output)} >= {first, first + 1}
    assert output.transformation.counts.joined == 0
    assert {text for _, text in texts(output)} == {"a"}


def test_what_continues_a_rejected_or_dropped_row_goes_with_it(tmp_path: Path) -> None:
    output = transform(file("2025-10-01;a;x;", ";b;;", ROW), tmp_path, wrapped())

    assert rejected(output) == {(2, RowCode.AMOUNT_FORMAT)}
    assert texts(output) == [(4, "a")]


def test_a_forbidden_character_rejects_the_whole_row(tmp_path: Path) -> None:
    output = transform(file(ROW, ";b\x85;;", ROW), tmp_path, wrapped(trim=True))

    assert rejected(output) == {(2, RowCode.CHARACTER_FORBIDDEN)}


def test_no_value_is_joined_where_there_is_none(tmp_path: Path) -> None:
    file_layout = wrapped()
    schema = msgspec.structs.replace(file_layout.schema, missing_values=("", "-"))
    file_layout = msgspec.structs.replace(file_layout, schema=schema)

    output = transform(file("2025-10-01;-;1;", "-;b;-;-", ROW, "-;-;-;-"), tmp_path, file_layout)

    assert texts(output) == [(2, "b"), (4, "a")]
    assert {line for line, _ in rejected(output)} == {5}


def test_escaped_quotes_are_joined_as_they_are_meant(tmp_path: Path) -> None:
    output = transform(file(r'2025-10-01;"\"a\"";1;', r';"b\\";;'), tmp_path, wrapped(escape_char="\\"))

    assert texts(output) == [(2, '"a" b\\')]


def test_without_the_declaration_no_line_is_joined(tmp_path: Path) -> None:
    file_layout = msgspec.structs.replace(wrapped(), continuation_lines=None)

    output = transform(file(ROW, ";b;;"), tmp_path, file_layout)

    assert texts(output) == [(2, "a")]
    assert rejected(output) == {(3, RowCode.FIELD_MISSING)}


def test_two_readings_of_a_quote_reject_joined_lines_too(tmp_path: Path) -> None:
    content = file(ROW, '2025-10-01;"open;2;', ROW, ";b;;", 'x";3;')

    output = transform(content, tmp_path, wrapped())

    assert texts(output) == [(2, "a")]
    assert rejected(output) == {(line, RowCode.QUOTE_MALFORMED) for line in range(3, 7)}
    assert output.transformation.counts.joined == 0


def test_a_line_with_another_captured_fact_continues_no_row(tmp_path: Path) -> None:
    file_layout = wrapped(header_within=2)
    file_layout = msgspec.structs.replace(
        file_layout,
        captures=(Capture(name="account", pattern="Account ([A-Z0-9]+)"),),
        mapping={**file_layout.mapping, "account_id": Captured(capture="account")},
    )
    content = "\n".join(["Account A1", HEADER, ROW, ";Account A2;;", ROW, ""]).encode()

    assert validate(content, tmp_path, layouts=[file_layout]).reason_code == FileCode.SECTION_UNDECLARED


def test_a_row_continued_beyond_measure_refuses_the_file(tmp_path: Path) -> None:
    content = file(ROW, *[f";{'b' * 10_000};;"] * 101)

    validation = validate(content, tmp_path, layouts=[wrapped()])

    assert validation.reason_code == FileCode.MALFORMED_CSV
    assert "continued on line 102" in validation.reason


words = st.text('ab";ü', min_size=1, max_size=4)


@LAWS
@given(
    rows=st.lists(st.tuples(words, st.lists(words, max_size=3)), min_size=1, max_size=8),
    separator=st.sampled_from([" ", "", ";", '"']),
)
def test_a_wrapped_text_is_the_same_as_one_on_one_line(
    rows: list[tuple[str, list[str]]], separator: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    wrapped_lines, whole, starts = list[str](), list[str](), list[int]()
    for first, more in rows:
        starts.append(len(wrapped_lines) + 2)
        wrapped_lines += [f"2025-10-01;{quoted(first)};1;", *(f";{quoted(text)};;" for text in more)]
        whole.append(f"2025-10-01;{quoted(separator.join([first, *more]))};1;")

    found = transform(file(*wrapped_lines), tmp_path_factory.mktemp("wrapped"), wrapped(separator))
    expected = transform(file(*whole), tmp_path_factory.mktemp("whole"), wrapped(separator))

    assert [(row["transaction_id"], row["remittance_information"]) for row in found.transactions] == [
        (row["transaction_id"], row["remittance_information"]) for row in expected.transactions
    ]
    assert [line for line, _ in texts(found)] == starts
    assert found.transformation.counts.joined == len(wrapped_lines) - len(rows)


@LAWS
@given(
    lines=st.lists(st.sampled_from([ROW, ";b;;", "", ';"c', "Total", ";d;1;"]), min_size=1, max_size=12),
    cuts=st.lists(st.integers(1, 12), max_size=4),
)
def test_where_a_block_ends_changes_no_joined_line(
    lines: list[str], cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = find_layout(file(*lines), [wrapped(skip_lines=("^Total",))])
    every_line = [HEADER, *lines]

    def rows(borders: list[int]) -> object:
        blocks = ("\n".join(every_line[start:end]).encode() for start, end in pairwise(borders))
        folder = tmp_path_factory.mktemp("parts")
        (part,) = in_parts(blocks, CsvRows(found, LastByte(iter([]))), found.layout, folder)
        return part.path.read_bytes(), part.placeholders, part.broken, part.skipped, part.joined, part.count

    end = len(every_line)
    assert rows(sorted({0, end, *(min(cut, end) for cut in cuts)})) == rows([0, end])


@pytest.mark.parametrize(
    ("file_layout", "complaint"),
    [
        (wrapped(line_breaks_in_cells=True), "continuationLines: cannot be combined with lineBreaksInCells"),
        (wrapped("\n"), "continuationLines.separator: must not end a line"),
        (wrapped(";", quote_char=None), "continuationLines.separator: must not end a line, or a cell without quotes"),
        (wrapped(join=("Memo",)), "continuationLines.join: Memo is no field"),
        (wrapped(join=("Sum",)), "continuationLines.join: Sum is no string"),
    ],
)
def test_the_linter_refuses_what_cannot_be_joined(file_layout: Layout, complaint: str) -> None:
    assert any(found.startswith(complaint) for found in complaints(file_layout))


def test_a_field_of_the_account_cannot_be_continued() -> None:
    file_layout = wrapped()
    mapping = {**file_layout.mapping, "account_id": Text(field="Text")}

    found = complaints(msgspec.structs.replace(file_layout, mapping=mapping))

    assert any(
        complaint.startswith("continuationLines.join: Text is read by mapping.account_id") for complaint in found
    )


def test_a_field_of_a_derived_amount_cannot_be_continued() -> None:
    file_layout = wrapped()
    derived = (Derived(of=("Text",), pattern=r"([0-9.]+) EUR", field=NumberField(name="Paid")),)
    mapping = {**file_layout.mapping, "amount": Amount(field="Paid")}

    found = complaints(msgspec.structs.replace(file_layout, derived=derived, mapping=mapping))

    expected = "continuationLines.join: Text is read by mapping.amount"
    assert any(complaint.startswith(expected) for complaint in found)


def test_a_row_that_may_end_a_cell_above_is_not_continued(tmp_path: Path) -> None:
    # Given two lines that are two rows, or one whose note spans them, and a line that continues the second
    content = file('2025-10-01;a;1;"n', '2025-10-02;b;2;n"', ";c;;", "2025-10-03;d;3;", ";e;;")

    output = transform(content, tmp_path, wrapped())

    assert texts(output) == [(5, "d e")]
    assert {(2, RowCode.QUOTE_MALFORMED), (3, RowCode.QUOTE_MALFORMED)} < rejected(output)
    assert {line for line, _ in rejected(output)} == {2, 3, 4}


@pytest.mark.parametrize("closing", ["2025-10-02;b;2;n", '2025-10-02;b;2;"n"', '2025-10-02;b";2;n'])
def test_a_row_below_an_open_cell_is_continued_otherwise(closing: str, tmp_path: Path) -> None:
    # Given lines that cannot be one row: the cell stays open, or its closing quote does not end a row
    content = file('2025-10-01;a;1;"n', closing, ";c;;")

    output = transform(content, tmp_path, wrapped())

    assert [line for line, _ in texts(output)] == [3]
    assert texts(output)[0][1].endswith(" c")
    assert rejected(output) == {(2, RowCode.QUOTE_MALFORMED)}
