"""Date formats: strptime's directives, of which each has one exact shape."""

import re
from collections.abc import Sequence
from typing import Self

import msgspec

from transactions.sql import literal

ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DIRECTIVES = {
    "%Y": "[0-9]{4}",
    "%y": "[0-9]{2}",
    "%m": "[0-9]{2}",
    "%-m": "[0-9]{1,2}",
    "%b": "",
    "%d": "[0-9]{2}",
    "%-d": "[0-9]{1,2}",
    "%H": "(?:[01][0-9]|2[0-3])",
    "%-H": "(?:[01]?[0-9]|2[0-3])",
    "%I": "(?:0[1-9]|1[0-2])",
    "%-I": "(?:0?[1-9]|1[0-2])",
    "%p": "(?:AM|PM|am|pm)",
    "%M": "[0-5][0-9]",
    "%S": "[0-5][0-9]",
    "%f": r"(?:\.[0-9]{1,9})?",
    "%z": "(?:Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])",
}
"""Each directive's pattern, without groups of its own; that of ``%b`` is made of the names of the months."""
_PARTS = {"%Y": "Y", "%y": "y", "%m": "m", "%-m": "m", "%b": "b", "%d": "d", "%-d": "d"}
_DIGITS = {"%Y", "%y", "%m", "%d", "%H", "%I", "%M", "%S"}
_VARYING_DIGITS = {"%-m", "%-d", "%-H", "%-I", "%f"}
_WIDTHS = {"%Y": 4, "%y": 2, "%m": 2, "%d": 2, "%H": 2, "%I": 2, "%p": 2, "%M": 2, "%S": 2}


class DateFormat(msgspec.Struct, frozen=True):
    """A compiled format.

    ``pattern`` is what the whole cell must match. ``parts`` has for year, month and day the one place where it stands
    (from 1) and its width, or, behind a directive of varying width, a pattern whose only group finds it.
    """

    pattern: str
    parts: dict[str, tuple[int, int] | str]
    pivot: int | None
    months: tuple[str, ...]

    @classmethod
    def parse(cls, text: str, pivot: int | None = None, months: Sequence[str] = ENGLISH_MONTHS) -> Self:
        """Compile ``text``; ValueError says what is wrong with it."""
        tokens = re.findall(r"%-?.?|[^%]", text, re.DOTALL)
        for token in tokens:
            if token.startswith("%") and token not in DIRECTIVES:
                raise ValueError(f"{token} is none of {' '.join(DIRECTIVES)}")
        _check_widths(tokens)
        _check_months(months)
        patterns = [_pattern(token, months) for token in tokens]
        parts, offset = dict[str, tuple[int, int] | str](), 0
        for number, token in enumerate(tokens):
            width = 1 if len(token) == 1 else _WIDTHS.get(token, 0)
            if part := _PARTS.get(token):
                if part in parts:
                    raise ValueError(f"{token} stands there twice")
                fixed = all(len(earlier) == 1 or earlier in _WIDTHS for earlier in tokens[: number + 1])
                before, after = ("".join(some) for some in (patterns[:number], patterns[number + 1 :]))
                found = f"^{before}({patterns[number]}){after}$"
                parts[part] = (offset + 1, width) if fixed else found
            offset += width
        _check_parts(set(parts), pivot)
        return cls("".join(patterns), parts, pivot, tuple(months))

    def iso(self, cell: str) -> str:
        """Return SQL for the day in ``cell``, as ISO 8601 writes it; valid where the pattern matches."""
        part = {name: _found(cell, place) for name, place in self.parts.items()}
        if "y" in part:
            part["Y"] = f"(CASE WHEN {part['y']} >= '{self.pivot:02}' THEN '19' ELSE '20' END || {part['y']})"
        if "b" in part:
            # The engine makes both lower: Python's way with a dotted capital I is another.
            months = ", ".join(f"lower({literal(month)})" for month in self.months)
            part["m"] = f"list_position([{months}], lower({part['b']}))::VARCHAR"
        day, month = (f"lpad({part[name]}, 2, '0')" if self._varies(name) else part[name] for name in "dm")
        return f"{part['Y']} || '-' || {month} || '-' || {day}"

    def _varies(self, name: str) -> bool:
        return not isinstance(self.parts.get(name), tuple)


def _pattern(token: str, months: Sequence[str]) -> str:
    if token == "%b":  # noqa: S105 - a directive
        return f"(?i:{'|'.join(map(re.escape, months))})"
    return DIRECTIVES.get(token) or re.escape(token)


def _found(cell: str, place: tuple[int, int] | str) -> str:
    if isinstance(place, str):
        return f"regexp_extract({cell}, {literal(place)}, 1)"
    start, width = place
    return f"substr({cell}, {start}, {width})"


def _check_widths(tokens: Sequence[str]) -> None:
    """Refuse digits that could be cut in two ways: 111 is the 1st of 11, or the 11th of 1, in ``%-d%-m``."""
    varying = ""
    for token in tokens:
        if token in _VARYING_DIGITS:
            if varying:
                raise ValueError(f"between {varying} and {token} must stand something other than digits")
            varying = token
        elif not (token.isdecimal() or token in _DIGITS):
            varying = ""


def _check_months(months: Sequence[str]) -> None:
    if len({month.casefold() for month in months}) < len(months):
        raise ValueError("months must differ from each other")
    if any(not month or any(map(str.isdecimal, month)) for month in months):
        raise ValueError("months have names without digits")


def _check_parts(parts: set[str], pivot: int | None) -> None:
    if len(parts & {"Y", "y"}) != 1 or len(parts & {"m", "b"}) != 1 or "d" not in parts:
        raise ValueError("needs %d, one of %m and %b, and one of %Y and %y")
    if ("y" in parts) != (pivot is not None):
        raise ValueError("a pivot goes with %y, and only with it")
