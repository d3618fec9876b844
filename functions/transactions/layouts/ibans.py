"""International bank account numbers (ISO 13616): how they are written, and SQL that finds invalid ones."""

from collections.abc import Callable
from typing import Final, Literal

from transactions.sql import literal, matches

IbanFormat = Literal["iban", "iban_print"]
RULES: dict[IbanFormat, str] = {
    "iban": "an IBAN without spaces, of its country's length, with check digits that fit",
    "iban_print": "an IBAN in groups of four, of its country's length, with check digits that fit",
}
"""What is asked of a cell, in words: the standard's electronic format, and its print format."""

IBAN_SHAPE: Final = "[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}"
"""A pattern for what is written as an IBAN, without spaces, whether or not its length and check digits fit."""

COUNTRIES_BY_LENGTH: Final = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
"""Country codes by the characters of their IBANs, without spaces: the IBAN registry of ISO 13616, release 101.

No other country has IBANs. Territories without a code of their own there write their country's: Martinique's begin with
FR, Jersey's with GB, those of the Åland Islands with FI.
"""

_CHECK_DIGITS = "(?:0[2-9]|[1-8][0-9]|9[0-8])"
"""As they are made: 98 less a remainder of 97."""


def _pattern(account: Callable[[int], str]) -> str:
    """Return the pattern of all countries; ``account`` gives that of what follows the check digits, by its length."""
    return "|".join(
        f"(?:{countries.replace(' ', '|')}){_CHECK_DIGITS}{account(length - 4)}"
        for length, countries in COUNTRIES_BY_LENGTH.items()
    )


def _in_groups(characters: int) -> str:
    groups, more = divmod(characters, 4)
    return f"(?: [0-9A-Z]{{4}}){{{groups}}}" + (f" [0-9A-Z]{{{more}}}" if more else "")


_PATTERNS: dict[IbanFormat, str] = {
    "iban": _pattern(lambda characters: f"[0-9A-Z]{{{characters}}}"),
    "iban_print": _pattern(_in_groups),
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
