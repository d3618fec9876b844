"""Every row-level code has a row that triggers it, and every rejected row is kept with line, field and masked value."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.transactions.support import Output, alpine_file, alpine_row, good_rows, layout, transform, validate
from transactions.codes import RowCode
from transactions.results import ErrorCount


def obie_record(**changes: Any) -> dict[str, Any]:
    return {
        "AccountId": "70001",
        "TransactionId": "OB-1",
        "Amount": {"Amount": "57.50", "Currency": "GBP"},
        "CreditDebitIndicator": "Debit",
        "Status": "Booked",
        "BookingDateTime": "2025-10-01T09:15:00+00:00",
        **changes,
    }


def obie_file(*records: object) -> bytes:
    good = [obie_record(TransactionId=f"good {number}") for number in range(2)]
    return json.dumps({"Data": {"Transaction": [*good, *records]}}).encode()


def dated(value: str) -> dict[str, str]:
    return {"booking_date": value}


def amount(value: str) -> dict[str, str]:
    return {"amount": value}


REJECTED_CELLS: list[tuple[RowCode, dict[str, str]]] = [
    (RowCode.ID_MISSING, {"transaction_id": ""}),
    (RowCode.FIELD_MISSING, amount("")),
    (RowCode.FIELD_MISSING, {"currency": ""}),
    (RowCode.FIELD_MISSING, dated("")),
    *[
        (RowCode.AMOUNT_FORMAT, amount(value))
        for value in (
            "1e2",
            " 1.5 ",
            "1_000",
            "--5",
            "5-",
            "(5.00)",
            ".5",
            "5.",
            "1 000",
            "1'000",
            "0x10",
            "NaN",
            "٣",
            "£5",
        )
    ],
    (RowCode.AMOUNT_FORMAT, amount('"1,000.00"')),
    (RowCode.AMOUNT_FORMAT, amount('"12,50"')),
    (RowCode.AMOUNT_SCALE, amount("12.345")),
    (RowCode.AMOUNT_SCALE, amount("1.2340")),
    (RowCode.AMOUNT_SCALE, {"amount": "1.5", "currency": "JPY"}),
    (RowCode.AMOUNT_RANGE, amount("12345678901234.00")),
    (RowCode.AMOUNT_FORMAT, {"balance": "unknown"}),
    (RowCode.CURRENCY_UNKNOWN, {"currency": "eur"}),
    (RowCode.CURRENCY_UNKNOWN, {"currency": "EURO"}),
    (RowCode.CURRENCY_UNKNOWN, {"currency": "XYZ"}),
    (RowCode.CURRENCY_WITHDRAWN, {"currency": "LTL"}),
    *[
        (RowCode.DATE_FORMAT, dated(value))
        for value in (
            "2025/11/03",
            "03.11.2025",
            "epoch",
            "infinity",
            "2025-02-30",
            "2025-13-01",
            "20251103",
            "2025-1-3",
        )
    ],
    (RowCode.DATE_FORMAT, dated("2025-10-01T00:00:00+02:00")),
    (RowCode.DATE_FORMAT, {"value_date": "soon"}),
    (RowCode.DATE_RANGE, dated("1111-11-11")),
    (RowCode.DATE_RANGE, dated("1969-12-31")),
    (RowCode.DATE_RANGE, dated("2025-11-05")),
    (RowCode.DATE_RANGE, {"value_date": "2026-01-01"}),
]


@pytest.fixture(scope="module")
def output_of_all(tmp_path_factory: pytest.TempPathFactory) -> Output:
    """Transform one file that has every wrong row, between good ones: row n stands on line 2 * n + 3."""
    rows = [
        row
        for number, (_, cells) in enumerate(REJECTED_CELLS)
        for row in (*good_rows(1, start=number), alpine_row(**{"transaction_id": f"B{number}", **cells}))
    ]
    return transform(alpine_file(*rows), tmp_path_factory.mktemp("rows"), layout())


@pytest.mark.parametrize("number", range(len(REJECTED_CELLS)), ids=lambda number: str(REJECTED_CELLS[number]))
def test_a_wrong_cell_rejects_its_row_with_line_field_and_code(number: int, output_of_all: Output) -> None:
    code, cells = REJECTED_CELLS[number]
    line = 2 * number + 3

    (found,) = (row for row in output_of_all.quarantine if row["source_line"] == line)

    assert (found["error_code"], found["field"]) == (code, next(iter(cells)))
    assert found["rule"]


def test_wrong_cells_reject_no_row_but_their_own(output_of_all: Output) -> None:
    assert output_of_all.transformation.counts.accepted == len(REJECTED_CELLS)
    assert output_of_all.transformation.counts.rejected == len(REJECTED_CELLS)


def test_what_is_unusual_and_right_is_accepted(tmp_path: Path) -> None:
    unusual = [
        amount("0"),
        amount("-0.00"),
        amount("+5.10"),
        amount("9999999999999.99"),
        amount('"5.00"'),
        {"amount": "1200.00", "currency": "JPY"},
        {"amount": "1.234", "currency": "KWD"},
        {"value_date": ""},
        {"balance": ""},
        {"booking_date": "2025-11-04"},
        {"booking_date": "1970-01-01"},
        {"value_date": "2025-12-04"},
        {"booking_date": "2024-02-29"},
    ]
    rows = [alpine_row(**{"transaction_id": f"U{number}", **cells}) for number, cells in enumerate(unusual)]

    assert validate(alpine_file(*rows), tmp_path).verdict == "VALID"


@pytest.mark.parametrize(
    ("code", "field", "record"),
    [
        (RowCode.DIRECTION_UNKNOWN, "CreditDebitIndicator", obie_record(CreditDebitIndicator="Out")),
        (RowCode.FIELD_MISSING, "CreditDebitIndicator", obie_record(CreditDebitIndicator=None)),
        (RowCode.SIGN_MISMATCH, "Amount.Amount", obie_record(Amount={"Amount": "-1.00", "Currency": "GBP"})),
        (RowCode.SIGN_MISMATCH, "Amount.Amount", obie_record(Amount={"Amount": "+1.00", "Currency": "GBP"})),
        (RowCode.FIELD_TYPE, "Amount.Amount", obie_record(Amount={"Amount": 1.005, "Currency": "GBP"})),
        (RowCode.FIELD_TYPE, "Amount.Amount", obie_record(Amount={"Amount": True, "Currency": "GBP"})),
        (RowCode.FIELD_TYPE, "AccountId", obie_record(AccountId={"of": "70001"})),
        (RowCode.DATE_FORMAT, "BookingDateTime", obie_record(BookingDateTime="2025-10-01")),
        (RowCode.DATE_FORMAT, "BookingDateTime", obie_record(BookingDateTime="2025-10-01T24:00:00Z")),
        (RowCode.DATE_FORMAT, "BookingDateTime", obie_record(BookingDateTime="2025-10-01T10:00:00")),
    ],
)
def test_a_wrong_value_rejects_its_record(code: RowCode, field: str, record: dict[str, Any], tmp_path: Path) -> None:
    output = transform(obie_file(record), tmp_path, layout("obie-v3"))

    assert [(row["field"], row["error_code"]) for row in output.quarantine] == [(field, code)]


@pytest.mark.parametrize("record", [b"1", b'"text"', b"null", b"[]"])
def test_a_record_that_is_no_object_is_rejected_alone(record: bytes, tmp_path: Path) -> None:
    content = obie_file().replace(b"]}}", b", " + record + b"]}}")

    output = transform(content, tmp_path, layout("obie-v3"))

    assert output.transformation.counts.accepted == 2
    assert RowCode.NOT_AN_OBJECT in {row["error_code"] for row in output.quarantine}


def test_all_errors_of_a_row_are_reported_not_only_the_first(tmp_path: Path) -> None:
    row = alpine_row(transaction_id="", booking_date="today", amount="much", currency="euro", balance="none")

    validation = validate(alpine_file(*good_rows(2), row), tmp_path)

    assert validation.errors == (
        ErrorCount(code=RowCode.AMOUNT_FORMAT, count=2),
        ErrorCount(code=RowCode.CURRENCY_UNKNOWN, count=1),
        ErrorCount(code=RowCode.DATE_FORMAT, count=1),
        ErrorCount(code=RowCode.ID_MISSING, count=1),
    )


def test_the_second_row_of_an_id_is_rejected_and_the_first_stays(tmp_path: Path) -> None:
    content = alpine_file(
        alpine_row(amount="1.00"), *good_rows(1), alpine_row(amount="2.00"), alpine_row(amount="3.00")
    )

    output = transform(content, tmp_path, layout())

    assert [(row["source_line"], row["error_code"]) for row in output.quarantine] == [
        (4, RowCode.DUPLICATE_ID),
        (5, RowCode.DUPLICATE_ID),
    ]
    assert [str(row["amount"]) for row in output.transactions] == ["1.00000", "-12.50000"]


@pytest.mark.parametrize("row", ["1,2", alpine_row() + ",one more", alpine_row(amount="12,50")])
def test_a_row_with_another_number_of_cells_is_rejected_alone(row: str, tmp_path: Path) -> None:
    output = transform(alpine_file(*good_rows(2), row, *good_rows(2, start=2)), tmp_path, layout())

    assert output.transformation.counts.accepted == 4
    assert [(found["source_line"], found["error_code"]) for found in output.quarantine] == [(4, RowCode.FIELD_COUNT)]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param('"Kiosk', id="never closed"),
        pytest.param('"a"b"', id="odd after the end"),
        pytest.param('"Kiosk" Nord', id="text behind it"),
        pytest.param('5" pipe,"open', id="paired by chance, and open for the engine"),
    ],
)
def test_a_quote_out_of_place_rejects_its_row_and_no_other(name: str, tmp_path: Path) -> None:
    content = alpine_file(*good_rows(2), alpine_row(counterparty_name=name), *good_rows(50, start=2))

    output = transform(content, tmp_path, layout())

    assert output.transformation.counts.accepted == 52
    assert [(row["source_line"], row["error_code"]) for row in output.quarantine] == [(4, RowCode.QUOTE_MALFORMED)]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("1,2", "expected 11 cells, found 2"),
        (alpine_row() + ",one more", "expected 11 cells, found 12"),
        (alpine_row(counterparty_name='"Kiosk'), "a quote that begins a cell is closed on the same line"),
        (alpine_row(counterparty_name='"a"b'), "nothing but a delimiter follows the quote that closes a cell"),
        (
            alpine_row(counterparty_name='"a\nb"'),
            "each quoted cell is on one line, or the layout has lineBreaksInCells",
        ),
    ],
)
def test_the_rule_of_a_row_that_cannot_be_split_says_why(row: str, rule: str, tmp_path: Path) -> None:
    output = transform(alpine_file(*good_rows(3), row), tmp_path, layout())

    assert {found["rule"].partition(", and quotes within")[0] for found in output.quarantine} == {rule}


def test_records_that_share_a_line_stay_apart(tmp_path: Path) -> None:
    # Given a document on one line, with an id twice and two wrong records
    wrong = [obie_record(TransactionId="a", CreditDebitIndicator="Out"), obie_record(TransactionId="b", Status=1)]

    output = transform(obie_file(obie_record(TransactionId="good 0"), *wrong), tmp_path, layout("obie-v3"))

    assert [row["transaction_id"] for row in output.transactions] == ["good 0", "good 1"]
    assert {(row["source_line"], row["error_code"]) for row in output.quarantine} == {
        (1, RowCode.DUPLICATE_ID),
        (1, RowCode.DIRECTION_UNKNOWN),
        (1, RowCode.FIELD_TYPE),
    }
    assert output.transformation.counts.rejected == 3


def test_a_masked_value_shows_shape_and_no_content(tmp_path: Path) -> None:
    value = "Zoë 12-ß日本\u0661" + "x1" * 40

    output = transform(alpine_file(*good_rows(1), alpine_row(amount=value)), tmp_path, layout())

    assert output.quarantine[0]["masked_value"] == "xxx 99-xxx<digit>" + "x9" * 6 + "x"


def test_a_masked_value_names_what_looks_like_something_else(tmp_path: Path) -> None:
    shown = {
        "\N{MINUS SIGN}9.50 €": "<U+2212>9.99 €",
        "1\u00a0234.50": "9<U+00A0>999.99",
        "1\u202f234.50": "9<U+202F>999.99",
        "12\u200b.50": "99<U+200B>.99",
        "\N{FULLWIDTH DIGIT ONE}2.50": "<digit>9.99",
        "12\N{ARABIC DECIMAL SEPARATOR}50": "99<U+066B>99",
        "\N{MINUS SIGN}" * 30: "<U+2212>" * 24,
    }
    rows = [alpine_row(transaction_id=f"M{number}", amount=value) for number, value in enumerate(shown)]

    output = transform(alpine_file(*good_rows(len(shown)), *rows), tmp_path, layout())

    assert [row["masked_value"] for row in output.quarantine] == list(shown.values())


def test_every_code_has_a_test_of_its_own() -> None:
    elsewhere = {
        RowCode.DIRECTION_UNKNOWN,
        RowCode.SIGN_MISMATCH,
        RowCode.FIELD_TYPE,
        RowCode.NOT_AN_OBJECT,
        RowCode.NAME_REPEATED,
        RowCode.DUPLICATE_ID,
        RowCode.FIELD_COUNT,
        RowCode.QUOTE_MALFORMED,
        RowCode.CHARACTER_FORBIDDEN,
        RowCode.LINE_SKIPPED,
        RowCode.AMOUNT_AMBIGUOUS,
        RowCode.FIELD_FORMAT,
        RowCode.IBAN_INVALID,
        RowCode.VALUE_UNKNOWN,
    }

    assert {code for code, _ in REJECTED_CELLS} | elsewhere == set(RowCode)
