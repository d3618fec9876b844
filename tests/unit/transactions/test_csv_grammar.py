"""One grammar of CSV: what the reader splits, Python's csv splits alike, and the engine reads as the same cells."""

import csv
import io
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import csv_layout, transform
from transactions.errors import FileRejectedError
from transactions.layouts.fields import NumberField, StringField
from transactions.layouts.layout import Dialect, Layout
from transactions.layouts.mapping import Amount, Text
from transactions.reading.csv_cells import Cells
from transactions.reading.csv_rows import CsvRows
from transactions.reading.headers import find_layout
from transactions.reading.intake import LastByte
from transactions.reading.parts import in_parts
from transactions.reading.structures import NO_STRUCTURE, Structures

LAWS = settings(
    max_examples=400,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
FILES = settings(LAWS, max_examples=60)

START = "2025-10-01;1;"
TEXTS = ("A", "B")
scraps = st.lists(st.sampled_from(['"', '""', ";", " ", "  ", "a", "bc", '";"', '"x"', ' "', '" ', "\t", "\x01", "ü"]))
lines = scraps.map("".join)
whole = st.lists(
    st.builds(
        lambda before, text, after: f'{before}"{text.replace(chr(34), chr(34) * 2)}"{after}',
        st.sampled_from(["", " ", "  ", "\t"]),
        st.text('a";\n ', max_size=6),
        st.sampled_from(["", " "]),
    )
    | st.text('a" ', max_size=5).filter(lambda text: not text.strip().startswith('"')),
    min_size=2,
    max_size=2,
).map(";".join)


def texts_of(dialect: Dialect) -> Layout:
    """Return a layout with a day, a sum and two texts, both of which are published."""
    file_layout = csv_layout(
        [NumberField(name="Sum"), *(StringField(name=name) for name in TEXTS)],
        amount=Amount(field="Sum"),
        counterparty_name=Text(field="A"),
        remittance_information=Text(field="B"),
    )
    return msgspec.structs.replace(file_layout, dialect=dialect)


ROW_A_LINE = texts_of(Dialect(delimiter=";"))
OVER_LINES = texts_of(Dialect(delimiter=";", line_breaks_in_cells=True))


def by_csv(text: str) -> list[list[str]]:
    """Split by Python's csv, which takes blanks off before a quote, and before any other cell too."""
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True, skipinitialspace=True))


def published(content: str, file_layout: Layout) -> dict[int, tuple[str, ...]]:
    """Transform a file; return the two texts of each accepted row, by its line."""
    with TemporaryDirectory() as folder:
        output = transform(f"Day;Sum;A;B\n{content}".encode(), Path(folder), file_layout)
    return {
        row["source_line"]: (row["counterparty_name"] or "", row["remittance_information"] or "")
        for row in output.transactions
    }


@LAWS
@given(line=lines)
@example('"abc" "def"')
@example('  "x')
@example('"a;"')
@example('"a;""""')
def test_a_record_is_split_as_pythons_csv_splits_it(line: str) -> None:
    # Python's csv knows no blanks behind a closing quote, and skips no tabs before an opening one.
    assume(not re.search(r'"\s+(;|$)|\t\s*"', line) and line.strip())
    try:
        (expected,) = by_csv(line)
    except csv.Error:
        expected = None

    found = Cells(Dialect(delimiter=";")).split(line)

    # It takes the blanks off before a cell that is not quoted, which are text here.
    assert _without_blanks(found) == _without_blanks(expected)


def _without_blanks(cells: list[str] | None) -> list[str] | None:
    return None if cells is None else [cell.strip(" ") for cell in cells]


@LAWS
@given(line=lines)
def test_a_record_written_anew_has_the_same_cells_for_any_reader(line: str) -> None:
    cells = Cells(Dialect(delimiter=";")).split(line)
    assume(cells and cells != [""])

    written = Cells(Dialect(delimiter=";")).write(cells or [])

    assert list(csv.reader([written], delimiter=";", strict=True)) == [cells]
    assert Cells(Dialect(delimiter=";")).split(written) == cells


