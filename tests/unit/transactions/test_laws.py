"""Laws that hold for any file: what is written reads back equal, and any bytes end in a verdict."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import CATALOG, alpine_file, good_rows, layout, transform, validate
from transactions.assets import asset_folder
from transactions.layouts.fields import DateField, Field, NumberField, Schema
from transactions.layouts.layout import Dialect, Layout
from transactions.results import FileFormat

ROWS = 12
WITHOUT_LONG_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]
FILES = settings(
    max_examples=25, deadline=None, phases=WITHOUT_LONG_SHRINKING, suppress_health_check=[HealthCheck.too_slow]
)
BYTES = settings(
    max_examples=40, deadline=None, phases=WITHOUT_LONG_SHRINKING, suppress_health_check=[HealthCheck.too_slow]
)

# No character that rejects its row, see CHARACTER_FORBIDDEN.
FORBIDDEN = ["\x00", "\ufeff", *map(chr, range(0x80, 0xA0))]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=["\ufffd", *FORBIDDEN]), max_size=12)
amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
dates = st.dates(date(1970, 1, 1), date(2025, 11, 3))
dialects = st.builds(
    Dialect,
    delimiter=st.sampled_from(",;\t|"),
    quote_char=st.sampled_from("\"'"),
    header_within=st.just(5),
    line_breaks_in_cells=st.just(value=True),
)
numbers = st.sampled_from([(".", None), (".", ","), (",", None), (",", "."), (",", " "), (".", "'")])
date_formats = st.sampled_from(
    [("%Y-%m-%d", None), ("%d.%m.%Y", None), ("%d.%m.%y", 70), ("%m/%d/%Y", None), ("%Y%m%d", None)]
)


def _layout(dialect: Dialect, number: tuple[str, str | None], date_format: tuple[str, int | None]) -> Layout:
    def field(shipped: Field) -> Field:
        if isinstance(shipped, NumberField):
            return NumberField(name=shipped.name, decimal_char=number[0], group_char=number[1])
        if isinstance(shipped, DateField):
            return DateField(name=shipped.name, format=date_format[0], pivot=date_format[1])
        return shipped

    fields = tuple(map(field, layout().schema.fields))
    return layout(dialect=dialect, schema=Schema(fields=fields))


def _written(file_layout: Layout, row: tuple[str, Decimal, date], position: int) -> list[str]:
    remittance, amount, booked = row
    number, day = file_layout.field("amount"), file_layout.field("booking_date")
    assert isinstance(number, NumberField)
    assert isinstance(day, DateField)
    cells = {
        "transaction_id": f"T{position}",
        "booking_date": booked.strftime(day.formats[0]),
        "amount": f"{amount:,.2f}".replace(",", "_")
        .replace(".", number.decimal_char)
        .replace("_", next(iter(number.group_chars), "")),
        "currency": "EUR",
        "remittance_information": remittance,
    }
    return [cells.get(name, "") for name in file_layout.header]


@FILES
@given(
    file_layout=st.builds(_layout, dialects, numbers, date_formats),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    preamble=st.lists(st.sampled_from(["", "Statement", "a;b,c|d"]), max_size=4),
    rows=st.lists(st.tuples(texts, amounts, dates), min_size=1, max_size=ROWS),
)
def test_any_table_in_any_dialect_reads_back_exactly(
    file_layout: Layout, end: str, preamble: list[str], rows: list[tuple[str, Decimal, date]]
) -> None:
    # Given a table in a file of that dialect
    dialect, text = file_layout.dialect, io.StringIO(newline="")
    # The writer puts quotes around its own line end only; any other would end the row.
    breaks = any(set(remittance) & {"\r", "\n"} for remittance, *_ in rows)
    quoting: Literal[0, 1] = csv.QUOTE_ALL if breaks else csv.QUOTE_MINIMAL
    writer = csv.writer(
        text, delimiter=dialect.delimiter, quotechar=dialect.quote_char, lineterminator=end, quoting=quoting
    )
    text.write("".join(line + end for line in preamble))
    writer.writerow(file_layout.header)
    writer.writerows(_written(file_layout, row, position) for position, row in enumerate(rows))

    # When it is transformed
    with TemporaryDirectory() as folder:
        output = transform(text.getvalue().encode(), Path(folder), file_layout)

    # Then each row is the one written, and the sum is that of Python's exact decimals
    found = [(row["remittance_information"] or "", row["amount"], row["booking_date"]) for row in output.transactions]
    assert found == [(_one_line_end(remittance), amount, booked) for remittance, amount, booked in rows]
    (total,) = output.transformation.totals
    assert Decimal(total.sum) == sum(amount for _, amount, _ in rows)


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


CSV_FILE = alpine_file(*good_rows(8), '"a ""quoted"" cell"' + "," * 10)
JSON_FILE = json.dumps(
    {
        "Data": {
            "Transaction": [
                {
                    "TransactionId": str(number),
                    "Amount": {"Amount": "1.00", "Currency": "GBP"},
                    "CreditDebitIndicator": "Credit",
                    "BookingDateTime": "2025-10-01T00:00:00Z",
                }
                for number in range(5)
            ]
        }
    },
    indent=1,
).encode()
pieces = st.one_of(
    st.binary(max_size=4), st.sampled_from([b'"', b"\n", b"\r\n", b",", b",,,,", b'""', b"\x00", b"\xff", b"{", b"]"])
)


def _mutated(content: bytes, data: st.DataObject) -> bytes:
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(start + 40, len(content))))
        content = content[:start] + data.draw(pieces) + content[end:]
    return content


@BYTES
@pytest.mark.parametrize(("file_format", "content"), [("csv", CSV_FILE), ("json", JSON_FILE)])
@given(data=st.data())
def test_any_mutation_of_the_bytes_ends_in_a_verdict(
    file_format: FileFormat, content: bytes, data: st.DataObject
) -> None:
    mutated = _mutated(content, data)

    with TemporaryDirectory() as folder:
        partner = "alpine" if file_format == "csv" else "obie"
        validation = validate(mutated, Path(folder), partner, file_format=file_format)

    assert validation.verdict in {"VALID", "VALID_WITH_REJECTED_ROWS", "REJECTED"}
    assert (validation.verdict == "REJECTED") == bool(validation.reason_code)


@BYTES
@given(shipped=st.sampled_from(sorted(CATALOG, key=lambda shipped: shipped.name)), data=st.data())
def test_any_mutation_of_any_layouts_sample_ends_in_a_verdict(shipped: Layout, data: st.DataObject) -> None:
    sample = (asset_folder("layouts") / f"{shipped.name}.sample.{shipped.format}").read_bytes()

    with TemporaryDirectory() as folder:
        validation = validate(
            _mutated(sample, data),
            Path(folder),
            shipped.partner,
            file_format=shipped.format,
            file_name=shipped.sample.file_name,
        )

    assert (validation.verdict == "REJECTED") == bool(validation.reason_code)
