"""Finds the ways in which a column's numbers may be written: separators, signs, and what stands beside the digits."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from cli.drafting.cell_words import DIRECTIONS
from transactions.layouts.affixes import can_mean_minus, is_currency
from transactions.layouts.fields import MAX_SCALE

NEARLY_ALL: Final = 0.6
"""So much of a column must be written alike: a file may have bad rows."""
THOUSANDS: Final = 3
_DEFAULT_SCALE: Final = 2
_CELL: Final = re.compile(
    r"(?P<before>[^\d.,]*(?:\.[^\d.,]+)*)(?P<digits>[.,]?\d(?:[\d.,'\u2019 \u00a0\u202f]*\d)?)(?P<after>[^\d]*)"
)
_WORDS: Final = {
    written
    for pair in DIRECTIONS
    for word in pair
    if word.isalpha()
    for written in (word, word.upper(), word.capitalize())
}
_SIGNS: Final = "+-"


class Notation(NamedTuple):
    """A decimal character, and what stands between thousands, or, if ``indian``, between lakhs (``1,50,000.00``)."""

    decimal: str
    group: str | None = None
    indian: bool = False

    def fits(self, digits: str) -> bool:
        """Return whether ``digits`` are written so."""
        return bool(_pattern(self).fullmatch(digits))


_NOTATIONS: Final = (
    Notation("."), Notation(","), Notation(".", ","), Notation(",", "."), Notation(".", "'"), Notation(".", "\u2019"),
    Notation(",", "'"), Notation(",", "\u2019"), Notation(",", " "), Notation(",", "\u00a0"),
    Notation(",", "\u202f"), Notation(".", " "), Notation(".", "\u00a0"), Notation(".", "\u202f"),
    Notation(".", ",", indian=True),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A number's cell, taken apart. ``sign`` is ``-``, ``+`` or nothing; ``minus`` is the character that means it."""

    digits: str
    sign: str = ""
    minus: str = ""
    prefix: str = ""
    suffix: str = ""
    word: str = ""
    parentheses: bool = False
    trailing: bool = False


@dataclass(frozen=True, kw_only=True)
class Style:
    """A notation, and what the cells are in it; None where a cell is not written so."""

    notation: Notation
    values: tuple[Decimal | None, ...] = ()

    @property
    def decimal(self) -> str:
        """The decimal character."""
        return self.notation.decimal

    @property
    def group(self) -> str | None:
        """What stands between groups of digits."""
        return self.notation.group

    @property
    def scale(self) -> int:
        """The most decimals, but at least two; zeros at the end count only where they make exactly three."""
        return max([_DEFAULT_SCALE, *(_decimals(value) for value in self.values if value is not None)])


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What a column's cells have in common, and the ``styles`` that fit. ``marked``: a separator occurs."""

    cells: tuple[Cell | None, ...]
    styles: tuple[Style, ...]
    marked: bool
    keys: dict[str, Any] = field(default_factory=dict)

    @property
    def style(self) -> Style:
        """The likeliest style."""
        return self.styles[0]

    @property
    def is_clear(self) -> bool:
        """Whether the decimal character is beyond doubt."""
        return self.marked and len({style.decimal for style in self.styles}) == 1

    @property
    def is_mixed(self) -> bool:
        """Whether numbers above 999 stand with and without the group character."""
        whole = [cell.digits.partition(self.style.decimal)[0] for cell in self.cells if cell]
        long = [digits for digits in whole if len(digits) > THOUSANDS]
        return {digits.isdigit() for digits in long} == {True, False}

    @property
    def words(self) -> tuple[str, ...]:
        """The words beside the numbers that may give the direction, and "" if one has none."""
        return tuple(dict.fromkeys(cell.word for cell in self.cells if cell))


def is_number(cell: str) -> bool:
    """Return whether ``cell`` is digits, with nothing beside them but a sign, a currency or a word for a direction."""
    apart = taken_apart(cell)
    return apart is not None and any(one.fits(apart.digits) for one in _NOTATIONS)


def numbers(cells: Sequence[str]) -> Numbers | None:
    """Return how the numbers in ``cells`` are written; None if too few of the cells are numbers."""
    apart = tuple(taken_apart(cell) if cell else None for cell in cells)
    known = [cell for cell in apart if cell]
    present = sum(bool(cell) for cell in cells)
    if not known or len(known) < NEARLY_ALL * present:
        return None
    fitting = Counter({one: sum(one.fits(cell.digits) for cell in known) for one in _NOTATIONS})
    most = max(fitting.values())
    if most < NEARLY_ALL * present:
        return None
    marked = any(not cell.digits.isdigit() for cell in known)
    best = [one for one in _NOTATIONS if fitting[one] == most] if marked else [Notation(".")]
    styles = (Style(notation=one, values=tuple(_value(cell, one) for cell in apart)) for one in best)
    # A point that leaves three decimals everywhere rather stands between thousands.
    usable = sorted((one for one in styles if one.scale <= MAX_SCALE), key=lambda one: _leaves_three(one, known))
    if not usable:
        return None
    return Numbers(cells=apart, styles=tuple(usable), marked=marked, keys=_keys(known))


