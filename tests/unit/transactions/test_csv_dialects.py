"""How the lines and cells of a CSV file may be written: what is declared is read, anything else is refused."""

import gzip
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.transactions.support import Output, csv_layout, transform, validate
from transactions.codes import FileCode, RowCode, WarningCode
from transactions.layouts.fields import Constraints, DateField, Field, NumberField, Schema, StringField
from transactions.layouts.layout import Capture, Dialect, Layout, Predicate
from transactions.layouts.linting import complaints
from transactions.layouts.mapping import (
    Amount,
    Captured,
    Date,
    DebitCredit,
    FirstDate,
    Function,
    Lookup,
    RowHash,
    Text,
)

SUM = NumberField(name="Sum")
TEXT = StringField(name="Text")


def dialect(*fields: Field, **changes: Any) -> Layout:
    """Return a layout with the columns Day, Sum, Text and ``fields``, and ``changes`` to its dialect."""
    file_layout = csv_layout([SUM, TEXT, *fields], amount=Amount(field="Sum"))
    return msgspec.structs.replace(file_layout, dialect=Dialect(delimiter=";", **changes))


def lines(output: Output) -> tuple[list[int], list[tuple[int, str]]]:
    """Return the lines of the accepted rows, and line and code of the rejected ones."""
    return (
        [row["source_line"] for row in output.transactions],
        [(row["source_line"], row["error_code"]) for row in output.quarantine],
    )


def file(*rows: str, header: str = "Day;Sum;Text") -> bytes:
    return "\n".join([header, *rows, ""]).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "cp1250", "cp1252", "gb18030", "utf-16"])
def test_any_declared_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    file_layout = msgspec.structs.replace(dialect(), encoding=encoding)
    text = "Zürich ß"

    output = transform(file(f"2025-10-01;1;{text}").decode().encode(encoding), tmp_path, remitting(file_layout))

    assert [row["remittance_information"] for row in output.transactions] == [text]


def remitting(file_layout: Layout) -> Layout:
    """Return ``file_layout`` with Text as the remittance information."""
    mapping = {**file_layout.mapping, "remittance_information": Text(field="Text")}
    return msgspec.structs.replace(file_layout, mapping=mapping)


def test_gzip_is_unpacked_and_hash_and_size_are_of_the_gzip_file(tmp_path: Path) -> None:
    rows = [f"2025-10-01;{number};x" for number in range(1000)]
    plain, packed = file(*rows), gzip.compress(file(*rows[:500])) + gzip.compress(("\n".join(rows[500:])).encode())

    unpacked = validate(packed, tmp_path, layouts=[dialect()])

    assert unpacked.totals == validate(plain, tmp_path, layouts=[dialect()]).totals
    assert unpacked.size == len(packed)


@pytest.mark.parametrize("damage", [lambda packed: packed[:-9], lambda packed: packed[:20] + b"x" + packed[21:]])
def test_damaged_gzip_is_not_decodable(damage: Any, tmp_path: Path) -> None:
    packed = gzip.compress(file(*[f"2025-10-01;{number};x" for number in range(1000)]))

    validation = validate(damage(packed), tmp_path, layouts=[dialect()])

    assert validation.reason_code == FileCode.NOT_DECODABLE
    assert validation.size == len(damage(packed))


def test_blank_and_repeated_header_cells_are_read_by_position(tmp_path: Path) -> None:
    again, blank = StringField(name="Text 2", header="Text"), StringField(name="End", header="")
    content = file("2025-10-01;1;a;b;", header="Day;Sum;Text;Text;")

    output = transform(content, tmp_path, remitting(dialect(again, blank)))

    assert [row["remittance_information"] for row in output.transactions] == ["a"]


def test_columns_are_read_by_name_where_the_order_is_free(tmp_path: Path) -> None:
    content = file("x;2025-10-01;-7", header="Text;Day;Sum")

    assert validate(content, tmp_path, layouts=[dialect()]).reason_code == FileCode.HEADER_MISMATCH
    output = transform(content, tmp_path, remitting(dialect(any_order=True)))

    assert [(str(row["amount"]), row["remittance_information"]) for row in output.transactions] == [("-7.00000", "x")]


@pytest.mark.parametrize("header", ["Day;Sum;Text;Sum 2", "Sum 2;Day;Text;Sum"])
def test_a_column_that_may_be_either_of_two_fields_is_neither(header: str, tmp_path: Path) -> None:
    file_layout = dialect(StringField(name="Note", header_pattern="Sum.*"), any_order=True)

    validation = validate(file(header=header), tmp_path, layouts=[file_layout])

    assert validation.reason_code == FileCode.HEADER_MISMATCH
    assert "one column may be Sum or Note" in validation.reason


