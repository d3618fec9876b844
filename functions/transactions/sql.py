"""SQL text from values, safely."""

from collections.abc import Iterable


def literal(value: str) -> str:
    """Quote ``value`` as a string literal."""
    return "'" + value.replace("'", "''") + "'"


def literals(values: Iterable[str]) -> str:
    """Quote ``values`` as a list literal."""
    return "[" + ", ".join(map(literal, values)) + "]"


def is_one_of(expression: str, values: Iterable[str]) -> str:
    """Test membership. ``IN`` with five and more constants would become a join, and slower."""
    return f"coalesce(list_position({literals(values)}, {expression}) IS NOT NULL, false)"


def masked(expression: str) -> str:
    """Show the shape of a text: digits as 9, letters as x, at most 24 characters."""
    return rf"regexp_replace(regexp_replace(left({expression}, 24), '\pN', '9', 'g'), '[\pL\pM]', 'x', 'g')"
