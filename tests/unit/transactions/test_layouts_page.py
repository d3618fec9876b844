"""The page on layouts names every key and function of the language."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from transactions.engine.expressions import DAYS_AHEAD, EARLIEST_DATE
from transactions.layouts import dates, fields, layout, mapping
from transactions.layouts.catalog import LayoutCatalog

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "layouts.md").read_text(encoding="utf-8")
PARTS = [
    layout.Layout,
    layout.Dialect,
    layout.Capture,
    layout.Predicate,
    layout.Limits,
    layout.Due,
    layout.SampleResult,
    fields.Schema,
    fields.Constraints,
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
    assert f"up to {DAYS_AHEAD['value_date']} days" in PAGE
    assert f"at most {layout.MOST_BOOKING_DATES}:" in PAGE
    assert f"| {layout.Limits().booking_dates}: three years of days |" in PAGE
    assert all(directive in PAGE for directive in dates.DIRECTIVES)
