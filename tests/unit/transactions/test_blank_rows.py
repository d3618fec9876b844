"""A row in which every cell is empty is blank: no record, wherever it stands and however many cells it has."""

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import Output, csv_layout, transform, validate
from transactions.codes import RowCode
from transactions.layouts.fields import NumberField, StringField
from transactions.layouts.layout import Dialect, Layout
from transactions.layouts.mapping import Amount

EMPTY = ["", " ", "\t ", '""', '" "']
WHITE = ["\u00a0", '"\u2003"', " \u3000 ", "\u2028"]
ROWS = ["2025-10-01;1;a", "2025-10-02;2;b", "2025-10-03;x;c"]


def _layout(*, trim: bool = False, header: bool = True) -> Layout:
    made = csv_layout([NumberField(name="Sum"), StringField(name="Text")], amount=Amount(field="Sum"))
    return msgspec.structs.replace(made, dialect=Dialect(delimiter=";", trim=trim, header=header))


def _read(rows: list[str], layout: Layout) -> Output:
    header = ["Day;Sum;Text"] if layout.dialect.header else []
    content = "\n".join([*header, *rows, ""]).encode()
    with TemporaryDirectory() as folder:
        counts = validate(content, Path(folder), layouts=[layout]).counts
        output = transform(content, Path(folder), layout)
    assert output.transformation.counts == counts
    return output


def _by_line(output: Output) -> dict[int, str]:
    rows = {row["source_line"]: str(row["amount"]) for row in output.transactions}
    return rows | {row["source_line"]: row["error_code"] for row in output.quarantine}


@settings(max_examples=60, deadline=None)
@given(
    blank=st.lists(st.tuples(st.integers(0, 3), st.lists(st.sampled_from(EMPTY), min_size=1, max_size=5)), max_size=4),
    trimmed=st.booleans(),
    header=st.booleans(),
    white=st.lists(st.sampled_from(WHITE), max_size=3),
)
def test_blank_rows_change_nothing_but_the_lines(
    *, blank: list[tuple[int, list[str]]], trimmed: bool, header: bool, white: list[str]
) -> None:
    # Given rows, and blank ones among them, which have any white space where that is trimmed
    layout, rows = _layout(trim=trimmed, header=header), list(ROWS)
    for place, cells in sorted(blank, reverse=True):
        rows.insert(place, ";".join([*cells, *(white if trimmed else [])]))
    # When the file is read with them and without
    found, plain = _read(rows, layout), _read(ROWS, layout)
    # Then there are the same records, each at its own line
    assert found.transformation.counts == plain.transformation.counts
    first = 2 if header else 1
    assert _by_line(found) == {
        rows.index(row) + first: outcome for row, outcome in zip(ROWS, _by_line(plain).values(), strict=True)
    }


def test_a_file_without_header_may_begin_with_blank_rows() -> None:
    rows = [";;"] * 10 + ['"";"";"";""'] * 5 + ROWS

    assert list(_by_line(_read(rows, _layout(header=False)))) == [16, 17, 18]


def test_a_row_of_other_white_space_has_values_unless_trimmed() -> None:
    rows = [*ROWS, "\u00a0;\u00a0;\u00a0"]

    assert 5 in _by_line(_read(rows, _layout()))
    assert 5 not in _by_line(_read(rows, _layout(trim=True)))


def test_a_row_of_a_forbidden_character_is_not_blank() -> None:
    rows = [*ROWS, "\x85;;"]

    for trim in (False, True):
        assert _by_line(_read(rows, _layout(trim=trim)))[5] == RowCode.CHARACTER_FORBIDDEN
