"""Texts and dates in every way that a layout can declare."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.transactions.support import csv_layout, transform, validate
from transactions.codes import RowCode
from transactions.layouts.dates import ENGLISH_MONTHS
from transactions.layouts.fields import Constraints, DateField, DateTimeField, Field, NumberField, Schema, StringField
from transactions.layouts.layout import Condition, Layout, Predicate
from transactions.layouts.mapping import Amount, Constant, Extract, FirstDate, FirstOf, Function, Join, Lookup, RowHash

SUM = NumberField(name="Sum")


def read(tmp_path: Path, file_layout: Layout, *rows: str) -> tuple[list[dict[str, Any]], list[tuple[int, str, str]]]:
    """Return the accepted rows of a file, and line, field and code of each error."""
    content = "\n".join([";".join(file_layout.header), *rows]).encode()
    output = transform(content, tmp_path, file_layout)
    return output.transactions, [(row["source_line"], row["field"], row["error_code"]) for row in output.quarantine]


def texts(function: Function) -> Layout:
    return csv_layout(
        [SUM, StringField(name="A"), StringField(name="B")],
        amount=Amount(field="Sum"),
        remittance_information=function,
    )


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (Join(of=("A", "B")), ["one two", "two", None]),
        (Join(of=("A", "B"), separator=" / "), ["one / two", "two", None]),
        (FirstOf(of=("A", "B")), ["one", "two", None]),
        (Extract(field="B", pattern="t(.)"), ["w", "w", None]),
        (Extract(field="B", pattern="w(x)?|t(?:wo)"), [None, None, None]),
        (Lookup(field="A", values={"one": "1", "": "none"}), ["1", "none", "none"]),
        (Lookup(field="A", values={"one": "", "": "none"}), [None, "none", "none"]),
    ],
)
def test_a_text_is_made_of_cells(function: Function, expected: Sequence[str | None], tmp_path: Path) -> None:
    rows, errors = read(tmp_path, texts(function), *("2025-10-01;1;" + cells for cells in ("one;two", ";two", ";")))

    assert [row["remittance_information"] for row in rows] == expected
    assert not errors


def test_a_word_that_the_table_lacks_rejects_its_row(tmp_path: Path) -> None:
    _, errors = read(tmp_path, texts(Lookup(field="A", values={"one": "1"})), "2025-10-01;1;three;")

    assert errors == [(2, "A", RowCode.VALUE_UNKNOWN)]


def test_a_text_outside_its_constraints_rejects_its_row(tmp_path: Path) -> None:
    way = StringField(name="Way", constraints=Constraints(pattern="In|Out"))
    file_layout = csv_layout([SUM, way], amount=Amount(field="Sum"))

    _, errors = read(tmp_path, file_layout, "2025-10-01;1;In", "2025-10-01;1;Inn", "2025-10-01;1;")

    assert errors == [(3, "Way", RowCode.FIELD_FORMAT)]


@pytest.mark.parametrize(
    ("field", "cell", "expected"),
    [
        (DateField(name="X", format="%d-%b-%Y"), "12-Dec-2019", date(2019, 12, 12)),
        (DateField(name="X", format="%d %b %Y"), "07 NOV 2013", date(2013, 11, 7)),
        (DateField(name="X", format="%d %b %Y"), "07 Nov. 2013", RowCode.DATE_FORMAT),
        (DateField(name="X", format="%-m/%-d/%y", pivot=70), "2/8/15", date(2015, 2, 8)),
        (DateField(name="X", format="%-m/%-d/%y", pivot=70), "12/31/70", date(1970, 12, 31)),
        (DateField(name="X", format="%-m/%-d/%y", pivot=70), "13/1/15", RowCode.DATE_FORMAT),
        (DateField(name="X", format="%Y.%m.%d."), "2019.04.19.", date(2019, 4, 19)),
        (DateField(name="X", format="%Y.%m.%d."), "2019.04.19", RowCode.DATE_FORMAT),
        (DateField(name="X", format="%d.%m.%Y"), "31.02.2019", RowCode.DATE_FORMAT),
        (DateTimeField(name="X", format="%Y-%m-%d %-H:%M:%S"), "2022-05-06 9:32:08", date(2022, 5, 6)),
        (DateTimeField(name="X", format="%m/%d/%Y %-I:%M %p"), "05/06/2022 9:32 PM", date(2022, 5, 6)),
        (DateTimeField(name="X", format="%Y-%m-%dT%H:%M:%S%z"), "2022-05-06T23:30:00-11:00", date(2022, 5, 6)),
        (DateTimeField(name="X", format="%H:%M %d.%m.%Y"), "09:30 06.05.2022", date(2022, 5, 6)),
        (
            DateField(name="X", format="%d. %b %Y", months=("leden", "únor", "březen", *ENGLISH_MONTHS[3:])),
            "5. březen 2022",
            RowCode.DATE_FORMAT,
        ),
        (
            DateField(name="X", format="%-d. %b %Y", months=("leden", "únor", "březen", *ENGLISH_MONTHS[3:])),
            "5. březen 2022",
            date(2022, 3, 5),
        ),
    ],
)
def test_a_date_is_read_only_as_declared(field: Field, cell: str, expected: date | str, tmp_path: Path) -> None:
    dates = FirstDate(of=("X", "Day"))
    file_layout = csv_layout([SUM, field], amount=Amount(field="Sum"), booking_date=dates)

    rows, errors = read(tmp_path, file_layout, f"2025-10-01;1;{cell}")

    assert [row["booking_date"] for row in rows] + [code for *_, code in errors] == [expected]


def test_the_first_present_date_counts_even_if_it_is_wrong(tmp_path: Path) -> None:
    later = DateField(name="Later", format="%Y-%m-%d")
    file_layout = csv_layout([SUM, later], amount=Amount(field="Sum"), booking_date=FirstDate(of=("Day", "Later")))

    rows, errors = read(
        tmp_path,
        file_layout,
        *("2025-10-01;1;2025-10-02", ";1;2025-10-02", "x;1;2025-10-02", ";1;", "1111-11-11;1;", ";1;1111-11-11"),
    )

    assert [row["booking_date"].day for row in rows] == [1, 2]
    assert errors == [
        (4, "Day", RowCode.DATE_FORMAT),
        (5, "Day", RowCode.FIELD_MISSING),
        (6, "Day", RowCode.DATE_RANGE),
        (7, "Later", RowCode.DATE_RANGE),
    ]


def test_an_id_that_may_repeat_stays_apart_by_its_row(tmp_path: Path) -> None:
    file_layout = csv_layout(
        [SUM, StringField(name="Id")], amount=Amount(field="Sum"), transaction_id=RowHash(field="Id")
    )

    rows, errors = read(tmp_path, file_layout, "2025-10-01;1;T7", "2025-10-01;2;T7", "2025-10-01;2;T7", "2025-10-01;2;")

    ids = [row["transaction_id"] for row in rows]
    assert all(own.startswith("T7-") for own in ids)
    assert len(set(ids)) == 3
    assert errors == [(5, "Id", RowCode.ID_MISSING)]


def test_rows_are_dropped_only_where_all_conditions_hold(tmp_path: Path) -> None:
    balance = Predicate(field="Text", values=("Balance",), also=(Condition(field="Sum", values=("",)),))
    pending = Predicate(field="Text", pattern="^pending")
    file_layout = msgspec.structs.replace(
        csv_layout([SUM, StringField(name="Text")], amount=Amount(field="Sum")), drop=(balance, pending)
    )

    rows, errors = read(
        tmp_path,
        file_layout,
        *("2025-10-01;" + cells for cells in (";Balance", "5;Balance", ";pending: card", "6;not pending", ";")),
    )

    assert [row["source_line"] for row in rows] == [3, 5]
    assert errors == [(6, "Sum", RowCode.FIELD_MISSING)]


def test_missing_values_are_no_values(tmp_path: Path) -> None:
    file_layout = csv_layout([SUM, StringField(name="Text")], amount=Amount(field="Sum"))
    schema = Schema(fields=file_layout.schema.fields, missing_values=("", "—", "n/a"))
    mapping = {**file_layout.mapping, "remittance_information": FirstOf(of=("Text", "Day"))}

    rows, errors = read(
        tmp_path,
        msgspec.structs.replace(file_layout, schema=schema, mapping=mapping),
        "2025-10-01;1;—",
        "2025-10-01;—;x",
    )

    assert [row["remittance_information"] for row in rows] == ["2025-10-01"]
    assert errors == [(3, "Sum", RowCode.FIELD_MISSING)]


def test_a_currency_by_its_word_has_its_own_minor_units(tmp_path: Path) -> None:
    fields: list[Field] = [SUM, StringField(name="Money")]
    words = Lookup(field="Money", values={"人民币": "CNY", "日元": "JPY"})
    file_layout = csv_layout(fields, amount=Amount(field="Sum"))
    file_layout = msgspec.structs.replace(file_layout, mapping={**file_layout.mapping, "currency": words})

    rows, errors = read(tmp_path, file_layout, "2025-10-01;1.50;人民币", "2025-10-01;1.50;日元", "2025-10-01;1;欧元")

    assert [row["currency"] for row in rows] == ["CNY"]
    assert (3, "Sum", RowCode.AMOUNT_SCALE) in errors
    assert (4, "Money", RowCode.VALUE_UNKNOWN) in errors


def test_a_layout_may_map_nothing_but_what_is_required(tmp_path: Path) -> None:
    file_layout = csv_layout([SUM], amount=Amount(field="Sum"), account_id=Constant(value="main"))
    content = b"Day;Sum\n2025-10-01;5\n"

    assert validate(content, tmp_path, layouts=[file_layout]).verdict == "VALID"


@pytest.mark.parametrize(
    ("pattern", "rule"),
    [
        ("Booked|Not yet", "one of Booked, Not yet"),
        ("EUR", "EUR"),
        ("", "no value"),
        ("[0-9]{4}", "a text that matches [0-9]{4}"),
    ],
)
def test_a_pattern_is_explained_by_its_words_if_it_has_any(tmp_path: Path, pattern: str, rule: str) -> None:
    word = StringField(name="Word", constraints=Constraints(pattern=pattern))

    output = transform(
        b"Day;Word;Sum\n2025-10-01;odd;1\n2025-10-01;;2\n",
        tmp_path,
        csv_layout([word, SUM], amount=Amount(field="Sum")),
    )

    assert [(row["source_line"], row["error_code"], row["rule"]) for row in output.quarantine] == [
        (2, RowCode.FIELD_FORMAT, rule)
    ]


def test_a_number_too_large_for_its_column_names_its_digits(
    tmp_path: Path,
) -> None:
    content = b"Day;Sum\n2025-10-01;9999999999999\n2025-10-01;10000000000000\n"

    output = transform(content, tmp_path, csv_layout([SUM], amount=Amount(field="Sum")))

    assert [(row["error_code"], row["rule"]) for row in output.quarantine] == [
        (RowCode.AMOUNT_RANGE, "at most 13 digits before the decimals")
    ]
