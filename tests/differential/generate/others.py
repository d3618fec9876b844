"""Further layouts of the same partner, alike in their header or not: the file's first rows may have to decide."""

import copy
from collections.abc import Callable
from random import Random
from typing import Any

from tests.differential.generate import dates
from tests.differential.generate.chance import chance, weighted

Layout = dict[str, Any]

_OFTEN = 0.08


def draw(rng: Random, layout: Layout, unrelated: Callable[[Random], Layout]) -> tuple[Layout, ...]:
    """Draw none, mostly, or some layouts beside ``layout``."""
    if not chance(rng, _OFTEN):
        return ()
    makes = {_other_dates: 3.0, _other_numbers: 2.0, _other_name: 2.0, _the_same: 1.0}
    found = []
    for number in range(rng.randint(1, 2)):
        other = unrelated(rng) if chance(rng, 0.3) else weighted(rng, makes)(rng, copy.deepcopy(layout))
        found.append({**other, "name": f"case-{number + 2}"})
    return tuple(found)


def _other_dates(rng: Random, layout: Layout) -> Layout:
    """Swap day and month, or take another format."""
    for field in layout["schema"]["fields"]:
        if field["type"] in {"date", "datetime"}:
            style = field["format"]
            plain = isinstance(style, str) and "timeZone" not in field and style != "excel"
            swapped = style.replace("d", "@").replace("m", "d").replace("@", "m") if plain else style
            if swapped != style and "%b" not in style:
                field["format"] = swapped
            else:
                for key in {*field} - {"name", "header", "headerPattern", "optional"}:
                    del field[key]
                field.update(dates.date_field(rng, field["name"]))
    return layout


def _other_numbers(_rng: Random, layout: Layout) -> Layout:
    for field in layout["schema"]["fields"]:
        if field["type"] == "number" and field.get("jsonType") != "number":
            field.pop("groupChar", None)
            field.pop("grouping", None)
            field["decimalChar"] = "," if field.get("decimalChar", ".") == "." else "."
    return layout


def _other_name(_rng: Random, layout: Layout) -> Layout:
    """Ask for a column, or a value, that the file has not."""
    field = layout["schema"]["fields"][-1]
    if "headerPattern" in field:
        # It may have a fact that the mapping needs.
        field["headerPattern"] = f"Another {field['headerPattern']}"
    elif layout["format"] == "csv":
        field["header"] = "Another"
    return layout


def _the_same(_rng: Random, layout: Layout) -> Layout:
    return layout
