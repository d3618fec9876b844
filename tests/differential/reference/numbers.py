"""Numbers as a layout's field declares them, read step by step without any pattern."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

MOST_DIGITS = 13
"""Digits before the decimals that an amount has at most."""
_DIGITS = frozenset("0123456789")
_SIGNS = ("+", "-")


@dataclass(frozen=True)
class Number:
    """A number's value, its decimals without zeros at the end, and whether it was written with a sign."""

    value: Decimal
    decimals: int
    written_decimals: int
    signed: bool
    plus: bool


@dataclass(frozen=True)
class _Shape:
    """What is left of a text once its sign and the texts around its digits are taken off."""

    digits: str
    sign: str


def read_number(text: str, field: dict[str, Any]) -> Number | None:
    """Read ``text``; None if it is no number of ``field``."""
    if field.get("jsonType") == "number":
        return _json_number(text)
    for shape in _shapes(text, field):
        parts = _digits(shape.digits, field)
        if parts is not None:
            return _number(*parts, shape.sign, plus=text.startswith("+"))
    return None


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
    """Tell whether an amount has no more digits before its decimals than it may have."""
    return abs(value) < Decimal(10) ** MOST_DIGITS


def _shapes(text: str, field: dict[str, Any]) -> Iterator[_Shape]:
    """Yield every way to take ``text`` apart: it has one sign at most."""
    yield from (_Shape(digits, "") for digits in _bare(text, field))
    if text[:1] in _SIGNS:
        yield from (_Shape(digits, text[0]) for digits in _bare(text[1:], field))
    for prefix in field.get("prefixes", ()):
        signed = text.removeprefix(prefix)
        if text.startswith(prefix) and signed[:1] in _SIGNS:
            yield from (_Shape(digits, signed[0]) for digits in _without_suffix(signed[1:], field))
    if field.get("parentheses") and text.startswith("(") and text.endswith(")"):
        yield from (_Shape(digits, "-") for digits in _bare(text[1:-1], field))
    if field.get("trailingSign") and text[-1:] in _SIGNS:
        yield from (_Shape(digits, text[-1]) for digits in _bare(text[:-1], field))


def _bare(text: str, field: dict[str, Any]) -> Iterator[str]:
    yield from _without_suffix(text, field)
    for prefix in field.get("prefixes", ()):
        if text.startswith(prefix):
            yield from _without_suffix(text.removeprefix(prefix), field)


def _without_suffix(text: str, field: dict[str, Any]) -> Iterator[str]:
    yield text
    for suffix in field.get("suffixes", ()):
        if text.endswith(suffix):
            yield text.removesuffix(suffix)


def _digits(text: str, field: dict[str, Any]) -> tuple[str, str] | None:
    """Take apart the digits before and after the decimal character; None if they are not written as agreed."""
    whole, point, fraction = text.partition(field.get("decimalChar", "."))
    if point and not (fraction and _DIGITS.issuperset(fraction)):
        return None
    if not whole:
        return ("0", fraction) if point and field.get("bareFraction") else None
    group = field.get("groupChar")
    first, *others = whole.split(group) if group else [whole]
    if others and not (1 <= len(first) <= 3 and all(len(other) == 3 for other in others)):
        return None
    digits = "".join([first, *others])
    return (digits, fraction) if digits and _DIGITS.issuperset(digits) else None


def _json_number(text: str) -> Number | None:
    """Read a number as JSON writes it, without an exponent."""
    unsigned = text.removeprefix("-")
    whole, point, fraction = unsigned.partition(".")
    if not whole or not _DIGITS.issuperset(whole + fraction) or (point and not fraction):
        return None
    if len(whole) > 1 and whole.startswith("0"):
        return None
    return _number(whole, fraction, "-" if unsigned != text else "", plus=False)


def _number(whole: str, fraction: str, sign: str, *, plus: bool) -> Number:
    value = Decimal(f"{'-' if sign == '-' else ''}{whole}.{fraction or '0'}")
    return Number(value, len(fraction.rstrip("0")), len(fraction), bool(sign), plus)
