"""The reference says what Python's own readers say, and what differs from it is found."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.differential.compare import differences
from tests.differential.generate.case import Case
from tests.differential.product import ProductResult, run_product
from tests.differential.reference.csv_cells import QuoteMisplacedError, QuoteOpenError, split
from tests.differential.reference.json_text import Node, NotJsonError, parse
from transactions.results import Counts, Total

records = st.lists(st.sampled_from(['"', '""', ",", "a", "b c", "\n", "'"]), max_size=12).map("".join)
"""Without blanks beside quotes, which Python's csv takes for text."""
documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
scraps = st.lists(
    st.sampled_from([*'{}[],:"\\ \n0123.-e', "true", "null", '"a"', "\\u0041", "\\n", "1e5", "\x01"]), max_size=14
).map("".join)


@given(record=records)
def test_a_record_is_split_as_pythons_csv_splits_it(record: str) -> None:
    def by_python() -> list[str] | None:
        try:
            found = list(csv.reader(record.splitlines(keepends=True), strict=True))
        except csv.Error:
            return None
        # A line end outside of quotes ends the record.
        return found[0] if len(found) == 1 and not record.endswith("\n") else None

    def by_reference() -> list[str] | None:
        try:
            return split(record, {})
        except (QuoteOpenError, QuoteMisplacedError):
            return None

    if by_python() is not None:
        assert by_reference() == by_python()
    elif "\n" not in record and record:
        assert by_reference() is None


@given(
    cells=st.lists(st.text('ab"\\, ', max_size=6), min_size=2, max_size=5),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_a_record_with_escapes_is_split_as_python_wrote_it(cells: list[str], quoting: Literal[0, 1]) -> None:
    written = io.StringIO()
    csv.writer(written, doublequote=False, escapechar="\\", quoting=quoting, lineterminator="").writerow(cells)

    assert split(written.getvalue(), {"escapeChar": "\\"}) == cells


@given(document=documents, indent=st.sampled_from([None, 1]))
def test_a_document_is_read_as_pythons_json_reads_it(document: Any, indent: int | None) -> None:
    text = json.dumps(document, indent=indent, default=str)

    assert _plain(parse(text)) == json.loads(text, parse_int=str, parse_float=str)


@given(text=scraps)
def test_the_reference_accepts_exactly_the_json_python_accepts(text: str) -> None:
    def by_python() -> Any:
        try:
            return json.loads(text, parse_int=str, parse_float=str)
        except ValueError:
            return NotJsonError

    def by_reference() -> Any:
        try:
            return _plain(parse(text))
        except NotJsonError:
            return NotJsonError

    assert by_reference() == by_python()


def _plain(node: Node) -> Any:
    match node.kind:
        case "object":
            return {name: _plain(inner) for name, inner in node.members}
        case "array":
            return [_plain(inner) for inner in node.elements]
        case "boolean" | "null":
            return {"true": True, "false": False, "null": None}[node.text]
        case _:
            return node.text


LAYOUT: dict[str, Any] = {
    "name": "case",
    "partner": "bank",
    "title": "A case",
    "format": "csv",
    "schema": {
        "fields": [
            {"name": "Day", "type": "date", "format": "%Y-%m-%d"},
            {"name": "Text", "type": "string"},
            {"name": "Sum", "type": "number"},
        ]
    },
    "mapping": {
        "transaction_id": {"function": "row_hash"},
        "booking_date": {"function": "date", "field": "Day"},
        "amount": {"function": "amount", "field": "Sum"},
        "currency": {"function": "constant", "value": "EUR"},
        "remittance_information": {"function": "text", "field": "Text"},
    },
    "drop": [{"field": "Text", "values": ["pending"]}],
    "sample": {"accepted": 0, "totals": {}},
}
FILE = b"Day,Text,Sum\n2025-10-01,one,1.00\n2025-10-02,two,-2.50\n2025-10-03,pending,7\n2025-10-04,bad,1.005\n"
CASE = Case(seed=0, number=0, layout=LAYOUT, content=FILE, file_name="file.csv")


def _changed(found: ProductResult, place: int, **cells: Any) -> ProductResult:
    rows = [dict(row) for row in found.transactions]
    rows[place] |= cells
    return replace(found, transactions=tuple(rows))


def _judged(found: ProductResult, **facts: Any) -> ProductResult:
    assert found.validation
    return replace(found, validation=msgspec.structs.replace(found.validation, **facts))


BROKEN: dict[str, Callable[[ProductResult], ProductResult]] = {
    "amount": lambda found: _changed(found, 1, amount=Decimal("2.50")),
    "text": lambda found: _changed(found, 0, remittance_information="one "),
    "day": lambda found: _changed(found, 0, booking_date=found.transactions[1]["booking_date"]),
    "line": lambda found: _changed(found, 0, source_line=3),
    "id": lambda found: _changed(found, 0, transaction_id=found.transactions[1]["transaction_id"]),
    "row lost": lambda found: replace(found, transactions=found.transactions[1:]),
    "row twice": lambda found: replace(found, transactions=(*found.transactions, found.transactions[0])),
    "rejected row lost": lambda found: replace(found, quarantine=()),
    "other code": lambda found: replace(found, quarantine=({**found.quarantine[0], "error_code": "AMOUNT_FORMAT"},)),
    "other field": lambda found: replace(found, quarantine=({**found.quarantine[0], "field": "Text"},)),
    "verdict": lambda found: _judged(found, verdict="VALID"),
    "refused": lambda found: _judged(found, verdict="REJECTED", reason_code="NO_RECORDS"),
    "counts": lambda found: _judged(found, counts=Counts(read=4)),
    "totals": lambda found: _judged(found, totals=(Total(currency="EUR", count=2, sum="1.50"),)),
    "failed": lambda found: replace(found, failure="EngineError"),
}


def test_equal_results_have_no_differences() -> None:
    assert differences(CASE, run_product(CASE)) == ()


@pytest.mark.parametrize("broken", BROKEN)
def test_each_deviation_of_the_product_is_found(broken: str) -> None:
    assert differences(CASE, BROKEN[broken](run_product(CASE)))
