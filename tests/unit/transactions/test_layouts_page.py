"""The page on layouts names every key and function of the language."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from transactions import documents, patterns
from transactions.contract import canonical
from transactions.engine.expressions import DAYS_BEFORE_CLOSING, EARLIEST_DATE
from transactions.layouts import date_notations, dates, derived, fields, layout, mapping
from transactions.layouts.catalog import LayoutCatalog
from transactions.layouts.encodings import ENCODINGS

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "layouts.md").read_text(encoding="utf-8")
PARTS = [
    layout.Layout,
    layout.Dialect,
    layout.Capture,
    layout.Predicate,
    layout.ContinuationLines,
    layout.Limits,
    layout.Due,
    layout.SampleResult,
    fields.Schema,
    fields.Constraints,
    fields.Closing,
    derived.Derived,
]
TAGGED = [*get_args(mapping.Function), *get_args(fields.Field)]


@pytest.mark.parametrize("part", [*PARTS, *TAGGED], ids=lambda part: part.__name__)
def test_the_page_names_every_key(part: type[msgspec.Struct]) -> None:
    for key in part.__struct_encode_fields__:
        assert re.search(rf"`[a-zA-Z.]*\b{key}\b", PAGE)


@pytest.mark.parametrize("tagged", TAGGED, ids=lambda tagged: tagged.__name__)
def test_the_page_names_every_function_and_type(tagged: type[msgspec.Struct]) -> None:
    assert f"| `{tagged.__struct_config__.tag}` |" in PAGE


def test_the_page_refers_to_layouts_that_ship() -> None:
    examples = PAGE.partition("## Where to look it up")[2].partition("## Keys")[0]
    named = set(re.findall(r"`([a-z0-9]+-[a-z0-9]+)`", examples))

    assert named
    assert named <= {shipped.name for shipped in LayoutCatalog.load()}


def test_the_page_gives_the_rules_as_they_are() -> None:
    assert str(EARLIEST_DATE) in PAGE
    assert f"up to {canonical().table('transactions').column('value_date').days_ahead} days" in PAGE
    assert f"at most {layout.MOST_BOOKING_DATES}:" in PAGE
    assert f"| {layout.Limits().booking_dates}: three years of days |" in PAGE
    assert all(directive in PAGE for directive in dates.DIRECTIVES)
    assert all(f"`{counted}`" in PAGE for counted in date_notations.COUNTED)
    assert f"more than {DAYS_BEFORE_CLOSING} days back" in PAGE


def test_the_page_names_every_encoding() -> None:
    for family, names in ENCODINGS.items():
        assert f"| {family} | {' '.join(f'`{name}`' for name in names.split())} |" in PAGE


def test_the_page_gives_the_limits_as_they_are() -> None:
    assert f"at most {documents.MAX_BYTES >> 10} KiB and {documents.MAX_VALUES} values" in PAGE
    assert f"at most {documents.MAX_DEPTH} deep" in PAGE
    assert f"at most {patterns.MAX_CHARACTERS} characters" in PAGE
    assert f"up to {patterns.MAX_REPEATS}," in PAGE


def test_what_the_pages_table_of_patterns_shows_is_taken() -> None:
    table = PAGE.partition("### Patterns")[2].partition("There are no flags")[0]
    shown = [re.findall(r"`([^`]+)`", line.split(" | ")[0].replace(r"\|", "|")) for line in table.splitlines()]
    written = [pattern for line in shown for pattern in line if line]

    assert len(written) > 20
    for pattern in written:
        assert patterns.parsed(pattern)
