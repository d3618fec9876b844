"""What the engine would do to a file on its own, and what the reader makes of it instead.

Each test has the file with which the engine was seen to lose rows, shift line numbers or change values.
"""

import io
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.small_pieces import in_small_pieces
from tests.unit.transactions import support
from tests.unit.transactions.support import alpine_file, alpine_row, good_rows, layout, transform, validate
from transactions.codes import FileCode
from transactions.layouts.fields import Schema
from transactions.layouts.layout import Dialect, Layout
from transactions.reading.csv_records import read_csv
from transactions.reading.intake import Intake

REFUSED = alpine_row(remittance_information='"one, two"').rpartition(",")[0]
"""A record that lacks a cell, and has as many commas as one that does not: only the engine sees it."""
MULTILINE = layout(dialect=Dialect(line_breaks_in_cells=True))


def test_an_unterminated_quote_swallows_no_rows(tmp_path: Path) -> None:
    rows = [*good_rows(1000), alpine_row(remittance_information='"open'), *good_rows(1000, start=1000)]

    counts = validate(alpine_file(*rows), tmp_path).counts

    assert (counts.read, counts.accepted, counts.rejected) == (2001, 2000, 1)


def test_two_stray_quotes_far_apart_swallow_no_rows_between_them(tmp_path: Path) -> None:
    stray = alpine_row(remittance_information='"open')
    rows = [*good_rows(500), stray, *good_rows(500, start=500), stray, *good_rows(500, start=1000)]

    counts = validate(alpine_file(*rows), tmp_path).counts

    assert (counts.accepted, counts.rejected) == (1500, 2)


def test_source_lines_count_blank_lines_and_bad_rows(tmp_path: Path) -> None:
    content = alpine_file("", *good_rows(1), "", "", "too,few", *good_rows(1, start=1), "", alpine_row(amount="x"), "")

    output = transform(content, tmp_path, layout())

    assert [row["source_line"] for row in output.transactions] == [3, 7]
    assert [row["source_line"] for row in output.quarantine] == [6, 9]
    assert output.transformation.counts.read == 4


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_reads_alike(end: str, tmp_path: Path) -> None:
    output = transform(alpine_file(*good_rows(3), end=end), tmp_path, layout())

    assert [(row["source_line"], row["transaction_id"]) for row in output.transactions] == [
        (2, "G0"),
        (3, "G1"),
        (4, "G2"),
    ]


def test_mixed_line_ends_read_alike_at_the_end_of_a_chunk(tmp_path: Path) -> None:
    rows = good_rows(20_000)
    content = support.ALPINE_HEADER + "".join(("\n", "\r\n", "\r")[number % 3] + row for number, row in enumerate(rows))

    counts = validate(content.encode(), tmp_path).counts

    assert (counts.read, counts.accepted) == (20_000, 20_000)


def test_a_last_row_without_line_end_is_read(tmp_path: Path) -> None:
    assert validate(alpine_file(*good_rows(2)).rstrip(), tmp_path).counts.accepted == 2


def test_a_cell_may_hold_line_breaks_where_the_layout_says_so(tmp_path: Path) -> None:
    text = '"one\r\n\r\ntwo, ""three""\n"'
    content = alpine_file(*good_rows(1), alpine_row(remittance_information=text), *good_rows(1, start=1))

    output = transform(content, tmp_path, MULTILINE)

    assert [row["source_line"] for row in output.transactions] == [2, 3, 7]
    assert output.transactions[1]["remittance_information"] == 'one\n\ntwo, "three"\n'


@pytest.mark.parametrize("rows_below", [0, 200])
def test_a_record_has_at_most_100_lines(rows_below: int, tmp_path: Path) -> None:
    outcomes = []
    for lines in (100, 101):
        spanning = alpine_row(remittance_information='"' + "\n" * (lines - 1) + '"')
        content = alpine_file(spanning, *good_rows(rows_below))
        outcomes.append(validate(content, tmp_path, layouts=[MULTILINE]))

    assert [outcome.reason_code for outcome in outcomes] == ["", FileCode.MALFORMED_CSV]
    assert outcomes[0].counts.accepted == 1 + rows_below


def test_a_cell_that_spans_chunks_is_one_cell(tmp_path: Path) -> None:
    rows = [
        alpine_row(transaction_id=f"M{number}", remittance_information=f'"a\n{"b" * 90}"') for number in range(9000)
    ]

    counts = validate(alpine_file(*rows), tmp_path, layouts=[MULTILINE]).counts

    assert (counts.read, counts.accepted) == (9000, 9000)


def test_a_quote_within_a_cell_opens_nothing(tmp_path: Path) -> None:
    content = alpine_file(
        alpine_row(transaction_id="A", remittance_information='a "b'),
        alpine_row(transaction_id="B", remittance_information='c" d'),
    )

    output = transform(content, tmp_path, MULTILINE)

    assert [row["remittance_information"] for row in output.transactions] == ['a "b', 'c" d']