def test_columns_of_the_same_header_are_read_by_their_order(tmp_path: Path) -> None:
    file_layout = dialect(StringField(name="Note", header="Text"))

    validation = validate(file(header="Text;Sum;Day;Text"), tmp_path, layouts=[file_layout])

    assert "columns in another order, or repeated" in validation.reason


def test_an_optional_column_may_be_missing_where_order_is_free(tmp_path: Path) -> None:
    file_layout = dialect(StringField(name="Note", optional=True), any_order=True)

    assert lines(transform(file("1;2025-10-01;x", "1;2025-10-01", header="Sum;Day;Text"), tmp_path, file_layout)) == (
        [2],
        [(3, RowCode.FIELD_COUNT)],
    )


@pytest.mark.parametrize(
    ("header", "accepted"),
    [("Day;Sum;Text;Note;More", [5]), ("Day;Sum;Text;Note", [4, 5]), ("Day;Sum;Text", [2, 3, 4, 5])],
)
def test_a_row_may_end_only_before_columns_that_the_header_lacks(
    header: str, accepted: list[int], tmp_path: Path
) -> None:
    file_layout = dialect(StringField(name="Note", optional=True), StringField(name="More", optional=True))
    rows = ["2025-10-01;1;a", '2025-10-01;1;"a;b"', "2025-10-01;1;a;b", "2025-10-01;1;a;b;c", "2025-10-01;1;a;b;c;d"]

    assert lines(transform(file(*rows, "2025-10-01;1", header=header), tmp_path, file_layout)) == (
        accepted,
        [(line, RowCode.FIELD_COUNT) for line in range(2, 8) if line not in accepted],
    )


def ending_early(**changes: Any) -> Layout:
    """Return a layout whose rows may end before the last two columns of the header, with the texts of both mapped."""
    ends = StringField(name="Note", optional="inRows"), StringField(name="More", optional="inRows")
    file_layout = dialect(*ends, **changes)
    mapping = {
        **file_layout.mapping,
        "remittance_information": Text(field="Note"),
        "counterparty_name": Text(field="More"),
    }
    return msgspec.structs.replace(file_layout, mapping=mapping)


def test_a_row_may_end_before_columns_optional_in_rows(tmp_path: Path) -> None:
    rows = ["2025-10-01;1;a;b;c", "2025-10-01;1;a;b", "2025-10-01;1;a", '2025-10-01;1;"a;b"', "2025-10-01;1;a;b;c;d"]

    output = transform(file(*rows, "2025-10-01;1", header="Day;Sum;Text;Note;More"), tmp_path, ending_early())

    assert lines(output) == ([2, 3, 4, 5], [(6, RowCode.FIELD_COUNT), (7, RowCode.FIELD_COUNT)])
    texts = [(row["remittance_information"], row["counterparty_name"]) for row in output.transactions]
    assert texts == [("b", "c"), ("b", None), (None, None), (None, None)]
    assert {row["rule"] for row in output.quarantine} == {
        "expected 3 to 5 cells, found 6",
        "expected 3 to 5 cells, found 2",
    }


@pytest.mark.parametrize("header", ["Day;Sum;Text;Note", "Day;Sum;Text", "Day;Sum;Text;More;Note"])
def test_a_header_has_the_columns_optional_in_rows(header: str, tmp_path: Path) -> None:
    assert validate(file("2025-10-01;1;a", header=header), tmp_path, layouts=[ending_early()]).reason_code == (
        FileCode.HEADER_MISMATCH
    )


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"header": False}, "without a header"),
        ({"any_order": True}, "anyOrder"),
        ({"final_line_end": False}, "finalLineEnd"),
    ],
)
def test_where_the_end_of_a_row_would_be_open_none_is_early(changes: dict[str, bool], rule: str) -> None:
    (complaint,) = complaints(ending_early(**changes))

    assert complaint.startswith("schema.fields[3].optional: ")
    assert rule in complaint


