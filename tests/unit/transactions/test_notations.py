# ruff: noqa: RUF001 - letters of Turkish are what it is about
"""Rare ways of writing amounts, dates and ids: each is read as declared, and its wrong neighbour is not."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.unit.transactions.support import Output, csv_layout, layout, transform
from transactions.codes import RowCode
from transactions.layouts.derived import Derived
from transactions.layouts.fields import Closing, DateField, DateTimeField, Field, NumberField, Schema, StringField
from transactions.layouts.layout import Capture, Dialect, Limits
from transactions.layouts.linting import complaints
from transactions.layouts.mapping import Amount, Constant, Date, DebitCredit, Function, RowHash, Text

SUM = NumberField(name="Sum")


def _found(output: Output, column: str) -> list[Any]:
    """Return for each row what the column has, or its error, in the file's order."""
    rows = {row["source_line"]: row[column] for row in output.transactions}
    rows |= {row["source_line"]: row["error_code"] for row in output.quarantine}
    return [rows[line] for line in sorted(rows)]


def _amounts(tmp_path: Path, fields: list[Field], amount: Any, *rows: str) -> list[Any]:
    content = "\n".join([";".join(["Day", *(field.name for field in fields)]), *(f"2025-10-01;{row}" for row in rows)])
    output = transform(content.encode(), tmp_path, csv_layout(fields, amount=amount))
    return [found if isinstance(found, str) else found.normalize() for found in _found(output, "amount")]


@pytest.mark.parametrize(
    ("field", "cells"),
    [
        (
            NumberField(name="Sum", group_char=",", grouping="indian"),
            {
                "1,23,45,678.90": Decimal("12345678.9"),
                "-23,456": Decimal(-23456),
                "999": Decimal(999),
                "123,456": RowCode.AMOUNT_FORMAT,
                "1,2,345": RowCode.AMOUNT_FORMAT,
                "1,234,56": RowCode.AMOUNT_FORMAT,
            },
        ),
        (
            NumberField(name="Sum", decimal_char=",", group_char=("\u00a0", "\u202f")),
            {
                "1\u00a0234\u00a0567,5": Decimal("1234567.5"),
                "1\u202f234,5": Decimal("1234.5"),
                "1\u00a0234\u202f567,5": RowCode.AMOUNT_FORMAT,
                "1 234,5": RowCode.AMOUNT_FORMAT,
            },
        ),
    ],
    ids=["lakhs", "two group characters"],
)
def test_groups_of_digits_are_as_declared(field: NumberField, cells: dict[str, Any], tmp_path: Path) -> None:
    assert _amounts(tmp_path, [field], Amount(field="Sum"), *cells) == list(cells.values())


@pytest.mark.parametrize(
    ("sign", "plus", "expected"),
    [
        ("none", False, [-5, RowCode.SIGN_MISMATCH, RowCode.SIGN_MISMATCH, 7, RowCode.SIGN_MISMATCH]),
        ("none", True, [-5, RowCode.SIGN_MISMATCH, -5, 7, 7]),
        ("reverses", False, [-5, 5, -5, 7, 7]),
        ("ignored", False, [-5, -5, -5, 7, 7]),
    ],
)
def test_a_sign_in_a_column_of_debits_means_what_is_declared(
    *, sign: Any, plus: bool, expected: list[Any], tmp_path: Path
) -> None:
    fields: list[Field] = [NumberField(name=name, plus_sign=plus, prefixes=("$",)) for name in ("Out", "In")]
    function = DebitCredit(debit="Out", credit="In", sign=sign)

    assert _amounts(tmp_path, fields, function, "5;", "-$5;", "+$5;", ";7", ";+7") == expected


def test_each_of_several_fees_is_taken_off(tmp_path: Path) -> None:
    fields: list[Field] = [SUM, NumberField(name="Fee"), NumberField(name="Tax")]
    function = Amount(field="Sum", fee=("Fee", "Tax"))

    found = _amounts(tmp_path, fields, function, "10;1.50;0.25", "-10;;0.25", "10;;", "10;-1;", "10;1;x")

    assert found == [Decimal("8.25"), Decimal("-10.25"), 10, RowCode.SIGN_MISMATCH, RowCode.AMOUNT_FORMAT]


