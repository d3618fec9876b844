"""SQL text from values, safely."""

from collections.abc import Iterable, Mapping

SHOWN_CHARACTERS = 24
"""No more of a value is masked and shown."""

_SHOWN, _NUMBER = r"[ -~\p{Sc}]", r"\pN"


def literal(value: str) -> str:
    """Quote ``value`` as a string literal."""
    return "'" + value.replace("'", "''") + "'"


def literals(values: Iterable[str]) -> str:
    """Quote ``values`` as a list literal."""
    return "[" + ", ".join(map(literal, values)) + "]"


def is_one_of(expression: str, values: Iterable[str]) -> str:
    """Test membership. ``IN`` with five and more constants would become a join, which mixes up the rows."""
    return f"coalesce(list_position({literals(values)}, {expression}) IS NOT NULL, false)"


def case_of(expression: str, results: Mapping[str, str]) -> str:
    """Choose by the value of ``expression`` among ``results``, SQL by value; NULL for any other value."""
    return f"CASE {expression} {' '.join(f'WHEN {literal(value)} THEN {sql}' for value, sql in results.items())} END"


def matches(expression: str, pattern: str) -> str:
    """Test that all of a text matches ``pattern``."""
    return f"regexp_full_match({expression}, {literal(pattern)})"


def beginning(expression: str) -> str:
    """Take what may be shown of a text, once it is masked."""
    return f"left({expression}, {SHOWN_CHARACTERS})"


def masked(expression: str) -> str:
    """Show the shape of a text: digits as 9, letters as x, and only the beginning.

    What looks like something else is named: characters that are neither printable ASCII nor currency signs by their
    code, as ``<U+2212>`` for a minus sign, and digits other than 0 to 9 as ``<digit>``.
    """
    shape = rf"regexp_replace(regexp_replace({beginning(expression)}, '[0-9]', '9', 'g'), '[\pL\pM]', 'x', 'g')"
    named = f"""CASE WHEN {matches("c", _SHOWN)} THEN c WHEN {matches("c", _NUMBER)} THEN '<digit>'
        ELSE printf('<U+%04X>', unicode(c)) END"""
    by_character = f"array_to_string(list_transform(string_split({shape}, ''), lambda c: {named}), '')"
    return f"CASE WHEN {matches(shape, f'{_SHOWN}*')} THEN {shape} ELSE {by_character} END"