@pytest.mark.parametrize(
    ("function", "read", "named"),
    [
        ("amount", Amount(field="Sum", fee="Fee"), "Fee"),
        ("amount", DebitCredit(debit="Sum", credit="Fee"), "Fee"),
        ("currency", Lookup(field="Unit", values={"": "EUR", "$": "USD"}), "Unit"),
        ("booking_date", FirstDate(of=("Day", "Due")), "Due"),
        ("transaction_id", RowHash(field="Id"), "Id"),
        ("transaction_id", RowHash(unless="Id"), None),
        ("value_date", Date(field="Due"), None),
    ],
)
def test_no_row_ends_before_what_decides_about_it(function: str, read: Function, named: str | None) -> None:
    ends: list[Field] = [
        DateField(name="Due", format="%Y-%m-%d", optional="inRows"),
        NumberField(name="Fee", optional="inRows"),
        StringField(name="Unit", optional="inRows"),
        StringField(name="Id", optional="inRows"),
    ]
    file_layout = dialect(*ends)
    file_layout = msgspec.structs.replace(file_layout, mapping={**file_layout.mapping, function: read})

    found = [complaint.partition(": ")[2] for complaint in complaints(file_layout)]

    assert found == ([f"mapping.{function} needs {named} in every row"] if named else [])


def test_a_row_is_not_dropped_by_where_it_ends() -> None:
    dropping = msgspec.structs.replace(ending_early(), drop=(Predicate(field="More", values=("",)),))

    assert complaints(dropping) == ["schema.fields[4].optional: drop[0] needs More in every row"]


def test_a_header_ends_early_or_rows_do() -> None:
    some = dialect(StringField(name="Note", optional="inRows"), StringField(name="More", optional=True))
    first = dialect(StringField(name="Note", optional="inRows"), StringField(name="More"))

    assert complaints(some) == [
        "schema.fields[3].optional: the last columns are inRows or true, not some this and some that"
    ]
    assert complaints(first) == ["schema.fields[3].optional: only the last columns can be"]


def test_comments_and_totals_are_no_records_but_count_as_lines(tmp_path: Path) -> None:
    file_layout = dialect(comment_char="#", skip_lines=("^Total;",))
    rows = ["# made by a bank", "2025-10-01;1;a", "   ", "Total;1;", "2025-10-01;2;a # no comment", ""]

    output = transform(file(*rows), tmp_path, file_layout)

    assert lines(output) == ([3, 6], [])
    assert (output.transformation.counts.read, output.transformation.counts.skipped) == (2, 2)


def test_a_footer_may_be_as_wide_as_the_rows(tmp_path: Path) -> None:
    file_layout = dialect(footer="^Closing balance")

    output = transform(file("2025-10-01;1;a", "Closing balance;5;", ";6;Thank you", ";;"), tmp_path, file_layout)

    assert lines(output) == ([2], [])
    assert (output.transformation.counts.read, output.transformation.counts.skipped) == (1, 2)


@pytest.mark.parametrize(
    "changes", [{"footer": "^2025-10-02"}, {"skip_lines": ("^2025-10-0[23]",)}, {"comment_char": "2"}]
)
def test_a_possible_transaction_is_never_skipped_silently(changes: dict[str, Any], tmp_path: Path) -> None:
    rows = ["2025-10-02;2;a", "2025-10-03;3;b", ";4;c", "2025-10-05;;d"]

    counts = validate(file(*rows), tmp_path, layouts=[dialect(**changes)]).counts

    assert counts.rejected >= 1
    assert counts.read + counts.skipped == len(rows)
    assert counts.accepted == 0


def test_the_first_skipped_lines_are_described_by_their_shape(tmp_path: Path) -> None:
    # Given two lines above the header, one of them blank, and comments
    file_layout = dialect(comment_char="#", header_within=9)
    content = b"Statement of Mara\n\n" + file(*["#Mara 17"] * 9, "2025-10-01;1;a")

    validation = validate(content, tmp_path, layouts=[file_layout])

    assert validation.counts.skipped == 10
    assert [(found.line, found.masked_value) for found in validation.skipped_lines] == [
        (1, "xxxxxxxxx xx xxxx"),
        *[(line, "#xxxx 99") for line in range(4, 8)],
    ]


def test_a_possible_transaction_above_the_header_is_rejected(tmp_path: Path) -> None:
    content = b"2025-10-01;7;lost\n" + file("2025-10-02;1;a")

    output = transform(content, tmp_path, dialect(header_within=5))

    assert lines(output) == ([3], [(1, RowCode.LINE_SKIPPED)])


@pytest.mark.parametrize("blank", [";;", ' ; "" ;\t', '"";"";""', ";;;;;", "", "  "])
def test_a_row_without_any_value_is_blank(blank: str, tmp_path: Path) -> None:
    counts = validate(file("2025-10-01;1;a", blank, "2025-10-01;2;b"), tmp_path, layouts=[dialect()]).counts

    assert (counts.read, counts.accepted, counts.skipped) == (2, 2, 0)


