"""Every file-level code has a file that triggers it, and every such file a verdict instead of a crash."""

import hashlib
import io
import json
from pathlib import Path

import msgspec
import pytest

from tests.unit.transactions import support
from tests.unit.transactions.support import alpine_file, alpine_row, good_rows, layout, validate
from transactions.codes import FileCode
from transactions.engine.database import engine
from transactions.engine.staging import stage
from transactions.errors import FileRejectedError
from transactions.layouts.fields import DateField, Schema
from transactions.layouts.layout import Dialect
from transactions.reading.csv_records import read_csv
from transactions.reading.intake import Intake
from transactions.reading.json_records import read_json
from transactions.reading.records import MAX_RECORD_BYTES
from transactions.results import FileFormat


def _obie(*records: object) -> bytes:
    return json.dumps({"Data": {"Transaction": records}}).encode()


def _with_pending() -> bytes:
    amount = {"Amount": "1.00", "Currency": "EUR"}
    booked = {"TransactionId": "1", "BookingDateTime": "2025-10-01T00:00:00Z", "Amount": amount}
    return json.dumps({"Data": {"Transaction": [booked], "Pending": [{**booked, "TransactionId": "2"}]}}).encode()


MULTILINE = layout(dialect=Dialect(line_breaks_in_cells=True))


def _two_accounts() -> bytes:
    accounts = ("DE02100000000000000001", "DE02100000000000000002")
    return "".join(f'"Konto";"{account}"\n{support.DKB_HEADER}\n' for account in accounts).encode()


REJECTED_FILES: list[tuple[FileCode, str, FileFormat, bytes]] = [
    (FileCode.UNKNOWN_PARTNER, "nobody", "csv", alpine_file(*good_rows(1))),
    (FileCode.NO_LAYOUT, "alpine", "json", b"[]"),
    (FileCode.WRONG_FILE_TYPE, "alpine", "csv", b"%PDF-1.7\n"),
    (FileCode.WRONG_FILE_TYPE, "obie", "json", b"<html><body>503</body></html>"),
    (FileCode.HEADER_MISMATCH, "alpine", "csv", b"some,thing,else\n1,2,3\n"),
    (FileCode.HEADER_MISMATCH, "alpine", "csv", b"x" * 3_000_000),
    (FileCode.EMPTY_FILE, "alpine", "csv", b""),
    (FileCode.EMPTY_FILE, "alpine", "csv", b"\xef\xbb\xbf \r\n\n  \n"),
    (FileCode.EMPTY_FILE, "obie", "json", b" \n"),
    (FileCode.NO_RECORDS, "alpine", "csv", alpine_file()),
    (FileCode.NO_RECORDS, "alpine", "csv", support.ALPINE_HEADER.encode()),
    (FileCode.NO_RECORDS, "obie", "json", _obie()),
    (
        FileCode.NOT_DECODABLE,
        "alpine",
        "csv",
        alpine_file(alpine_row(counterparty_name="Müller")).replace(b"\xc3", b""),
    ),
    (FileCode.NOT_DECODABLE, "alpine", "csv", alpine_file(*good_rows(1)).decode().encode("utf-16")),
    (FileCode.NOT_DECODABLE, "alpine", "csv", alpine_file(*good_rows(1)) + b"\xc3"),
    (FileCode.NOT_DECODABLE, "obie", "json", b'{"Data": "\xff"}'),
    (FileCode.MALFORMED_CSV, "alpine", "csv", alpine_file(*good_rows(1), "y" * 3_000_000)),
    (FileCode.MALFORMED_JSON, "obie", "json", _obie({"TransactionId": "1"})[:-2]),
    (FileCode.MALFORMED_JSON, "obie", "json", b'{"Data": {"Transaction": ' + b"[" * 100_000),
    (FileCode.MALFORMED_JSON, "obie", "json", _obie({"TransactionId": "1" * MAX_RECORD_BYTES})),
    (FileCode.MALFORMED_JSON, "obie", "json", b'{"Data": {"Transaction": [{"TransactionId": "\\ud800"}]}}'),
    (FileCode.RECORD_PATH_MISSING, "obie", "json", b"[1]"),
    (FileCode.RECORD_PATH_MISSING, "obie", "json", b'{"Data": {"Transaction": {}}}'),
    (FileCode.RECORD_PATH_MISSING, "obie", "json", b'{"Data": null}'),
    (FileCode.RECORDS_UNREAD, "obie", "json", _with_pending()),
    (FileCode.CAPTURE_MISSING, "dkb", "csv", f"{support.DKB_HEADER}\n".encode()),
    (FileCode.SECTION_UNDECLARED, "dkb", "csv", _two_accounts()),
    (FileCode.TOO_MANY_REJECTED, "alpine", "csv", alpine_file(alpine_row(amount="much"))),
]


@pytest.mark.parametrize(("code", "partner", "file_format", "content"), REJECTED_FILES)
def test_a_file_that_cannot_be_processed_gets_its_code(
    code: FileCode, partner: str, file_format: FileFormat, content: bytes, tmp_path: Path
) -> None:
    validation = validate(content, tmp_path, partner, file_format=file_format)

    assert (validation.verdict, validation.reason_code) == ("REJECTED", code)
    assert code.meaning in validation.reason
    assert code.cure in validation.reason