def test_a_row_without_an_id_has_a_hash_and_others_their_own(tmp_path: Path) -> None:
    # Given two ids, one of which stands there twice, and two equal rows without one
    file_layout = csv_layout([SUM, StringField(name="Id")], amount=Amount(field="Sum"))
    file_layout.mapping["transaction_id"] = RowHash(unless="Id")
    rows = ["Day;Sum;Id", *(f"2025-10-01;{row}" for row in ("1;A", "2;", "2;", "3;B", "4;A"))]

    output = transform("\n".join(rows).encode(), tmp_path, file_layout)

    first, hashed, again, other, repeated = _found(output, "transaction_id")
    assert (first, other, repeated) == ("A", "B", RowCode.DUPLICATE_ID)
    assert len(hashed) > 64
    assert (hashed[:64], hashed[64:], again[64:]) == (again[:64], "-1", "-2")


@pytest.mark.parametrize(("upper", "expected"), [(True, "EUR"), (False, RowCode.CURRENCY_UNKNOWN)])
def test_small_letters_are_a_currency_only_if_declared(*, upper: bool, expected: str, tmp_path: Path) -> None:
    currency = Text(field="Unit", upper=upper)
    file_layout = csv_layout([SUM, StringField(name="Unit")], amount=Amount(field="Sum"))
    file_layout.mapping["currency"] = currency

    output = transform(b"Day;Sum;Unit\n2025-10-01;1;eur\n", tmp_path, file_layout)

    assert _found(output, "currency") == [expected]


@pytest.mark.parametrize("by_column", [True, False])
def test_a_withdrawn_currency_is_one_in_its_time(*, by_column: bool, tmp_path: Path) -> None:
    file_layout = csv_layout([SUM, StringField(name="Unit")], amount=Amount(field="Sum"))
    file_layout.mapping["currency"] = Text(field="Unit") if by_column else Constant(value="LTL")
    rows = ["Day;Sum;Unit", "1992-12-31;1;LTL", "1993-01-01;1;LTL", "2015-12-31;1;LTL", "2016-01-01;1;LTL"]

    output = transform("\n".join(rows).encode(), tmp_path, file_layout)

    withdrawn = RowCode.CURRENCY_WITHDRAWN
    assert _found(output, "currency") == [withdrawn, "LTL", "LTL", withdrawn]


def _dates(tmp_path: Path, field: Field, *cells: str, **changes: Any) -> list[Any]:
    mapping: dict[str, Function] = {
        "transaction_id": RowHash(),
        "booking_date": Date(field=field.name),
        "amount": Amount(field="Sum"),
        "currency": Constant(value="EUR"),
    }
    changes = {"schema": Schema(fields=(field, SUM)), **changes}
    file_layout = layout(
        dialect=Dialect(delimiter=";", header_within=3),
        mapping=mapping,
        limits=Limits(rejected_share=1),
        **changes,
    )
    assert complaints(file_layout) == []
    names = ";".join(file_layout.names)
    above = "to 15.01.2025" if file_layout.captures else ""
    output = transform("\n".join([above, names, *(f"{cell};1" for cell in cells)]).encode(), tmp_path, file_layout)
    return _found(output, "booking_date")


def test_a_date_has_one_of_several_formats(tmp_path: Path) -> None:
    field = DateField(name="Date", format=("%d.%m.%Y", "%d.%m.%y", "%-d %b %Y"), pivot=70)

    found = _dates(tmp_path, field, "01.10.2025", "02.10.25", "3 oct 2025", "2025-10-04", "31.02.2025")

    wrong = RowCode.DATE_FORMAT
    assert found == [date(2025, 10, 1), date(2025, 10, 2), date(2025, 10, 3), wrong, wrong]


