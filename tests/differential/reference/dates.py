"""Dates as a layout's field declares them, read directive by directive."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
EARLIEST = date(1970, 1, 1)
_DIGITS = "0123456789"

Reading = tuple[int, dict[str, int]]
"""How far a text is read, and what has been found in it."""


def read_date(text: str, field: dict[str, Any], closing: date | None = None) -> date | None:
    """Return the day in ``text``; None if it is not written as ``field`` says, or does not exist.

    Of one without a year it is the last one up to ``closing``.
    """
    if isinstance(field["format"], str) and field["format"] in _COUNTED:
        return _COUNTED[field["format"]](text, field)
    whole = _whole(text, field)
    if whole is None or "Y" in whole or "y" in whole:
        return None if whole is None else _day(whole, field)
    if closing is None:
        return None
    years = (closing.year, closing.year - 1)
    found = (_day({**whole, "Y": year}, field) for year in years)
    return next((day for day in found if day and day <= closing), None)


def has_shape(text: str, field: dict[str, Any]) -> bool:
    """Return whether ``text`` is written as ``field`` says, whether or not there is such a day."""
    if isinstance(field["format"], str) and field["format"] in _COUNTED:
        return read_date(text, field) is not None
    return _whole(text, field) is not None


def _whole(text: str, field: dict[str, Any]) -> dict[str, int] | None:
    formats = [field["format"]] if isinstance(field["format"], str) else field["format"]
    readings = (
        found
        for written in formats
        for end, found in _read(re.findall(r"%-?.|[^%]", written, re.DOTALL), text, 0, field)
        if end == len(text)
    )
    return next(readings, None)


def _day(found: dict[str, int], field: dict[str, Any]) -> date | None:
    year = found["Y"] if "Y" in found else found["y"] + (1900 if found["y"] >= field["pivot"] else 2000)
    try:
        return date(year, found["m"], found["d"])
    except ValueError:
        return None


def _read(tokens: list[str], text: str, at: int, field: dict[str, Any]) -> Iterator[Reading]:
    """Yield every way in which ``tokens`` can be read from ``at`` on."""
    if not tokens:
        yield at, {}
        return
    token, *others = tokens
    for end, here in _one(token, text, at, field):
        for last, found in _read(others, text, end, field):
            yield last, {**here, **found}


def _one(token: str, text: str, at: int, field: dict[str, Any]) -> Iterator[Reading]:
    if token in _DIRECTIVES:
        yield from _DIRECTIVES[token](text, at)
    elif token == "%b":  # noqa: S105 - a directive
        for number, names in enumerate(field.get("months", ENGLISH), 1):
            for name in [names] if isinstance(names, str) else names:
                here = text[at : at + len(name)]
                if here.lower() == name.lower() or here == name.replace("i", "İ").upper():
                    yield at + len(name), {"m": number}
    elif text.startswith(token, at):
        yield at + len(token), {}


def _of_spreadsheet(text: str, field: dict[str, Any]) -> date | None:
    whole, point, fraction = text.partition(".")
    digits = set(whole + fraction) <= set(_DIGITS) and bool(fraction) == bool(point)
    if not digits or len(whole) != 5 or whole.startswith("0") or (point and field["type"] == "date"):
        return None
    return date(1899, 12, 30) + timedelta(days=int(whole))


def _since_1970(text: str, field: dict[str, Any]) -> date | None:
    milliseconds = field["format"] == "unixMilliseconds"
    lengths = (13,) if milliseconds else range(1, 11)
    if not set(text) <= set(_DIGITS) or len(text) not in lengths or text.startswith("0"):
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text) * (1 if milliseconds else 1000))
    return moment.astimezone(ZoneInfo(field["timeZone"])).date()


_COUNTED = {"excel": _of_spreadsheet, "unix": _since_1970, "unixMilliseconds": _since_1970}


def _digits(
    part: str, least: int, most: int, lowest: int = 0, highest: int = 9999
) -> Callable[[str, int], Iterator[Reading]]:
    def read(text: str, at: int) -> Iterator[Reading]:
        for count in range(least, most + 1):
            digits = text[at : at + count]
            if len(digits) == count and set(digits) <= set(_DIGITS) and lowest <= int(digits) <= highest:
                yield at + count, {part: int(digits)}

    return read


def _words(*words: str) -> Callable[[str, int], Iterator[Reading]]:
    def read(text: str, at: int) -> Iterator[Reading]:
        for word in words:
            if text.startswith(word, at):
                yield at + len(word), {}

    return read


def _decimals(text: str, at: int) -> Iterator[Reading]:
    """Read the point and decimals of a second, which may be absent."""
    yield at, {}
    if text.startswith(".", at):
        for end, _ in _digits("f", 1, 9, 0, 10**9)(text, at + 1):
            yield end, {}


def _zone(text: str, at: int) -> Iterator[Reading]:
    yield from _words("Z")(text, at)
    if text[at : at + 1] in {"+", "-"}:
        for hours, _ in _digits("zone hours", 2, 2, 0, 14)(text, at + 1):
            for colon, _ in _words(":", "")(text, hours):
                for end, _ in _digits("zone minutes", 2, 2, 0, 59)(text, colon):
                    yield end, {}


_DIRECTIVES: dict[str, Callable[[str, int], Iterator[Reading]]] = {
    "%Y": _digits("Y", 4, 4),
    "%y": _digits("y", 2, 2),
    "%m": _digits("m", 2, 2),
    "%-m": _digits("m", 1, 2),
    "%d": _digits("d", 2, 2),
    "%-d": _digits("d", 1, 2),
    "%H": _digits("H", 2, 2, 0, 23),
    "%-H": _digits("H", 1, 2, 0, 23),
    "%I": _digits("I", 2, 2, 1, 12),
    "%-I": _digits("I", 1, 2, 1, 12),
    "%M": _digits("M", 2, 2, 0, 59),
    "%S": _digits("S", 2, 2, 0, 59),
    "%p": _words("AM", "PM", "am", "pm"),
    "%f": _decimals,
    "%z": _zone,
}
