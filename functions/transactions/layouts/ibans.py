"""International bank account numbers (ISO 13616): how they are written, and SQL for their check digits."""

from typing import Literal

from transactions.sql import literal, matches

IbanFormat = Literal["iban", "iban_print"]
RULES: dict[IbanFormat, str] = {
    "iban": "an IBAN without spaces, with check digits that fit",
    "iban_print": "an IBAN in groups of four, with check digits that fit",
}
"""What is asked of a cell, in words: the standard's electronic format, and its print format."""

_BEGINNING = "[A-Z]{2}(?:0[2-9]|[1-8][0-9]|9[0-8])"
"""The country, and check digits as they are made: 98 less a remainder of 97."""
_PATTERNS: dict[IbanFormat, str] = {
    "iban": f"{_BEGINNING}[0-9A-Z]{{11,30}}",
    "iban_print": f"{_BEGINNING}(?: [0-9A-Z]{{4}}){{2,7}}(?: [0-9A-Z]{{1,4}})",
}
_VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Each character's place is its value: A is 10, Z is 35."""


def is_no_iban(cell: str, written: IbanFormat) -> str:
    """Return SQL that is true where ``cell`` is no IBAN written that way.

    The country code and the check digits go to the end, each letter becomes its two digits, and what is left of the
    whole number after division by 97 must be 1 (ISO 7064, MOD 97-10).
    """
    plain = f"replace({cell}, ' ', '')"
    without_letters = matches(plain, "[A-Z]{2}[0-9]+")
    left_over = f"CASE WHEN {without_letters} THEN {_of_digits(plain)} ELSE {_of_characters(plain)} END"
    return f"CASE WHEN {matches(cell, _PATTERNS[written])} THEN {left_over} <> 1 ELSE {cell} IS NOT NULL END"


def _of_digits(plain: str) -> str:
    """Divide at once where only the country has letters: then the number has 36 digits at most."""
    country = " || ".join(f"(strpos({literal(_VALUES)}, substr({plain}, {place}, 1)) - 1)" for place in (1, 2))
    return f"try_cast(substr({plain}, 5) || {country} || substr({plain}, 3, 2) AS HUGEINT) % 97"


def _of_characters(plain: str) -> str:
    """Divide character by character: with letters, the number may have 66 digits."""
    value = f"lambda character: strpos({literal(_VALUES)}, character) - 1"
    values = f"list_transform(string_split(substr({plain}, 5) || left({plain}, 4), ''), {value})"
    return f"list_reduce({values}, lambda before, value: (before * if(value > 9, 100, 10) + value) % 97, 0)"
