"""Files that are made to break what reads them, to run code in it, or to carry something out of it."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from transactions.codes import FileCode, RowCode
from transactions.layouts.catalog import LayoutCatalog

MILLION: Final = 1_000_000
PLANTED: Final = "Planted-Nachtschatten"
"""Stands in a cell of every file; must stand in no log line, report or answer."""

_HEADER: Final = LayoutCatalog.load().get("alpine-2025").header
_GOOD: Final = {
    "transaction_id": "T1",
    "account": "CH1100000000000000001",
    "booking_date": "2025-10-01",
    "amount": "1.00",
    "currency": "CHF",
    "counterparty_name": PLANTED,
}


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """One hostile file, made when it is asked for, and the outcome it must have.

    ``code`` is the file's reason, or that of its rejected row; empty where every row is data and taken as it is.
    """

    name: str
    content: Callable[[], bytes]
    code: FileCode | RowCode | None
    partner: str = "alpine"
    format: str = "csv"
    file_name: str = "file.csv"


def alpine(**cells: str) -> bytes:
    """Write a statement of a good row and of one with these cells."""
    rows = [_GOOD, _GOOD | {"transaction_id": "T2"} | cells]
    lines = [",".join(row.get(column, "") for column in _HEADER) for row in rows]
    return "\n".join([",".join(_HEADER), *lines, ""]).encode()


def alpine_under(column: str) -> bytes:
    """Write a statement with another name in its header."""
    return alpine().replace(b"counterparty_name", column.encode(), 1)


def obie(amount: str = '"1.00"', more: str = "") -> bytes:
    """Write a document with one transaction; ``amount`` and ``more`` are JSON text."""
    transaction = (
        f'{{"AccountId": "A", "TransactionId": "T", "Status": "Booked", "Amount": {{"Amount": {amount}, '
        f'"Currency": "GBP"}}, "CreditDebitIndicator": "Credit", "BookingDateTime": "2025-10-01T10:00:00Z", '
        f'"MerchantDetails": {{"MerchantName": "{PLANTED}"}}{more}}}'
    )
    return f'{{"Data": {{"Transaction": [{transaction}]}}}}'.encode()


def gzip_bomb(start: bytes, block: bytes, times: int) -> bytes:
    """Compress ``start`` and then ``block`` so many times, without ever holding them."""
    packer = zlib.compressobj(level=9, wbits=31)
    packed = [packer.compress(start), *(packer.compress(block) for _ in range(times)), packer.flush()]
    return b"".join(packed)


def csv_files() -> Iterator[Hostile]:
    """Yield files that pass for CSV."""
    yield from _huge_csv_files()
    yield from _odd_csv_files()
    for name, file_name in (
        ("markup in the file's name", "<script>alert(1)</script>'\";.csv"),
        ("a path as the file's name", "../../../etc/passwd.csv"),
        ("a thousand bytes of name", f"{'n' * 1000}.csv"),
    ):
        yield Hostile(name=name, content=alpine, code=None, file_name=file_name)
    for name, partner in (("a path as the partner", ".."), ("SQL as the partner", "alpine' OR '1'='1")):
        yield Hostile(name=name, content=alpine, code=FileCode.UNKNOWN_PARTNER, partner=partner)


def _huge_csv_files() -> Iterator[Hostile]:
    huge = "x" * (100 * MILLION)
    wide = b"c," * MILLION + b"\n"
    empty_rows = (b"," * 10 + b"\n") * 100_000
    too_many = FileCode.TOO_MANY_REJECTED
    files: list[tuple[str, Callable[[], bytes], FileCode | RowCode | None]] = [
        ("a gzip bomb of 2 GB", lambda: gzip_bomb(alpine(), b"a" * MILLION, 2000), FileCode.MALFORMED_CSV),
        ("20 million short lines in a gzip", lambda: gzip_bomb(alpine(), b"x\n" * MILLION, 20), too_many),
        ("10 million empty rows in a gzip", lambda: gzip_bomb(alpine(), empty_rows, 100), FileCode.FILE_TOO_LARGE),
        ("one line of 100 MB", lambda: alpine() + huge.encode(), FileCode.MALFORMED_CSV),
        ("a header of 100 MB", huge.encode, FileCode.HEADER_MISMATCH),
        ("a quoted cell of 100 MB", lambda: alpine(counterparty_name=f'"{huge}"'), FileCode.MALFORMED_CSV),
        ("a million columns in the header", lambda: wide, FileCode.HEADER_MISMATCH),
        ("a million columns in a row", lambda: alpine() + wide, FileCode.MALFORMED_CSV),
        ("a million empty lines", lambda: alpine() + b"\n" * MILLION, None),
        ("a million open quotes", lambda: alpine() + b'"\n' * MILLION, too_many),
        ("a number with a million digits", lambda: alpine(amount="9" * MILLION), FileCode.MALFORMED_CSV),
        ("NUL bytes only", lambda: b"\0" * MILLION, FileCode.HEADER_MISMATCH),
    ]
    for name, content, code in files:
        yield Hostile(name=name, content=content, code=code)


def _odd_csv_files() -> Iterator[Hostile]:
    in_header = {
        "SQL": "x'); DROP TABLE transactions; --",
        "a quoted identifier": '"a"" FROM read_text(\'/etc/passwd\') --"',
        "a homoglyph": "\N{CYRILLIC SMALL LETTER ES}ounterparty_name",
        "an invisible letter": "counterparty_name\N{ZERO WIDTH SPACE}",
    }
    for name, column in in_header.items():
        content = alpine_under(column)
        yield Hostile(name=f"{name} in the header", content=content.strip, code=FileCode.HEADER_MISMATCH)
    taken = {
        "SQL": "'; COPY (SELECT 1) TO '/tmp/planted'; -- $$ || getenv('AWS_SECRET_ACCESS_KEY')",
        "a spreadsheet formula": "=cmd|' /C calc'!A0",
        "control characters": "\x1b[2J\x07\x08",
        "a template": "{{7*7}} ${jndi:ldap://127.0.0.1/a} %s%n",
    }
    for name, cell in taken.items():
        yield Hostile(name=f"{name} in a name", content=alpine(counterparty_name=cell).strip, code=None)
    refused: list[tuple[str, dict[str, str], RowCode]] = [
        ("NUL bytes in a name", {"counterparty_name": "a\0b"}, RowCode.CHARACTER_FORBIDDEN),
        ("SQL as an amount", {"amount": "1); DROP TABLE x; --"}, RowCode.AMOUNT_FORMAT),
        ("a huge exponent", {"amount": "1e999999999"}, RowCode.AMOUNT_FORMAT),
        ("not a number", {"amount": "NaN"}, RowCode.AMOUNT_FORMAT),
        ("digits of another script", {"amount": "\N{ARABIC-INDIC DIGIT ONE}.00"}, RowCode.AMOUNT_FORMAT),
        ("a date far away", {"booking_date": "9999999-12-31"}, RowCode.DATE_FORMAT),
        ("a path as a date", {"booking_date": "../../2025-10-01"}, RowCode.DATE_FORMAT),
        ("markup as a currency", {"currency": "<script>alert(1)</script>"}, RowCode.CURRENCY_UNKNOWN),
        ("an escape sequence as a currency", {"currency": "\x1b[31mCHF"}, RowCode.CURRENCY_UNKNOWN),
        ("text from right to left", {"currency": "\N{RIGHT-TO-LEFT OVERRIDE}FHC"}, RowCode.CURRENCY_UNKNOWN),
    ]
    for name, cells, code in refused:
        yield Hostile(name=name, content=alpine(**cells).strip, code=code)
    packed = {
        "a zip file": (b"PK\x03\x04" + b"\0" * 1000, FileCode.WRONG_FILE_TYPE),
        "gzip inside gzip": (gzip.compress(gzip.compress(alpine())), FileCode.NOT_DECODABLE),
        "gzip cut off": (gzip.compress(alpine())[:-9], FileCode.NOT_DECODABLE),
    }
    for name, (packed_content, file_code) in packed.items():
        yield Hostile(name=name, content=packed_content.strip, code=file_code)


def json_files() -> Iterator[Hostile]:
    """Yield files that pass for JSON."""
    deep_inside = f', "x": {"[" * MILLION}{"]" * MILLION}'
    malformed = FileCode.MALFORMED_JSON
    files: list[tuple[str, Callable[[], bytes], FileCode | RowCode | None]] = [
        ("arrays nested a million deep", lambda: b"[" * MILLION + b"]" * MILLION, malformed),
        ("objects nested a million deep", lambda: b'{"Data":' * MILLION + b"1" + b"}" * MILLION, malformed),
        ("nesting inside a record", lambda: obie(more=deep_inside), malformed),
        ("nesting that never ends", lambda: b'{"Data": {"Transaction": ' + b"[" * MILLION, malformed),
        ("a string of 100 MB", lambda: obie(more=f', "x": "{"x" * (100 * MILLION)}"'), malformed),
        ("a million keys", lambda: obie(more="".join(f', "k{n}": 1' for n in range(MILLION))), malformed),
        (
            "a gzip bomb of 2 GB",
            lambda: gzip_bomb(b'{"Data": {"Transaction": [{"x": "', b"a" * MILLION, 2000),
            FileCode.FILE_TOO_LARGE,
        ),
        ("a number with a million digits", lambda: obie(amount="9" * MILLION), malformed),
        ("a text with a million digits", lambda: obie(amount=f'"{"9" * MILLION}"'), malformed),
        ("a huge exponent", lambda: obie(amount="1e999999999"), FileCode.TOO_MANY_REJECTED),
        ("infinity", lambda: obie(amount="Infinity"), malformed),
        ("half a surrogate pair", lambda: obie(more=', "TransactionInformation": "\\ud800"'), malformed),
        ("an escaped NUL", lambda: obie(more=', "TransactionInformation": "a\\u0000b"'), FileCode.TOO_MANY_REJECTED),
        (
            "a million empty records",
            lambda: b'{"Data": {"Transaction": [' + b"{}," * MILLION + b"{}]}}",
            FileCode.TOO_MANY_REJECTED,
        ),
        ("a broken line", f'{{"x": "{PLANTED}"}}\n{{\n'.encode, malformed),
    ]
    for name, content, code in files:
        yield Hostile(name=name, content=content, code=code, partner="obie", format="json", file_name="file.json")