def test_a_file_that_fits_two_layouts_is_ambiguous(tmp_path: Path) -> None:
    layouts = [layout(name="one"), layout(name="two")]

    validation = validate(alpine_file(*good_rows(1)), tmp_path, layouts=layouts)

    assert validation.reason_code == FileCode.AMBIGUOUS_LAYOUT
    assert "one, two" in validation.reason


def test_of_layouts_with_the_same_header_the_rows_decide(tmp_path: Path) -> None:
    iso = layout(name="iso")
    german = DateField(name="booking_date", format="%d.%m.%Y")
    fields = tuple(german if field.name == german.name else field for field in iso.schema.fields)
    layouts = [iso, layout(name="german", schema=Schema(fields=fields))]
    files = [
        alpine_file(*(alpine_row(booking_date=day) for day in days))
        for days in (
            ["2025-10-01"],
            ["01.10.2025"],
            ["2025-10-01", "01.10.2025", "01.10.2025"],
            ["2025-10-01", "01.10.2025"],
        )
    ]

    found = [validate(content, tmp_path, layouts=layouts) for content in files]

    assert [validation.layout for validation in found] == ["iso", "german", "german", ""]
    assert found[-1].reason_code == FileCode.AMBIGUOUS_LAYOUT


def test_a_document_that_fits_two_layouts_is_ambiguous(tmp_path: Path) -> None:
    layouts = [layout("obie-v3", name="one"), layout("obie-v3", name="two")]

    validation = validate(_obie({}), tmp_path, "obie", layouts=layouts, file_format="json")

    assert validation.reason_code == FileCode.AMBIGUOUS_LAYOUT


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([alpine_row(counterparty_name='"Kiosk'), *good_rows(200)], id="quote never closed"),
        pytest.param([alpine_row(counterparty_name='"Kiosk')], id="quote open at the end"),
        pytest.param([alpine_row(counterparty_name='"Kiosk "Nord"')], id="text behind a closing quote"),
        pytest.param([alpine_row(counterparty_name='"Kiosk\n"Nord"'), *good_rows(3)], id="text behind it further down"),
    ],
)
def test_an_open_quote_rejects_a_file_with_multiline_cells(rows: list[str], tmp_path: Path) -> None:
    validation = validate(alpine_file(*good_rows(2, start=900), *rows), tmp_path, layouts=[MULTILINE])

    assert validation.reason_code == FileCode.MALFORMED_CSV
    assert "line 4" in validation.reason


def test_a_document_over_the_limit_is_too_large(tmp_path: Path) -> None:
    # Given a layout whose records lie in several arrays: its document is read as a whole
    intake = Intake(io.BytesIO(json.dumps({"override_accounts": [{"transactions": [{"a": 1}] * 100}]}).encode()))

    with pytest.raises(FileRejectedError, match="too large to be read") as rejection:
        read_json(intake, [layout("plaid-sandbox")], tmp_path, max_bytes=1000)

    assert rejection.value.code == FileCode.FILE_TOO_LARGE


def test_records_the_engine_cannot_account_for_reject_the_file(tmp_path: Path) -> None:
    # Given a reader that has counted one record more than the engine can ever find
    records = read_csv(Intake(io.BytesIO(alpine_file(*good_rows(3)))), [layout()], tmp_path)
    parts = (msgspec.structs.replace(part, rows=part.rows + 1) for part in records.parts)

    with engine(tmp_path, 300) as connection, pytest.raises(FileRejectedError) as rejection:
        stage(connection, msgspec.structs.replace(records, parts=parts), support.source("alpine"), tmp_path)

    assert rejection.value.code == FileCode.RECORDS_LOST


def test_hash_and_size_of_a_rejected_file_are_of_all_its_bytes(tmp_path: Path) -> None:
    content = b"\xff" * 5_000_000

    validation = validate(content, tmp_path)

    assert (validation.sha256, validation.size) == (hashlib.sha256(content).hexdigest(), len(content))


def test_a_header_in_another_order_is_not_read_by_position(tmp_path: Path) -> None:
    first, second, *others = support.ALPINE_HEADER.split(",")

    validation = validate(f"{','.join([second, first, *others])}\n{alpine_row()}\n".encode(), tmp_path)

    assert validation.reason_code == FileCode.HEADER_MISMATCH
    assert "another order" in validation.reason


def test_a_wrong_byte_is_named_by_its_offset(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + alpine_file(*good_rows(30_000)) + b"\xff\n"

    validation = validate(content, tmp_path)

    assert f"at byte {len(content) - 2}" in validation.reason
    assert validation.layout == "alpine-2025"


def test_every_code_has_a_test_of_its_own() -> None:
    elsewhere = {
        FileCode.AMBIGUOUS_LAYOUT,
        FileCode.CAPTURE_AMBIGUOUS,
        FileCode.FILE_TOO_LARGE,
        FileCode.PERIOD_EXCEEDED,
        FileCode.RECORDS_LOST,
        FileCode.TOO_MANY_DATES,
    }

    assert {code for code, *_ in REJECTED_FILES} | elsewhere == set(FileCode)
