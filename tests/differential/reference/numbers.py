"""Numbers as a layout's field declares them, read step by step without any pattern."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

MOST_DIGITS = 13
"""Digits before the decimals that an amount has at most."""
_DIGITS = frozenset("0123456789")
_BLANKS = " \u00a0\u202f"
_SIGNS = "+-"
_BRACKETS = "()"


@dataclass(frozen=True)
class Number:
    """A number's value, its decimals as written and without zeros at the end, and its sign.

    ``negative`` is what its sign or word says, also of a zero.
    """

    value: Decimal
    decimals: int
    written_decimals: int
    negative: bool = False
    signed: bool = False
    plus: bool = False
    sign_behind: bool = False


@dataclass(frozen=True)
class _Shape:
    """What is left of a text once its sign or word, and what stands around its digits, are taken off."""

    digits: str
    sign: str = ""
    word: str = ""
    sign_behind: bool = False


def read_number(text: str, field: Mapping[str, Any]) -> Number | None:
    """Read ``text``; None if it is no number of ``field``."""
    if field.get("jsonType") == "number":
        return _json_number(text)
    shapes = _worded(text, field) if _has_words(field) else _shapes(text, field)
    for shape in shapes:
        parts = _digits(shape.digits, field)
        if parts is not None:
            return _number(*parts, shape, debit_words=field.get("debitWords", ()) if _has_words(field) else None)
    return None


def unworded_codes(text: str, field: Mapping[str, Any]) -> set[str]:
    """Return further codes for a text that is no number of a field with words, if only a word or a sign is wrong."""
    if not _has_words(field):
        return set()
    plain = "".join(character for character in text if character not in _SIGNS + _BRACKETS)
    without_words = {**field, "debitWords": (), "creditWords": ()}
    codes = set[str]()
    if plain != text and read_number(plain, field):
        codes.add("SIGN_MISMATCH")
    if read_number(plain, without_words):
        codes |= {"DIRECTION_UNKNOWN", *(["SIGN_MISMATCH"] if plain != text else [])}
    return codes


def sum_of(*values: Decimal) -> Decimal:
    """Add without any rounding."""
    with localcontext() as context:
        context.prec = 1000
        return sum(values, Decimal(0))


def scaled(value: Decimal, digits: int) -> Decimal:
    """Move the decimal point ``digits`` places to the left."""
    with localcontext() as context:
        context.prec = 1000
        return value.scaleb(-digits)


def in_range(value: Decimal) -> bool:
    """Return whether an amount has no more digits before its decimals than it may have."""
    return abs(value) < Decimal(10) ** MOST_DIGITS


def _has_words(field: Mapping[str, Any]) -> bool:
    return bool(field.get("debitWords") or field.get("creditWords"))


def _worded(text: str, field: Mapping[str, Any]) -> Iterator[_Shape]:
    """Yield every way to take a word off; without one, it is the empty word if that is declared."""
    for word in (*field.get("debitWords", ()), *field.get("creditWords", ())):
        if not word:
            yield from (_Shape(digits) for digits in _bare(text, field))
            continue
        if text.startswith(word):
            rest = text.removeprefix(word)
            yield from (_Shape(digits, word=word) for digits in _bare(rest.lstrip(_BLANKS), field))
            yield from (_Shape(digits, word=word) for digits in _bare(rest, field))
        if text.endswith(word):
            rest = text.removesuffix(word)
            yield from (_Shape(digits, word=word) for digits in _bare(rest.rstrip(_BLANKS), field))
            yield from (_Shape(digits, word=word) for digits in _bare(rest, field))


def _shapes(text: str, field: Mapping[str, Any]) -> Iterator[_Shape]:
    """Yield every way to take ``text`` apart: it has one sign at most."""
    minus = ("-", *field.get("minusChars", ()))

    def sign(character: str) -> str:
        return "-" if character in minus else character if character == "+" else ""

    yield from (_Shape(digits) for digits in _bare(text, field))
    if own := sign(text[:1]):
        yield from (_Shape(digits, own) for digits in _bare(text[1:], field))
    for prefix in field.get("prefixes", ()):
        rest = text.removeprefix(prefix)
        if text.startswith(prefix) and (own := sign(rest[:1])):
            yield from (_Shape(digits, own) for digits in _without_suffix(rest[1:], field))
    if field.get("parentheses") and text.startswith("(") and text.endswith(")"):
        yield from (_Shape(digits, "-") for digits in _bare(text[1:-1], field))
    if field.get("trailingSign") and (own := sign(text[-1:])):
        yield from (_Shape(digits, own, sign_behind=True) for digits in _bare(text[:-1], field))


def _bare(text: str, field: Mapping[str, Any]) -> Iterator[str]:
    yield from _without_suffix(text, field)
    for prefix in field.get("prefixes", ()):
        if text.startswith(prefix):
            yield from _without_suffix(text.removeprefix(prefix), field)


def _without_suffix(text: str, field: Mapping[str, Any]) -> Iterator[str]:
    yield text
    for suffix in field.get("suffixes", ()):
        if text.endswith(suffix):
            yield text.removesuffix(suffix)


def _digits(text: str, field: Mapping[str, Any]) -> tuple[str, str] | None:
    """Take apart the digits before and after the decimal character; None if they are not written as agreed."""
    whole, point, fraction = text.partition(field.get("decimalChar", "."))
    if point and not (fraction and _DIGITS.issuperset(fraction)):
        return None
    if not whole:
        return ("0", fraction) if point and field.get("bareFraction") else None
    groups = field.get("groupChar") or ()
    group = next((character for character in groups if character in whole), None)
    first, *others = whole.split(group) if group else [whole]
    if others and not _grouped(first, others, indian=field.get("grouping") == "indian"):
        return None
    digits = "".join([first, *others])
    return (digits, fraction) if digits and _DIGITS.issuperset(digits) else None


def _grouped(first: str, others: list[str], *, indian: bool) -> bool:
    """Return whether there are three digits in every group, or, in Indian, in the last, and pairs before it."""
    most = 2 if indian else 3
    return 1 <= len(first) <= most and len(others[-1]) == 3 and all(len(other) == most for other in others[:-1])


def _json_number(text: str) -> Number | None:
    """Read a number as JSON writes it, without an exponent."""
    unsigned = text.removeprefix("-")
    whole, point, fraction = unsigned.partition(".")
    if not whole or not _DIGITS.issuperset(whole + fraction) or (point and not fraction):
        return None
    if len(whole) > 1 and whole.startswith("0"):
        return None
    return _number(whole, fraction, _Shape(unsigned, "-" if unsigned != text else ""))


def _number(whole: str, fraction: str, shape: _Shape, *, debit_words: Any = None) -> Number:
    by_word = debit_words is not None and shape.word in debit_words
    negative = by_word or shape.sign == "-"
    value = Decimal(f"{'-' if negative else ''}{whole}.{fraction or '0'}")
    return Number(
        value=value,
        decimals=len(fraction.rstrip("0")),
        written_decimals=len(fraction),
        negative=by_word if debit_words is not None else value < 0,
        signed=bool(shape.sign),
        plus=shape.sign == "+",
        sign_behind=shape.sign_behind,
    )
