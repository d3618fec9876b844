"""Date formats: strptime's directives, of which each has one exact shape."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
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


Months = Sequence[str | Sequence[str]]
"""The names of the twelve months; several, where a month has several spellings."""


class DateFormat(msgspec.Struct, frozen=True):
    """A compiled format.

    ``pattern`` is what the whole cell must match. ``parts`` has for year, month and day the one place where it stands
    (from 1) and its width, or, behind a directive of varying width, a pattern whose only group finds it. ``months`` has
    the month, from 1, of each spelling of its name.
    """

    tokens: tuple[str, ...]
    pattern: str
    parts: dict[str, tuple[int, int] | str]
    pivot: int | None
    months: dict[str, int]

    @classmethod
    def parse(
        cls, text: str, pivot: int | None = None, months: Months = ENGLISH_MONTHS, *, with_year: bool = True
    ) -> Self:
        """Compile ``text``; ValueError says what is wrong with it."""
        tokens = re.findall(r"%-?.?|[^%]", text, re.DOTALL)
        for token in tokens:
            if token.startswith("%") and token not in DIRECTIVES:
                raise ValueError(f"{token} is none of {' '.join(DIRECTIVES)}")
        if (".", "%f") in pairwise(tokens):
            raise ValueError("%f includes the point: write %S%f, not %S.%f")
        _check_widths(tokens)
        spellings = _spellings(months)
        patterns = [_pattern(token, spellings) for token in tokens]
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
        _check_parts(set(parts), pivot, with_year=with_year)
        return cls(tuple(tokens), "".join(patterns), parts, pivot, spellings)

    def iso(self, cell: str) -> str:
        """Return SQL for the day in ``cell``, as ISO 8601 writes it; valid where the pattern matches.

        Of a format without a year, it is the month and the day.
        """
        part = {name: _found(cell, place) for name, place in self.parts.items()}
        if "y" in part:
            part["Y"] = f"(CASE WHEN {part['y']} >= '{self.pivot:02}' THEN '19' ELSE '20' END || {part['y']})"
        if "b" in part:
            # The engine makes both lower: Python's way with a dotted capital I is another.
            names = ", ".join(f"lower({literal(name)})" for name in self.months)
            number = f"{list(self.months.values())}[list_position([{names}], lower({part['b']}))]"
            part["m"] = f"({number})::VARCHAR"
        day, month = (f"lpad({part[name]}, 2, '0')" if self._varies(name) else part[name] for name in "dm")
        year = f"{part['Y']} || '-' || " if "Y" in part else ""
        return f"{year}{month} || '-' || {day}"

    def read(self, text: str) -> tuple[int, int, int] | None:
        """Read year (0 without one), month and day of ``text``; None where the pattern does not match."""
        if not re.fullmatch(self.pattern, text):
            return None
        part = {name: _in_text(text, place) for name, place in self.parts.items()}
        year = int(part.get("Y", "0"))
        if "y" in part:
            year = int(part["y"]) + (1900 if int(part["y"]) >= (self.pivot or 0) else 2000)
        names = {name.lower(): month for name, month in self.months.items()}
        # Python takes more letters for the same but for case than the engine does: such a name is no month's.
        month = names.get(part["b"].lower()) if "b" in part else int(part["m"])
        return None if month is None else (year, month, int(part["d"]))

    def _varies(self, name: str) -> bool:
        return not isinstance(self.parts.get(name), tuple)


def _in_text(text: str, place: tuple[int, int] | str) -> str:
    if isinstance(place, tuple):
        start, width = place
        return text[start - 1 : start - 1 + width]
    found = re.search(place, text)
    return found[1] if found else ""


def _pattern(token: str, months: dict[str, int]) -> str:
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


def _spellings(months: Months) -> dict[str, int]:
    """Return the month of each spelling, capitals included that no engine takes for the small letters."""
    found = dict[str, int]()
    for number, names in enumerate(months, 1):
        for name in [names] if isinstance(names, str) else names:
            if not name or any(map(str.isdecimal, name)):
                raise ValueError("months have names without digits")
            for spelling in _with_turkish_capitals(name):
                if found.setdefault(spelling, number) != number:
                    raise ValueError("months must differ from each other")
    folded = {(name.casefold(), number) for name, number in found.items()}
    if len({name for name, _ in folded}) < len(folded):
        raise ValueError("months must differ from each other")
    return found


def _with_turkish_capitals(name: str) -> Iterator[str]:
    """Yield the name, and its capitals in Turkish, where an i keeps its dot, and one without a dot becomes I."""
    yield name
    if {"i", "\N{LATIN SMALL LETTER DOTLESS I}"} & set(name):
        yield name.replace("i", "İ").upper()


def _check_parts(parts: set[str], pivot: int | None, *, with_year: bool) -> None:
    years = 1 if with_year else 0
    if len(parts & {"Y", "y"}) != years or len(parts & {"m", "b"}) != 1 or "d" not in parts:
        year = ", and one of %Y and %y" if with_year else ", and no year, as the closing date gives it"
        raise ValueError(f"needs %d, one of %m and %b{year}")
    if ("y" in parts) != (pivot is not None):
        raise ValueError("a pivot goes with %y, and only with it")