@LAWS
@given(several=st.lists(lines, min_size=1, max_size=100), few_quotes=st.booleans())
@example(several=['a";"b'], few_quotes=False)
@example(several=['"a', 'b"'], few_quotes=True)
def test_a_line_has_a_structure_if_quotes_enclose_whole_cells(*, several: list[str], few_quotes: bool) -> None:
    cell = '(?:"(?:[^"]|"")*"|[^";]*)'
    if few_quotes:
        several = [*several, "x" * 100_000]

    found = Structures(Dialect(delimiter=";")).from_lines("\n{}\n".format("\n".join(several)).encode())

    for line, structure in zip(several, found, strict=True):
        is_whole = bool(re.fullmatch(f"{cell}(?:;{cell})*", line) and line.strip('";\t '))
        # A delimiter between quotes need not be one between cells: such a line may be split by itself.
        assert (structure != NO_STRUCTURE) == is_whole or (is_whole and '";"' in line)


def test_a_line_of_quoted_cells_has_a_structure() -> None:
    assert Structures(Dialect(delimiter=";")).from_lines(b'\n"a";"b";"";"c"\n') == [b'"";"";"";""']


@FILES
@given(endings=st.lists(lines, min_size=1, max_size=30))
def test_the_engine_reads_the_cells_that_the_reader_has_split(endings: list[str]) -> None:
    content = "".join(f"{START}{ending}\n" for ending in endings)

    found = published(content, ROW_A_LINE)

    rows = [Cells(ROW_A_LINE.dialect).split(f"{START}{ending}") for ending in endings]
    expected = {line: tuple(row[2:]) for line, row in enumerate(rows, 2) if row and len(row) == 4}
    # What is open on one line and closed on another has two readings: those lines are rejected.
    assert found.items() <= expected.items()
    assert all(_is_between_open_lines(line - 2, endings) for line in expected.keys() - found.keys())


def _is_between_open_lines(place: int, endings: list[str]) -> bool:
    cells = Cells(ROW_A_LINE.dialect)
    return any(cells.is_open(f"{START}{ending}") for ending in endings[:place])


@FILES
@given(endings=st.lists(whole, min_size=1, max_size=20))
def test_cells_over_several_lines_are_those_of_pythons_csv(endings: list[str]) -> None:
    content = "".join(f"{START}{ending}\n" for ending in endings)
    assume(not re.search(r'\t *"|" +(?=;|\n)', content))

    found = published(content, OVER_LINES)

    rows = [row for row in by_csv(content) if row]
    assert [tuple(map(str.lstrip, texts)) for texts in found.values()] == [
        tuple(map(str.lstrip, row[2:])) for row in rows
    ]
    starts = [2 + sum(ending.count("\n") + 1 for ending in endings[:place]) for place in range(len(endings))]
    assert list(found) == starts


@FILES
@given(endings=st.lists(lines | whole, min_size=1, max_size=12), size=st.integers(1, 3))
@pytest.mark.parametrize("file_layout", [ROW_A_LINE, OVER_LINES], ids=["a row a line", "over lines"])
def test_where_a_block_ends_changes_nothing(file_layout: Layout, endings: list[str], size: int) -> None:
    file = "Day;Sum;A;B\n" + "".join(f"{START}{ending}\n" for ending in endings)
    found = find_layout(file.encode(), [file_layout])
    every_line = file.encode().rstrip(b"\n").split(b"\n")

    def rows(lines_a_block: int) -> object:
        starts = range(0, len(every_line), lines_a_block)
        blocks = (b"\n".join(every_line[start : start + lines_a_block]) for start in starts)
        with TemporaryDirectory() as folder:
            try:
                (part,) = in_parts(blocks, CsvRows(found, LastByte(iter([]))), found.layout, Path(folder))
            except FileRejectedError as error:
                return str(error)
            return part.path.read_bytes(), part.placeholders, part.broken, part.skipped

    assert rows(size) == rows(len(every_line))
