"""Random JSON layouts: where the records are, which values stand around them, which types they have."""

import re
from random import Random
from typing import Any

from tests.differential.generate import layouts
from tests.differential.generate.chance import chance, weighted

_PATHS = {
    "$[*]": 3.0, "$.Data.Transaction[*]": 3.0, "$.booked.transactions[*]": 1.0,
    "$.accounts[*].transactions[*]": 2.0, "$": 0.7,
    "$.transaction": 0.5, "$[*].items[*]": 0.7, "$.a[*].b[*].c[*]": 0.5,
}  # fmt: skip
_OUTER_NAMES = ("iban", "info.owner", "day")


def draw(rng: Random) -> tuple[layouts.Drawn, dict[str, str]]:
    """Draw a layout, with the fields around the records."""
    drawn = layouts.draw(rng, "json")
    _add_path(rng, drawn.layout)
    outer = _add_outer(rng, drawn.layout)
    _add_types(rng, drawn.layout)
    _add_leave(rng, drawn.layout)
    return drawn, outer


def _add_path(rng: Random, layout: dict[str, Any]) -> None:
    if chance(rng, 0.5):
        layout["jsonLines"] = True
    else:
        layout["recordPath"] = weighted(rng, _PATHS)


def _add_outer(rng: Random, layout: dict[str, Any]) -> dict[str, str]:
    """Let the account, or a date, stand around the records; return the paths by their fields' former names."""
    path = layout.get("recordPath", "")
    if path.count("[*]") == 0 or path.startswith("$[*].") or not chance(rng, 0.35):
        return {}
    depth = rng.randrange(path.count("[*]"))
    parts = path.split("[*]")
    base = "[*]".join(parts[:depth]) + "[*]" if depth else "$"
    name = f"{base}.{rng.choice(_OUTER_NAMES)}"
    if "account_id" in layout["mapping"]:
        return {}
    layout["schema"]["fields"].append({"name": name, "type": "string"})
    layout["mapping"]["account_id"] = {"function": "text", "field": name}
    return {name: name}


def _add_leave(rng: Random, layout: dict[str, Any]) -> None:
    """Let fields be missing in whole files, and arrays beside the records be known."""
    for spec in layout["schema"]["fields"]:
        if chance(rng, 0.1):
            spec["optional"] = True
    if all(spec.get("optional") for spec in layout["schema"]["fields"]):
        del layout["schema"]["fields"][0]["optional"]
    if "." in layout.get("recordPath", "") and chance(rng, 0.3):
        layout["ignoredArrays"] = [f"$.{name}[*]" for name in ("meta0", "links1", "meta1", "page2")]


def _add_types(rng: Random, layout: dict[str, Any]) -> None:
    """Let ids be numbers, and a field that nobody reads a boolean."""
    for spec in layout["schema"]["fields"]:
        if spec["type"] == "number" and "jsonType" not in spec and chance(rng, 0.2):
            spec["jsonType"] = ["string", "number"]
        if spec["type"] != "string" or spec["name"].startswith("$"):
            continue
        if re.search("Purpose|Note|More", spec["name"]) and chance(rng, 0.25):
            spec["jsonType"] = rng.choice(["array", "array", ["string", "array"], ["array", "boolean"]])
            if chance(rng, 0.6):
                spec["separator"] = rng.choice(["", ", ", " / ", "\n", "x"])
        elif re.search("Id|Ref", spec["name"]) and chance(rng, 0.2):
            spec["jsonType"] = rng.choice(["number", ["number", "string"], ["string", "boolean", "number"]])
        elif "Other" in spec["name"] and chance(rng, 0.4):
            spec["jsonType"] = "boolean"
