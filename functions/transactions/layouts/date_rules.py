"""What must hold in the declaration of a date, so that no cell has two meanings."""

from collections.abc import Iterator, Sequence
from itertools import permutations, product
from typing import Final
from zoneinfo import available_timezones

from transactions.layouts.date_notations import COUNTED, UNIX, UNIX_MILLISECONDS
from transactions.layouts.dates import DateFormat
from transactions.layouts.fields import Closing, DateField, DateTimeField

_TELLING_DAYS: Final = ((2011, 11, 12), (2011, 12, 11), (2012, 10, 11), (2001, 2, 3), (2010, 1, 20))
"""Days whose parts can be taken for each other, and some that cannot."""
_OTHER_PARTS: Final = {"%p": ("AM",), "%f": ("", ".1"), "%z": ("Z", "+01:00"), "%-H": ("1", "11"), "%-I": ("1", "11")}


def date_complaints(field: DateField | DateTimeField, captures: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with ``field``, each as a key below it and a rule. ``captures`` are the layout's facts."""
    unix = any(format_ in {UNIX, UNIX_MILLISECONDS} for format_ in field.formats)
    if unix != (field.time_zone is not None):
        yield ".timeZone: goes with unix and unixMilliseconds, which say no zone, and only with them"
    elif field.time_zone is not None and field.time_zone not in available_timezones():
        yield f".timeZone: {field.time_zone} is no time zone, like Europe/Zurich"
    counted = [format_ for format_ in field.formats if format_ in COUNTED]
    if counted and len(field.formats) > 1:
        yield f".format: beside {counted[0]} there is no other format: a number could be either"
    try:
        formats = [way for way in field.date_format.ways if isinstance(way, DateFormat)]
    except ValueError as error:
        yield f".format: {error}"
        return
    if clash := _clashing(formats):
        text, one, other = clash
        yield f".format: {text} would be another day by {field.formats[one]} than by {field.formats[other]}"
    if field.pivot is not None and not any("%y" in format_ for format_ in field.formats):
        yield ".pivot: goes with %y, and only with it"
    if field.closing:
        yield from _closing(field, field.closing, captures)


def _closing(field: DateField | DateTimeField, closing: Closing, captures: frozenset[str]) -> Iterator[str]:
    if set(field.formats) & set(COUNTED):
        yield ".closing: only a format without a year needs it"
    if closing.capture not in captures:
        yield f".closing.capture: {closing.capture} is no capture"
    try:
        _ = closing.date_format
    except ValueError as error:
        yield f".closing.format: {error}"


def _clashing(formats: Sequence[DateFormat]) -> tuple[str, int, int] | None:
    """Find a text that two formats read as different days, such as 03/04/2025, and their places."""
    for (place, writing), (other, reading) in permutations(enumerate(formats), 2):
        for text in _written(writing):
            if (found := reading.read(text)) and found != writing.read(text):
                return text, place, other
    return None


def _written(format_: DateFormat) -> Iterator[str]:
    """Write the telling days by a format, in each width."""
    for day in _TELLING_DAYS:
        for texts in product(*(_ways(token, format_, day) for token in format_.tokens)):
            yield "".join(texts)


def _ways(token: str, format_: DateFormat, day: tuple[int, int, int]) -> Sequence[str]:
    year, month, number = day
    plain = {"%Y": f"{year:04}", "%y": f"{year % 100:02}", "%m": f"{month:02}", "%d": f"{number:02}"}
    shortened = {"%-m": month, "%-d": number}
    if token in shortened:
        return (f"{shortened[token]}", f"{shortened[token]:02}")
    if token == "%b":  # noqa: S105 - a directive
        return [name for name, named in format_.months.items() if named == month]
    return _OTHER_PARTS.get(token, (plain.get(token, "11" if token.startswith("%") else token),))