@pytest.mark.parametrize(
    ("field", "cells"),
    [
        (
            DateField(name="Date", format="excel"),
            {"45931": date(2025, 10, 1), "45931.5": RowCode.DATE_FORMAT, "4593": RowCode.DATE_FORMAT},
        ),
        (DateTimeField(name="Date", format="excel"), {"45931.99": date(2025, 10, 1), "45931": date(2025, 10, 1)}),
        (
            DateTimeField(name="Date", format="unix", time_zone="Europe/Zurich"),
            {
                "1759269600": date(2025, 10, 1),
                "1759269599": date(2025, 9, 30),
                "1759269600000": RowCode.DATE_FORMAT,
                "1e9": RowCode.DATE_FORMAT,
            },
        ),
        (
            DateTimeField(name="Date", format="unixMilliseconds", time_zone="UTC"),
            {"1759276800000": date(2025, 10, 1), "1759276799999": date(2025, 9, 30), "1759276800": RowCode.DATE_FORMAT},
        ),
    ],
)
def test_a_number_that_counts_time_is_a_day(field: Field, cells: dict[str, Any], tmp_path: Path) -> None:
    assert _dates(tmp_path, field, *cells) == list(cells.values())


def test_a_month_has_several_spellings_in_any_case(tmp_path: Path) -> None:
    turkish = ("Oca", "Şub", "Mar", ("Nis", "Nisan"), "May", "Haz", "Tem", "Ağu", "Eyl", "Eki", ("Kasım", "Kas"), "Ara")
    field = DateField(name="Date", format="%d %b %Y", months=turkish)

    found = _dates(
        tmp_path, field, "01 EKİ 2025", "01 Nisan 2025", "01 NİS 2025", "01 KASIM 2024", "01 ŞUB 2025", "01 Ek 2025"
    )

    months = [date(2025, 10, 1), date(2025, 4, 1), date(2025, 4, 1), date(2024, 11, 1), date(2025, 2, 1)]
    assert found == [*months, RowCode.DATE_FORMAT]


def test_a_date_without_a_year_is_the_last_before_closing(tmp_path: Path) -> None:
    field = DateField(name="Date", format="%d.%m.", closing=Closing(capture="closing", format="%d.%m.%Y"))
    capture = Capture(name="closing", pattern="^to ([0-9.]+)")

    found = _dates(tmp_path, field, "15.01.", "16.01.", "31.12.", "16.07.", "15.07.", "30.02.", captures=(capture,))

    far, wrong = RowCode.DATE_RANGE, RowCode.DATE_FORMAT
    assert found == [date(2025, 1, 15), far, date(2024, 12, 31), date(2024, 7, 16), far, wrong]


def test_a_date_is_made_of_columns_and_captures(tmp_path: Path) -> None:
    booked = DateField(name="booked", format="%-d.%-m.%Y")
    derived = Derived(of=("Day", "Month", "year"), separator=".", field=booked)
    schema = Schema(fields=(StringField(name="Day"), StringField(name="Month"), SUM))
    capture = Capture(name="year", pattern="([0-9]{4})$")

    found = _dates(tmp_path, booked, "1;9", "31;9", ";9", ";", derived=(derived,), schema=schema, captures=(capture,))

    wrong = RowCode.DATE_FORMAT
    assert found == [date(2025, 9, 1), wrong, wrong, RowCode.FIELD_MISSING]


@pytest.mark.parametrize(("optional", "unmatched"), [(False, RowCode.FIELD_FORMAT), (True, RowCode.FIELD_MISSING)])
def test_a_number_is_taken_out_of_a_whole_cell(*, optional: bool, unmatched: RowCode, tmp_path: Path) -> None:
    paid = NumberField(name="paid", optional=optional)
    derived = Derived(of=("Sum",), pattern=r"([0-9.]+)(?:\(refund [0-9.]+\))?", field=paid)
    file_layout = csv_layout([StringField(name="Sum")], amount=Amount(field="paid"))
    file_layout = layout(
        **{name: getattr(file_layout, name) for name in ("dialect", "schema", "mapping", "limits")}, derived=(derived,)
    )
    rows = ["Day;Sum", *(f"2025-10-01;{cell}" for cell in ("131.77(refund 89.84)", "5", "131.77(fee 1)", "", "1.2.3"))]

    output = transform("\n".join(rows).encode(), tmp_path, file_layout)

    missing, wrong = RowCode.FIELD_MISSING, RowCode.AMOUNT_FORMAT
    assert _found(output, "amount") == [Decimal("131.77"), 5, unmatched, missing, wrong]


