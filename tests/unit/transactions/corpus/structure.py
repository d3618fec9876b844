"""CSV files whose bytes, lines or columns are not as agreed."""

import gzip
from collections.abc import Iterator

from tests.unit.transactions.corpus.case import GOOD, Case, Trap, among_good, refused
from tests.unit.transactions.support import ALPINE_HEADER, DKB_HEADER, alpine_file, alpine_row, good_rows, layout
from transactions.codes import FileCode, RowCode, WarningCode
from transactions.layouts.layout import Dialect, Limits
from transactions.reading.records import MAX_RECORD_BYTES

ROWS = good_rows(GOOD)
FILE = alpine_file(*ROWS)
COLUMNS = ALPINE_HEADER.split(",")
QUOTE_OPEN = alpine_row(counterparty_name='"Kiosk')
UMLAUT = alpine_file(*ROWS, alpine_row(counterparty_name="Müller & Söhne"))


def structure() -> Iterator[Case]:
    """Yield the cases."""
    yield from _empty()
    yield from _encodings()
    yield from _columns()
    yield from _rows()
    yield from _quotes()
    yield from _read_all_the_same()


def _empty() -> Iterator[Case]:
    yield refused("empty file", FileCode.EMPTY_FILE, b"", trap=Trap.EMPTY_FILE)
    yield refused("blank lines only", FileCode.EMPTY_FILE, b"\r\n\n  \n", trap=Trap.EMPTY_FILE)
    yield refused("byte order mark only", FileCode.EMPTY_FILE, b"\xef\xbb\xbf", trap=Trap.EMPTY_FILE)
    for mark in ("utf-16-le", "utf-16-be"):
        content = "\ufeff\r\n".encode(mark)
        yield refused(f"{mark} mark only", FileCode.EMPTY_FILE, content, layouts=(layout(encoding="utf-16"),))
    yield refused("header only", FileCode.NO_RECORDS, alpine_file(), trap=Trap.EMPTY_FILE)
    yield refused("header without a line end", FileCode.NO_RECORDS, ALPINE_HEADER.encode())
    yield refused("unknown partner", FileCode.UNKNOWN_PARTNER, FILE, partner="nobody")
    yield refused("CSV named JSON", FileCode.NO_LAYOUT, FILE, format="json")


def _encodings() -> Iterator[Case]:
    not_decodable = FileCode.NOT_DECODABLE
    yield refused("Latin-1", not_decodable, UMLAUT.decode().encode("latin-1"), trap=Trap.ENCODING)
    yield refused("UTF-16 with a byte order mark", not_decodable, FILE.decode().encode("utf-16"), trap=Trap.ENCODING)
    for encoding in ("utf-16-le", "utf-16-be"):
        content, name = FILE.decode().encode(encoding), f"{encoding} without a byte order mark"
        yield refused(name, not_decodable, content, trap=Trap.ENCODING)
        other_header = FILE.decode().replace("account", "konto", 1).encode(encoding)
        mismatch = FileCode.HEADER_MISMATCH
        yield refused(f"{encoding} with another header", mismatch, other_header, layouts=(layout(encoding=encoding),))
        yield refused(f"{name} under utf-16", not_decodable, content, layouts=(layout(encoding="utf-16"),))
    windows = (layout(encoding="iso-8859-1"),)
    euro = alpine_file(alpine_row(counterparty_name="5 € Müller")).decode().encode("cp1252")
    yield refused("Windows code page declared as Latin-1", not_decodable, euro, layouts=windows, trap=Trap.ENCODING)
    yield refused("UTF-8 declared as Latin-1", not_decodable, UMLAUT, layouts=windows, trap=Trap.ENCODING)
    yield refused("character cut off at the end", not_decodable, FILE + b"\xc3")
    yield refused("character written too long", not_decodable, FILE + b"\xc0\xaf\n")
    yield refused("half of a surrogate pair", not_decodable, FILE + b"\xed\xa0\x80\n")
    yield refused("gzip cut off", not_decodable, gzip.compress(FILE)[:-9], trap=Trap.GZIP_UNNAMED)
    damaged = bytearray(gzip.compress(FILE))
    damaged[-8] ^= 1
    yield refused("gzip with a wrong checksum", not_decodable, bytes(damaged), trap=Trap.GZIP_UNNAMED)
    yield refused("gzip of nothing", FileCode.EMPTY_FILE, gzip.compress(b""), trap=Trap.GZIP_UNNAMED)