@pytest.mark.parametrize("file_layout", [layout(), MULTILINE], ids=["a row a line", "line breaks in cells"])
def test_the_lines_of_a_multiline_cell_never_become_a_row(file_layout: Layout, tmp_path: Path) -> None:
    # Given a cell of three lines, of which the second looks like a transaction, with blanks before its quote
    inside = alpine_row(transaction_id="INSIDE", amount="1000000.00")
    first = alpine_row(transaction_id="FIRST", remittance_information='  "x').rpartition(",")[0]
    content = alpine_file(first, inside, 'y",', *good_rows(3))

    output = transform(content, tmp_path, file_layout)

    ids = {row["transaction_id"] for row in output.transactions}
    assert ids - {"FIRST"} == {"G0", "G1", "G2"}
    assert ("FIRST" in ids) == file_layout.dialect.line_breaks_in_cells


def test_cells_stay_as_they_are(tmp_path: Path) -> None:
    for number, text in enumerate(
        [
            "#x",
            "NULL",
            "\\N",
            "a\\",
            " padded ",
            "tab\there",
            "\x01\x1a",
            "日本",
            "'; DROP TABLE x",
            '5" pipe',
            'a "b" c"',
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()

        output = transform(alpine_file(alpine_row(remittance_information=text)), folder, layout())

        assert output.transactions[0]["remittance_information"] == text


def test_line_numbers_hold_with_very_many_currencies(tmp_path: Path) -> None:
    currencies = ["EUR", "USD", "CHF", "GBP", "SEK", "NOK", "DKK"]
    rows = [
        alpine_row(transaction_id=f"T{number}", currency=currencies[number % 7], amount=f"{number}.00")
        for number in range(5000)
    ]

    output = transform(alpine_file(*rows), tmp_path, layout())

    assert all(row["source_line"] == row["amount"] + 2 for row in output.transactions)


def test_amounts_are_never_rounded(tmp_path: Path) -> None:
    scale_five = layout(
        schema=Schema(
            fields=tuple(
                type(field)(name=field.name, scale=5) if field.name == "amount" else field  # type: ignore[call-arg]
                for field in layout().schema.fields
            )
        )
    )
    written = ["0.01", "1.005", "12.34500", "9999999999999.99"]
    rows = [alpine_row(transaction_id=f"T{number}", amount=amount) for number, amount in enumerate(written)]

    output = transform(alpine_file(*rows), tmp_path, scale_five)

    assert [row["amount"] for row in output.transactions] == [Decimal("0.01"), Decimal("9999999999999.99")]
    assert [(row["source_line"], row["error_code"]) for row in output.quarantine] == [
        (3, "AMOUNT_SCALE"),
        (4, "AMOUNT_SCALE"),
    ]


def test_a_file_of_wrong_rows_only_is_counted_to_the_last(tmp_path: Path) -> None:
    counts = validate(alpine_file(*["only,three,cells"] * 30_000), tmp_path).counts

    assert (counts.read, counts.rejected) == (30_000, 30_000)


def test_the_reader_counts_and_numbers_without_the_engine(tmp_path: Path) -> None:
    whole, open_quote = "a,b,c,d,e,f,g,h,i,j,k", 'a,"b,c,d,e,f,g,h,i,j,k'
    content = alpine_file("", whole, open_quote, "", "e", whole)

    (part,) = read_csv(Intake(io.BytesIO(content)), [layout()], tmp_path).parts

    rows = part.path.read_text().splitlines()
    assert [number for number, row in enumerate(rows, part.first) if row == whole] == [3, 7]
    assert (part.rows, part.placeholders, part.count) == (6, (2, 4, 5, 6), 2)
    assert [broken.line for broken in part.broken] == [4, 6]


def test_nothing_is_left_in_the_work_folder(tmp_path: Path) -> None:
    validate(alpine_file(*good_rows(1)), tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_no_line_takes_the_place_of_a_refused_record(tmp_path: Path) -> None:
    good = good_rows(2)

    output = transform(alpine_file(good[0], REFUSED, good[1], ""), tmp_path, layout())

    assert [row["source_line"] for row in output.transactions] == [2, 4]
    assert [(row["source_line"], row["error_code"]) for row in output.quarantine] == [(3, "FIELD_COUNT")]


def test_small_parts_give_the_lines_and_totals_of_the_whole_file(tmp_path: Path) -> None:
    # Given a file of good, broken and blank lines, and of one record that refuses to be split
    rows = [*good_rows(50), "a,b", "", REFUSED, *good_rows(10, start=50)]
    content = alpine_file(*rows)
    whole = transform(content, tmp_path, layout())

    # When each part holds some five rows, and each chunk ends within a row
    with in_small_pieces(chunk=333, part=1):
        parts, warnings = transform(content, tmp_path, layout()), validate(content, tmp_path).warnings

    # Then they come to the same
    assert parts == whole
    assert warnings == ()