@pytest.mark.parametrize("spans_lines", [True, False])
def test_a_missing_final_line_end_gets_a_warning(*, spans_lines: bool, tmp_path: Path) -> None:
    # Given a last row that may have been cut off
    content = file("2025-10-01;1;a", "2025-10-01;2;bc").removesuffix(b"c\n")

    def warnings(**changes: Any) -> list[tuple[str, int]]:
        file_layout = dialect(line_breaks_in_cells=spans_lines, **changes)
        found = validate(content, tmp_path, layouts=[file_layout])
        assert found.verdict == "VALID"
        return [(example.code, example.line) for example in found.examples]

    assert warnings() == [(WarningCode.FINAL_LINE_END_MISSING, 3)]
    assert warnings(final_line_end=False) == []


def test_padding_is_trimmed_where_the_layout_says_so(tmp_path: Path) -> None:
    rows = ['2025-10-01 \t; "1" \t;"a ""b"" ; c" ', " 2025-10-01;1;\u3000x\u00a0"]

    output = transform(file(*rows, header="Day ; Sum;Text"), tmp_path, remitting(dialect(trim=True)))

    assert [row["remittance_information"] for row in output.transactions] == ['a "b" ; c', "x"]
    assert validate(file(*rows), tmp_path, layouts=[dialect()]).counts.accepted == 0


def test_without_a_quote_character_quotes_are_text(tmp_path: Path) -> None:
    rows = ['2025-10-01;1;5" pipe', '2025-10-01;1;"whole"', '2025-10-01;1;"open']

    output = transform(file(*rows), tmp_path, remitting(dialect(quote_char=None)))

    assert [row["remittance_information"] for row in output.transactions] == ['5" pipe', '"whole"', '"open']


WITHOUT_HEADER = dialect(StringField(name="Way", constraints=Constraints(pattern="In|Out")), header=False)


def test_without_a_header_the_first_rows_decide_the_layout(tmp_path: Path) -> None:
    rows = ["2025-10-01;1;a;In", "2025-10-02;2;b;Out", "2025-10-03;x;c;Out", "2025-10-04;4;d;In"]

    assert lines(transform("\n".join(rows).encode(), tmp_path, WITHOUT_HEADER)) == (
        [1, 2, 4],
        [(3, RowCode.AMOUNT_FORMAT)],
    )


@pytest.mark.parametrize("row", ["2025-10-01;1;a;Sideways", "1;2025-10-01;a;In", "2025-10-01;1;a", "a;b;c;d"])
def test_rows_of_another_shape_are_another_layouts(row: str, tmp_path: Path) -> None:
    validation = validate(f"{row}\n{row}".encode(), tmp_path, layouts=[WITHOUT_HEADER])

    assert validation.reason_code == FileCode.HEADER_MISMATCH
    assert "alpine-2025: 0% of the first rows fit" in validation.reason


def test_a_file_that_fits_two_layouts_without_header_is_refused(tmp_path: Path) -> None:
    german = DateField(name="Day", format="%d.%m.%Y")
    fields = (german, *WITHOUT_HEADER.schema.fields[1:])
    other = msgspec.structs.replace(WITHOUT_HEADER, name="german", schema=Schema(fields=fields))

    told = validate(b"01.10.2025;1;a;In\n", tmp_path, layouts=[WITHOUT_HEADER, other])
    twice = msgspec.structs.replace(WITHOUT_HEADER, name="twice")

    assert told.layout == "german"
    ambiguous = validate(b"2025-10-01;1;a;In\n", tmp_path, layouts=[WITHOUT_HEADER, twice])
    assert ambiguous.reason_code == FileCode.AMBIGUOUS_LAYOUT


def test_the_reason_says_how_near_each_layout_came(tmp_path: Path) -> None:
    near = msgspec.structs.replace(dialect(), name="near")
    far = msgspec.structs.replace(dialect(*map(_column, "ABCDE")), name="far")

    reason = validate(b"Day;Sum\n2025-10-01;1\n", tmp_path, layouts=[far, near]).reason

    assert "nearest layout near: lacks Text; then far: lacks Text, A, B, C, D and 1 more" in reason


def _column(name: str) -> Field:
    return StringField(name=name)


