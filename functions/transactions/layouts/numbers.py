"""How numbers are written: the pattern that a cell must match, and SQL that takes its digits apart."""

import re

from transactions.layouts.fields import NumberField
from transactions.sql import literal, matches

JSON_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
"""A number as JSON writes it, without an exponent."""
_BLANKS = "[ \u00a0\u202f]*"
"""May stand between a number and the word that gives its direction."""


def number_pattern(field: NumberField, *, signed: bool = True) -> str:
    """Return the pattern of a whole cell. A number has one sign at most, in a place that the field declares."""
    if field.json_type == "number":
        return JSON_NUMBER if signed else JSON_NUMBER.removeprefix("-?")
    if field.words:
        return _worded(field, field.words)
    digits = bare_pattern(field)
    before, after = _any(field.prefixes), _any(field.suffixes)
    shapes = [digits]
    if not signed and field.plus_sign:
        shapes += [rf"[+]{digits}", rf"{before}[+]{_digits(field)}{after}"]
    if signed:
        sign = f"[+{_minus(field)}]"
        shapes = [f"{sign}?{digits}"]
        if field.prefixes:
            shapes.append(f"{before}{sign}{_digits(field)}{after}")
        if field.parentheses:
            shapes.append(rf"\({digits}\)")
        if field.trailing_sign:
            shapes.append(f"{digits}{sign}")
    return f"(?:{'|'.join(shapes)})"


def bare_pattern(field: NumberField) -> str:
    """Return the pattern of a number without a sign and without a word."""
    return f"{_any(field.prefixes)}{_digits(field)}{_any(field.suffixes)}"


def rule_of(field: NumberField) -> str:
    """Say in words how the number is written."""
    scale = 0 if field.minor_units else field.scale
    if field.json_type == "number":
        return f"a JSON number with at most {scale} decimals and without an exponent"
    rule = f"a number like {_example(field, scale)}, with at most {scale} decimals"
    if affixes := dict.fromkeys(filter(None, map(str.strip, field.prefixes + field.suffixes))):
        rule += f"; {' or '.join(affixes)} may stand with it"
    if field.minus_chars:
        rule += f"; minus may be {' or '.join(field.minus_chars)}"
    return f"{rule}; {words_rule(field)}" if field.words else rule


def words_rule(field: NumberField) -> str:
    """Say which words give the direction of a number."""
    debit, credit = (
        " or ".join(word or "no word" for word in words) for words in (field.debit_words, field.credit_words)
    )
    return f"{debit} for money out, {credit} for money in, and no sign"


def _example(field: NumberField, scale: int) -> str:
    group = next(iter(field.group_chars), "")
    whole = f"1{group}23{group}456" if field.grouping == "indian" else f"1{group}234"
    return whole + (f"{field.decimal_char}{'56789'[: min(scale, 2)]}" if scale else "")


def plain_number(cell: str, field: NumberField) -> str:
    """Return SQL for the number as ``-123.45``, valid where the pattern matches."""
    if not (field.prefixes or field.suffixes or field.parentheses or field.trailing_sign or field.words):
        for character in field.minus_chars:
            cell = f"replace({cell}, {literal(character)}, '-')"
        return _pointed(cell, field)
    before, after, minus = _any(field.prefixes), _any(field.suffixes), _minus(field)
    word = _any(field.words)
    # Anchored at both ends: of alternatives, the engine takes the first that fits.
    whole = f"^{word}{_BLANKS}[+({minus}]?{before}[+{minus}]?({_digits(field)}){after}[+){minus}]?{_BLANKS}{word}$"
    digits = f"regexp_extract({cell}, {literal(whole)}, 1)"
    return f"(CASE WHEN {_is_negative(cell, field)} THEN '-' ELSE '' END || {_pointed(digits, field)})"


def has_debit_word(cell: str, field: NumberField) -> str:
    """Return SQL that is true where the words of the field say that money went out, valid where the pattern matches."""
    return matches(cell, _worded(field, field.debit_words))


def _is_negative(cell: str, field: NumberField) -> str:
    if field.words:
        return has_debit_word(cell, field)
    minus = _minus(field)
    return f"regexp_matches({cell}, {literal(f'^{_any(field.prefixes)}[({minus}]|[{minus}]$')})"


def _pointed(digits: str, field: NumberField) -> str:
    plain = digits
    for character in field.group_chars:
        plain = f"replace({plain}, {literal(character)}, '')"
    return plain if field.decimal_char == "." else f"replace({plain}, {literal(field.decimal_char)}, '.')"


def _worded(field: NumberField, words: tuple[str, ...]) -> str:
    number, word = bare_pattern(field), f"(?:{'|'.join(re.escape(word) for word in words if word)})"
    shapes = [number] if "" in words else []
    if any(words):
        shapes += [f"{word}{_BLANKS}{number}", f"{number}{_BLANKS}{word}"]
    return f"(?:{'|'.join(shapes)})"


def _minus(field: NumberField) -> str:
    """Return what stands within the brackets of a pattern for minus."""
    return "".join(map(re.escape, (*field.minus_chars, "-")))


def _digits(field: NumberField) -> str:
    whole, point = "[0-9]+", re.escape(field.decimal_char)
    if field.group_char:
        whole = f"(?:{'|'.join([whole, *(_grouped(field, re.escape(group)) for group in field.group_chars)])})"
    number = f"{whole}(?:{point}[0-9]+)?"
    return f"(?:{number}|{point}[0-9]+)" if field.bare_fraction else number


def _grouped(field: NumberField, group: str) -> str:
    if field.grouping == "indian":
        return f"[0-9]{{1,2}}(?:{group}[0-9]{{2}})*{group}[0-9]{{3}}"
    return f"[0-9]{{1,3}}(?:{group}[0-9]{{3}})+"


def _any(texts: tuple[str, ...]) -> str:
    texts = tuple(filter(None, texts))
    return f"(?:{'|'.join(map(re.escape, texts))})?" if texts else ""