@lru_cache(maxsize=100_000)
def taken_apart(text: str) -> Cell | None:
    """Take a cell apart into digits and what stands around them; None if it is no number."""
    found = _CELL.fullmatch(text.strip())
    if not found:
        return None
    before, after = found["before"], found["after"]
    parentheses = before.startswith("(") and after.endswith(")")
    if parentheses:
        before, after = before[1:], after[:-1]
    sign, minus, prefix, word = _before(before)
    trailing = bool(after) and _is_sign(after[-1]) and not sign
    if trailing:
        sign, minus, after = _plain_sign(after[-1]), after[-1], after[:-1]
    suffix, behind = _after(after)
    if not (_is_affix(prefix) and _is_affix(suffix)) or (word and behind) or (parentheses and sign):
        return None
    return Cell(
        digits=found["digits"],
        sign="-" if parentheses else sign,
        minus="" if parentheses else minus,
        prefix=prefix,
        suffix=suffix,
        word=word or behind,
        parentheses=parentheses,
        trailing=trailing,
    )


def _before(text: str) -> tuple[str, str, str, str]:
    """Split what stands before the digits: sign, the sign's character, prefix, word."""
    for place in (0, len(text) - 1):
        if text and _is_sign(text[place]):
            rest = text[:place] + text[place + 1 :]
            return _plain_sign(text[place]), text[place], rest, ""
    word = text.rstrip(" \u00a0")
    # Letters right before digits are rather an id.
    is_word = word in _WORDS and word != text and not is_currency(text)
    return ("", "", "", word) if is_word else ("", "", text, "")


def _after(text: str) -> tuple[str, str]:
    """Split what stands behind the digits: suffix and word."""
    *_, last = ["", *text.split()]
    if last in _WORDS and not is_currency(last):
        return text[: text.rindex(last)].rstrip(), last
    return text, ""


def _is_sign(character: str) -> bool:
    return character in _SIGNS or (can_mean_minus(character) and not character.isalnum() and character in "−–‐‑‒—▲△▼")  # noqa: RUF001


def _plain_sign(character: str) -> str:
    return "+" if character == "+" else "-"


def _is_affix(text: str) -> bool:
    return not text or is_currency(text)


@lru_cache(maxsize=100)
def _pattern(notation: Notation) -> re.Pattern[str]:
    whole = r"\d+"
    if notation.group:
        group = re.escape(notation.group)
        lakhs, thousands = rf"\d{{1,2}}(?:{group}\d{{2}})*{group}\d{{3}}", rf"\d{{1,3}}(?:{group}\d{{3}})+"
        grouped = lakhs if notation.indian else thousands
        whole = rf"(?:\d+|{grouped})"
    return re.compile(rf"(?:{whole})?(?:{re.escape(notation.decimal)}\d+)?")


def _value(cell: Cell | None, notation: Notation) -> Decimal | None:
    if not cell or not notation.fits(cell.digits):
        return None
    digits = cell.digits.replace(notation.group, "") if notation.group else cell.digits
    return Decimal(("-" if cell.sign == "-" else "") + digits.replace(notation.decimal, "."))


def _decimals(value: Decimal) -> int:
    written = -int(value.as_tuple().exponent)
    return written if written == THOUSANDS else max(0, -int(value.normalize().as_tuple().exponent))


def _leaves_three(style: Style, cells: Sequence[Cell]) -> bool:
    decimals = {len(cell.digits.rpartition(style.decimal)[2]) for cell in cells if style.decimal in cell.digits}
    return decimals == {THOUSANDS}


def _keys(cells: Sequence[Cell]) -> dict[str, Any]:
    """Return the keys of the layout language for what stands around the digits, words excepted."""
    keys: dict[str, Any] = {
        "prefixes": sorted({cell.prefix for cell in cells if cell.prefix}),
        "suffixes": sorted({cell.suffix for cell in cells if cell.suffix}),
        "parentheses": any(cell.parentheses for cell in cells),
        "trailingSign": any(cell.trailing for cell in cells),
        "bareFraction": any(not cell.digits[0].isdigit() for cell in cells),
        "minusChars": sorted({cell.minus for cell in cells if cell.minus} - set(_SIGNS)),
    }
    return {key: value for key, value in keys.items() if value}
