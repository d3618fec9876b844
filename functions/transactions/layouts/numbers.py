"""How numbers are written: the pattern that a cell must match, and SQL that takes its digits apart."""

import re

from transactions.layouts.fields import NumberField
from transactions.sql import literal

JSON_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
"""A number as JSON writes it, without an exponent."""


def number_pattern(field: NumberField, *, signed: bool) -> str:
    """Return the pattern of a whole cell. A number has one sign at most, in a place that the field declares."""
    if field.json_type == "number":
        return JSON_NUMBER if signed else JSON_NUMBER.removeprefix("-?")
    before, after = _any(field.prefixes), _any(field.suffixes)
    digits = f"{before}{_digits(field)}{after}"
    shapes = [digits]
    if signed:
        shapes = [f"[+-]?{digits}"]
        if field.prefixes:
            shapes.append(f"{before}[+-]{_digits(field)}{after}")
        if field.parentheses:
            shapes.append(rf"\({digits}\)")
        if field.trailing_sign:
            shapes.append(f"{digits}[+-]")
    return f"(?:{'|'.join(shapes)})"


def rule_of(field: NumberField) -> str:
    """Say in words how the number is written."""
    scale = 0 if field.minor_units else field.scale
    if field.json_type == "number":
        return f"a JSON number with at most {scale} decimals and without an exponent"
    rule = f"a number like {_example(field, scale)}, with at most {scale} decimals"
    if affixes := dict.fromkeys(affix.strip() for affix in field.prefixes + field.suffixes):
        rule += f"; {' or '.join(affixes)} may stand with it"
    return rule


def _example(field: NumberField, scale: int) -> str:
    return f"1{field.group_char or ''}234" + (f"{field.decimal_char}{'56789'[: min(scale, 2)]}" if scale else "")


def plain_number(cell: str, field: NumberField) -> str:
    """Return SQL for the number as ``-123.45``, valid where the pattern matches."""
    if not (field.prefixes or field.suffixes or field.parentheses or field.trailing_sign):
        return _pointed(cell, field)
    # Anchored at both ends: of alternatives, the engine takes the first that fits.
    whole = f"^[+(-]?{_any(field.prefixes)}[+-]?({_digits(field)}){_any(field.suffixes)}[+)-]?$"
    digits = f"regexp_extract({cell}, {literal(whole)}, 1)"
    negative = f"regexp_matches({cell}, {literal(f'^{_any(field.prefixes)}[(-]|-$')})"
    return f"(CASE WHEN {negative} THEN '-' ELSE '' END || {_pointed(digits, field)})"


def _pointed(digits: str, field: NumberField) -> str:
    plain = f"replace({digits}, {literal(field.group_char)}, '')" if field.group_char else digits
    return plain if field.decimal_char == "." else f"replace({plain}, {literal(field.decimal_char)}, '.')"


def _digits(field: NumberField) -> str:
    whole, point = "[0-9]+", re.escape(field.decimal_char)
    if field.group_char:
        whole = f"(?:[0-9]+|[0-9]{{1,3}}(?:{re.escape(field.group_char)}[0-9]{{3}})+)"
    number = f"{whole}(?:{point}[0-9]+)?"
    return f"(?:{number}|{point}[0-9]+)" if field.bare_fraction else number


def _any(affixes: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(map(re.escape, affixes))})?" if affixes else ""
