"""Line breaks in cells of the header. They have dice of their own, as sections have."""

from random import Random
from typing import Any

from tests.differential.generate.chance import chance


def add(dice: Random, layout: dict[str, Any]) -> None:
    """Let some headers have line breaks."""
    dialect = layout["dialect"]
    if not dialect.get("header", True) or not dialect.get("quoteChar", '"') or not chance(dice, 0.12):
        return
    fields = [field for field in layout["schema"]["fields"] if "headerPattern" not in field]
    for field in dice.sample(fields, min(len(fields), dice.randint(1, 2))):
        own = f"{field.get('header', field['name'])}\n(x)"
        # Where columns may be in any order, no two have the same header.
        header = own if dialect.get("anyOrder") else dice.choice([own, "Line\nbreak", "a\n\nb", "\n"])
        field["header"] = header.strip() if dialect.get("trim") else header