def test_a_skipped_line_with_a_derived_date_is_not_lost(tmp_path: Path) -> None:
    # Given a line that the layout skips as a total, which has a date in three columns and an amount
    booked = DateField(name="booked", format="%d.%m.%Y")
    schema = Schema(
        fields=(*(StringField(name=name) for name in ("Day", "Month", "Year")), SUM, StringField(name="Text"))
    )
    file_layout = layout(
        dialect=Dialect(delimiter=";", skip_lines=("Total",)),
        schema=schema,
        derived=(Derived(of=("Day", "Month", "Year"), separator=".", field=booked),),
        mapping={
            "transaction_id": RowHash(),
            "booking_date": Date(field="booked"),
            "amount": Amount(field="Sum"),
            "currency": Constant(value="EUR"),
        },
        limits=Limits(rejected_share=1),
    )
    rows = "Day;Month;Year;Sum;Text\n01;10;2025;5;a\n02;10;2025;7;Total Ltd\n;;;12;Total\n"

    output = transform(rows.encode(), tmp_path, file_layout)

    assert _found(output, "amount") == [5, RowCode.LINE_SKIPPED]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"format": ("%d/%m/%Y", "%m/%d/%Y")}, "would be another day by"),
        ({"format": ("%d.%m.%y", "%y.%m.%d"), "pivot": 70}, "would be another day by"),
        ({"format": ("excel", "%Y%m%d")}, "beside excel there is no other format"),
        ({"format": "unix"}, "timeZone"),
        ({"format": "%Y-%m-%d", "time_zone": "UTC"}, "timeZone"),
        ({"format": "unix", "time_zone": "Mars/Olympus"}, "no time zone"),
        ({"format": "%d.%m."}, "needs %d"),
        ({"format": "%d.%m.", "closing": Closing(capture="none", format="%d.%m.%Y")}, "none is no capture"),
        ({"format": "%d.%m.%Y", "closing": Closing(capture="none", format="%d.%m.%Y")}, "no year"),
        ({"format": "%d.%m.%Y", "pivot": 70}, "pivot"),
    ],
)
def test_a_date_with_two_meanings_is_refused(changes: dict[str, Any], complaint: str) -> None:
    field = DateTimeField(name="Date", **changes)
    file_layout = layout(
        schema=Schema(fields=(field, SUM)),
        mapping={
            "transaction_id": RowHash(),
            "booking_date": Date(field="Date"),
            "amount": Amount(field="Sum"),
            "currency": Constant(value="EUR"),
        },
        running_balance=None,
    )

    assert any(complaint in found for found in complaints(file_layout))


@pytest.mark.parametrize(
    ("derived", "complaint"),
    [
        (Derived(of=("Sum",), field=StringField(name="text")), "needs a pattern"),
        (Derived(of=("Nowhere",), pattern="(.)", field=StringField(name="text")), "Nowhere is no field"),
        (Derived(of=("Sum",), pattern="(.)", field=StringField(name="Day")), "is a name already"),
        (Derived(of=("Sum",), pattern="(.)(.)", field=StringField(name="text")), "exactly one group"),
        (Derived(of=("Day", "Sum"), field=StringField(name="text", optional=True)), "only a pattern"),
        (Derived(of=("Day", "Sum"), field=StringField(name="text", header="T")), "no header"),
        (Derived(of=("Day", "Sum"), field=NumberField(name="n", group_char=".")), "must differ"),
    ],
)
def test_a_derived_field_that_cannot_be_is_refused(derived: Derived, complaint: str) -> None:
    plain = csv_layout([SUM], amount=Amount(field="Sum"))
    file_layout = layout(
        **{name: getattr(plain, name) for name in ("dialect", "schema", "mapping")}, derived=(derived,)
    )

    assert any(complaint in found for found in complaints(file_layout))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (DebitCredit(debit="Out", credit="In", negative_debits=True, sign="reverses"), "declare one of them"),
        (Amount(field="Out", fee=("In", "In")), "reads one field twice"),
    ],
)
def test_an_amount_with_two_meanings_is_refused(function: Any, complaint: str) -> None:
    file_layout = csv_layout([NumberField(name="Out"), NumberField(name="In")], amount=function)

    assert any(complaint in found for found in complaints(file_layout))