def _columns() -> Iterator[Case]:
    mismatch = FileCode.HEADER_MISMATCH
    swapped = [COLUMNS[1], COLUMNS[0], *COLUMNS[2:]]
    for name, header, trap in (
        ("two columns in another order", swapped, Trap.HEADER_IGNORED),
        ("column under another name", ["id", *COLUMNS[1:]], Trap.HEADER_IGNORED),
        ("column name in capitals", ["TRANSACTION_ID", *COLUMNS[1:]], None),
        ("column name with a space behind", ["transaction_id ", *COLUMNS[1:]], None),
        ("column missing", COLUMNS[:-1], Trap.HEADER_IGNORED),
        ("column too many", [*COLUMNS, "fee"], Trap.HEADER_IGNORED),
        ("column twice", [*COLUMNS[:-1], COLUMNS[0]], Trap.HEADER_IGNORED),
    ):
        yield refused(name, mismatch, "\n".join([",".join(header), *ROWS]).encode(), trap=trap)
    yield refused("no header", mismatch, "\n".join(ROWS).encode())
    yield refused("lines above the header", mismatch, b"Export of October\n" + FILE)
    yield refused("semicolons between the cells", mismatch, FILE.replace(b",", b";"))
    yield refused("tabs between the cells", mismatch, FILE.replace(b",", b"\t"))
    other_type = FileCode.WRONG_FILE_TYPE
    yield refused("page with an error message", other_type, b"<!DOCTYPE html>\n<html><body>503</body></html>\n")
    yield refused("PDF", other_type, b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n")
    yield refused("XLSX named CSV", other_type, b"PK\x03\x04" + b"\0" * 26 + b"xl/workbook.xml")
    yield refused("JSON named CSV", other_type, b'[{"transaction_id": "T1"}]')
    yield refused("one very long line", mismatch, b"x" * 3_000_000, trap=Trap.LONG_LINE)
    yield refused("facts above the header missing", FileCode.CAPTURE_MISSING, f"{DKB_HEADER}\n".encode(), partner="dkb")
    two_accounts = f'"Konto";"DE02100000000000000001"\n{DKB_HEADER}\n"Konto";"DE02100000000000000002"\n'.encode()
    sections = (layout("dkb-2023", sections=True),)
    yield refused("second account below the first", FileCode.SECTION_UNDECLARED, two_accounts, partner="dkb")
    ambiguous = two_accounts + f'"Konto";"DE02100000000000000003"\n{DKB_HEADER}\n'.encode()
    yield refused(
        "two accounts above one section", FileCode.CAPTURE_AMBIGUOUS, ambiguous, partner="dkb", layouts=sections
    )
    twins = (layout(name="one"), layout(name="two"))
    yield refused("two layouts that fit", FileCode.AMBIGUOUS_LAYOUT, FILE, layouts=twins)


def _rows() -> Iterator[Case]:
    count = {RowCode.FIELD_COUNT: 1}
    yield among_good("row with a cell too few", ",".join(alpine_row().split(",")[:-1]), count)
    yield among_good("row with a cell too many", alpine_row() + ",more", count)
    yield among_good("decimal comma without quotes", alpine_row(amount="12,50"), count)
    yield among_good("last row cut off", alpine_row()[:20], count)
    yield among_good("total below the rows", "Total,-50.00", count)
    yield among_good(
        "header once more among the rows",
        ALPINE_HEADER,
        {RowCode.AMOUNT_FORMAT: 2, RowCode.CURRENCY_UNKNOWN: 1, RowCode.DATE_FORMAT: 2},
        lines=(GOOD + 2,) * 5,
    )
    yield Case(
        name="file twice in one",
        content=FILE + FILE.split(b"\n", 1)[1],
        accepted=GOOD,
        rejected=GOOD,
        errors={RowCode.DUPLICATE_ID: GOOD},
        lines=tuple(range(GOOD + 2, 2 * GOOD + 2)),
    )
    yield Case(
        name="short row below blank lines",
        content=alpine_file("", *ROWS, "", "", "1,2", *good_rows(2, start=GOOD)),
        accepted=GOOD + 2,
        rejected=1,
        errors=count,
        lines=(GOOD + 5,),
        trap=Trap.LINES_SHIFTED,
    )
    yield Case(
        name="more wrong rows than allowed",
        content=alpine_file(*ROWS[:1], *["1,2"] * 2),
        file_code=FileCode.TOO_MANY_REJECTED,
        accepted=1,
        rejected=2,
        errors={RowCode.FIELD_COUNT: 2},
    )
    yield Case(
        name="more booking dates than allowed",
        content=alpine_file(*ROWS, alpine_row(transaction_id="T2", booking_date="2025-10-02")),
        layouts=(layout(limits=Limits(booking_dates=1)),),
        file_code=FileCode.TOO_MANY_DATES,
        accepted=GOOD + 1,
    )
    yield Case(
        name="month where the day belongs",
        content=alpine_file(*ROWS, alpine_row(transaction_id="T2", booking_date="2025-02-10")),
        layouts=(layout(limits=Limits(span_days=31)),),
        file_code=FileCode.PERIOD_EXCEEDED,
        accepted=GOOD + 1,
    )
    long = "y" * (MAX_RECORD_BYTES + 1)
    yield refused("long line among the rows", FileCode.MALFORMED_CSV, alpine_file(*ROWS, long), trap=Trap.LONG_LINE)
    footed = layout(dialect=Dialect(footer="^Total"))
    skipped = {RowCode.LINE_SKIPPED: 1}
    yield among_good("row below the footer", "Total\n" + alpine_row(), skipped, layouts=(footed,), lines=(GOOD + 3,))
    for character in ("\x00", "\ufeff", "\x85"):
        name = f"character U+{ord(character):04X} in a text"
        yield among_good(name, alpine_row(counterparty_name=f"Ki{character}osk"), {RowCode.CHARACTER_FORBIDDEN: 1})


def _quotes() -> Iterator[Case]:
    wrong = {RowCode.QUOTE_MALFORMED: 1}
    for name, cell in (
        ("quote not doubled", '"a"b"'),
        ("text behind a closing quote", '"Kiosk" Nord'),
        ("quotes paired by chance", '5" pipe,"open'),
    ):
        yield among_good(name, alpine_row(counterparty_name=cell), wrong)
    yield Case(
        name="quote never closed",
        content=alpine_file(QUOTE_OPEN, *good_rows(300)),
        accepted=300,
        rejected=1,
        errors=wrong,
        lines=(2,),
        trap=Trap.ROWS_SWALLOWED,
    )
    yield refused(
        "quote never closed where cells may span lines",
        FileCode.MALFORMED_CSV,
        alpine_file(QUOTE_OPEN, *good_rows(300)),
        layouts=(layout(dialect=Dialect(line_breaks_in_cells=True)),),
        trap=Trap.ROWS_SWALLOWED,
    )


def _read_all_the_same() -> Iterator[Case]:
    """Yield files that are odd and leave nothing open: every row is read."""
    first, *others = FILE.splitlines()
    mixed = first + b"\r\n" + b"\n".join(others[:2]) + b"\r\n" + b"\r".join(others[2:]) + b"\r"
    for name, content, trap in (
        ("line ends of three kinds", mixed, Trap.LINE_ENDS),
        ("carriage returns alone", FILE.replace(b"\n", b"\r"), Trap.LINE_ENDS),
        ("quote within a cell", FILE.replace(b"Kiosk Nord", b'5" pipe'), None),
        ("byte order mark before the header", b"\xef\xbb\xbf" + FILE, None),
        ("gzip under the name of a CSV file", gzip.compress(FILE), Trap.GZIP_UNNAMED),
        ("two gzip files in one", gzip.compress(FILE[:200]) + gzip.compress(FILE[200:]), Trap.GZIP_UNNAMED),
        ("blank lines everywhere", FILE.replace(b"\n", b"\n\n \n"), Trap.LINES_SHIFTED),
    ):
        yield Case(name=name, content=content, accepted=GOOD, trap=trap)
    cut_off = {WarningCode.FINAL_LINE_END_MISSING: 1}
    yield Case(name="no line end at the end", content=FILE.rstrip(b"\n"), accepted=GOOD, warnings=cut_off)
    yield Case(
        name="Windows code page, as declared",
        content=alpine_file(alpine_row(counterparty_name="5 € Müller")).decode().encode("cp1252"),
        layouts=(layout(encoding="cp1252"),),
        accepted=1,
        trap=Trap.ENCODING,
    )