@pytest.mark.parametrize("any_order", [True, False])
def test_a_captured_fact_of_an_absent_header_column_is_missing(*, any_order: bool, tmp_path: Path) -> None:
    cost = NumberField(name="Cost", header_pattern=r"Cost in (?P<currency>[A-Z]{3})", optional=True)
    file_layout = dialect(cost, any_order=any_order)
    mapping = {**file_layout.mapping, "currency": Captured(capture="currency")}
    file_layout = msgspec.structs.replace(file_layout, mapping=mapping)

    validation = validate(file("2025-10-01;1;a"), tmp_path, layouts=[file_layout])

    assert validation.reason_code == FileCode.CAPTURE_MISSING
    assert "currency" in validation.reason


def test_facts_are_captured_from_the_header_and_the_file_name(tmp_path: Path) -> None:
    credit = NumberField(name="Sum", header_pattern=r"Sum in (?P<currency>[A-Z]{3})")
    file_layout = csv_layout(
        [credit], amount=Amount(field="Sum"), account_id=Captured(capture="format"), value_date=Date(field="Day")
    )
    file_layout = msgspec.structs.replace(
        file_layout,
        captures=(Capture(name="format", pattern=r"\.(\w+)$", source="fileName"),),
        mapping={**file_layout.mapping, "currency": Captured(capture="currency")},
    )

    output = transform(b"Day;Sum in CHF\n2025-10-01;5\n", tmp_path, file_layout)
    missing = msgspec.structs.replace(
        file_layout, captures=(Capture(name="format", pattern="(nowhere)", source="fileName"),)
    )

    assert [(row["currency"], row["account_id"]) for row in output.transactions] == [("CHF", "csv")]
    validation = validate(b"Day;Sum in CHF\n2025-10-01;5\n", tmp_path, layouts=[missing])
    assert validation.reason_code == FileCode.CAPTURE_MISSING


@pytest.mark.parametrize(
    ("pattern", "account"), [("^Account (.*)", "2"), ("^Account ?([0-9]*)$", "2"), ("^(.*)", "Account ")]
)
def test_a_fact_is_the_first_that_is_not_empty(pattern: str, account: str, tmp_path: Path) -> None:
    file_layout = msgspec.structs.replace(
        csv_layout([SUM], amount=Amount(field="Sum"), account_id=Captured(capture="account")),
        dialect=Dialect(delimiter=";", header_within=5),
        captures=(Capture(name="account", pattern=pattern),),
    )

    output = transform(b"\nAccount \nAccount 2\nDay;Sum\n2025-10-01;5\n", tmp_path, file_layout)

    assert [row["account_id"] for row in output.transactions] == [account]


def test_a_fact_that_is_empty_everywhere_rejects_the_file(tmp_path: Path) -> None:
    file_layout = msgspec.structs.replace(
        csv_layout([SUM], amount=Amount(field="Sum"), account_id=Captured(capture="account")),
        dialect=Dialect(delimiter=";", header_within=5),
        captures=(Capture(name="account", pattern="^Account (.*)"),),
    )

    validation = validate(b"Account \nDay;Sum\n2025-10-01;5\n", tmp_path, layouts=[file_layout])

    assert validation.reason_code == FileCode.CAPTURE_MISSING


def test_a_header_whose_fact_is_empty_is_another(tmp_path: Path) -> None:
    credit = NumberField(name="Sum", header_pattern="Sum (?P<currency>[A-Z]*)")
    file_layout = csv_layout([credit], amount=Amount(field="Sum"))

    validation = validate(b"Day;Sum \n2025-10-01;5\n", tmp_path, layouts=[file_layout])

    assert validation.reason_code == FileCode.HEADER_MISMATCH


def test_each_pattern_of_skipped_lines_stands_for_itself(tmp_path: Path) -> None:
    alike = dialect(skip_lines=("^(?P<word>Total)", "^(?P<word>Sum)$"))

    output = transform(file("2025-10-01;1;x", "Total 1", "Sum", "Sum 1"), tmp_path, alike)

    assert lines(output) == ([2], [(5, RowCode.FIELD_COUNT)])


def test_only_ascii_letters_and_digits_count_in_skipped_lines(tmp_path: Path) -> None:
    # Given a pattern of digits for lines to skip and for rows to drop
    ascii_only = msgspec.structs.replace(
        dialect(skip_lines=(r"^\d+$",)), drop=(Predicate(field="Text", pattern=r"^\d+$"),)
    )
    # When a file has digits of ASCII and others
    output = transform(file("2025-10-01;1;7", "2025-10-01;1;\u0667", "7", "\u0667"), tmp_path, ascii_only)
    # Then the others are none in either place
    assert output.transformation.counts.dropped == 1
    assert lines(output) == ([3], [(5, RowCode.FIELD_COUNT)])
