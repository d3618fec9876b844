"""What holds for the draft of any bank's file: it shows no value, passes the linter, and is never silently wrong."""

import contextlib
import json
import re
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cli.drafting.reading import DraftError
from cli.drafting.writing import draft
from tests.unit.cli.drafted_files import TOKENS, BankFile, Truth, bank_files
from tests.unit.transactions.support import transform, validate
from transactions.layouts.catalog import read_layout
from transactions.layouts.layout import Layout
from transactions.layouts.layout_file import TO_DO

DECIDED = re.compile(
    r"^ {2}(?:amount|booking_date|currency): .*# DECIDE: |type: date.*# DECIDE: |^ {2}- .*# DECIDE: ", re.M
)
"""A question on what makes a row true: its amount, its day, its currency, or whether it is dropped."""


def _decided(text: str, folder: Path, currency: str = "EUR") -> Layout:
    """Fill in what a person must: the title, and the currency if no column has it."""
    path = folder / f"{re.search('^name: (.+)$', text, re.M)[1]}.yaml"  # type: ignore[index]
    filled = text.replace(f"title: {TO_DO}", "title: A bank").replace(f"value: {TO_DO}", f"value: {currency}")
    path.write_text(filled, encoding="utf-8")
    return read_layout(path)


def _needs_a_person(text: str) -> bool:
    return f"field: {TO_DO}" in text


@settings(max_examples=30)
@given(file=bank_files())
def test_a_draft_quotes_no_value_of_the_file(file: BankFile) -> None:
    text = draft(file.content, "file.csv", "partner")

    assert [secret for secret in file.secrets if secret in text] == []


@settings(max_examples=20)
@given(file=bank_files())
def test_a_draft_passes_the_linter_once_it_is_decided(file: BankFile) -> None:
    text = draft(file.content, "file.csv", "partner")

    with TemporaryDirectory() as folder:
        assert _needs_a_person(text) or _decided(text, Path(folder)).title == "A bank"


# The same files each time: what a draft makes of others is for whoever changes drafting to look into.
@settings(max_examples=40, derandomize=True)
@given(file=bank_files())
def test_a_valid_draft_is_right_or_asks(file: BankFile) -> None:
    text = draft(file.content, "file.csv", "partner")

    with TemporaryDirectory() as folder:
        rows = None if _needs_a_person(text) else _accepted(file.content, _decided(text, Path(folder)), Path(folder))
    assert rows in (None, file.truth) or DECIDED.search(text), file.story


JSON_KEYS = (
    "id",
    "date",
    "bookedAt",
    "amount",
    "value",
    "currency",
    "text",
    "balance",
    "accounts",
    "transactions",
    "a.b",
    "c[0]",
    "",
)


@settings(max_examples=30)
@given(
    document=st.recursive(
        st.one_of(
            TOKENS,
            st.sampled_from(["2025-01-02", "2025-01-03T10:00:00Z", "EUR"]),
            st.integers(-(10**6), 10**6),
            st.booleans(),
            st.none(),
        ),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(JSON_KEYS), inner, max_size=6),
        max_leaves=30,
    )
)
def test_a_draft_of_any_document_quotes_none_of_its_texts(document: Any) -> None:
    text = ""
    with contextlib.suppress(DraftError):
        text = draft(json.dumps(document).encode(), "file.json", "partner")

    assert [token for token in re.findall("[B-Z]{7,9}", json.dumps(document)) if token in text] == []
    with TemporaryDirectory() as folder:
        assert not text or _needs_a_person(text) or _decided(text, Path(folder)).title == "A bank"


@given(partner=st.text(max_size=80))
def test_the_proposed_name_fits_whatever_the_partner(partner: str) -> None:
    text = draft(b"Date,Amount\n2025-01-02,-1.50\n2025-01-03,2.50\n", "file.csv", partner)

    with TemporaryDirectory() as folder:
        layout = _decided(text, Path(folder))
    assert layout.name == f"{layout.partner}-draft"


def _accepted(content: bytes, layout: Layout, folder: Path) -> Truth | None:
    """Return the rows that the pipeline would publish; None if it rejects the file."""
    if validate(content, folder, layout.partner, layouts=[layout]).verdict == "REJECTED":
        return None
    written = transform(content, folder, layout).transactions
    return Counter((row["booking_date"], row["amount"], row["currency"]) for row in written)
