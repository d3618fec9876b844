"""Finds the formats in which a column's dates may be written, and which of them the days themselves rule out."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any, Final

from cli.drafting.months import MONTHS
from cli.drafting.numbers import NEARLY_ALL
from transactions.layouts.dates import DateFormat

PIVOT: Final = 70
_LATEST: Final = 62
"""Booked days lie at most so many days ahead; a format by which they lie further on is wrong."""
_LOOKED_AT: Final = 300
_MANY_DAYS: Final = 5
"""So many days in order are hardly in order by chance."""

_TIME: Final = (
    r"(?P<gap>T|,? {1,3}|,| - )(?P<hour>\d{1,2}):\d{2}(?P<second>:\d{2})?(?P<fraction>\.\d{1,9})?"
    r"(?P<half> ?[AaPp][Mm])?(?P<zone> ?(?:Z|[+-]\d{2}:?\d{2}|UTC|GMT|CET|CEST))?"
)
_LETTERS: Final = r"[^\W\d_]{2,12}"
_SHAPES: Final = tuple(
    re.compile(rf"(?P<date>{shape})(?:{_TIME})?")
    for shape in (
        r"\d{1,4}(?P<a>[./ -]|\. )\d{1,2}(?P=a)\d{1,4}(?P<end>\.?)",
        r"\d{4}年\d{1,2}月\d{1,2}日",
        r"\d{8}|\d{6}",
        rf"\d{{1,2}}\.?[ -/]{_LETTERS}\.?,?[ -/]\d{{2,4}}",
        rf"{_LETTERS}\.? \d{{1,2}},? \d{{4}}",
        rf"\d{{4}}[ -/]{_LETTERS}[ -/]\d{{1,2}}",
        r"\d{1,2}(?:/\d{1,2}|\.\d{1,2}\.)",
        rf"\d{{1,2}}\.?[ -/]{_LETTERS}\.?",
        rf"{_LETTERS}\.?[ -]\d{{1,2}}",
    )
)
"""The last three are dates without a year."""
_MARK: Final = "'"
"""Stands around a cell that a spreadsheet is to leave as it is."""
_RECENT: Final = range(1990, 2040)
"""Eight digits alone are a day only of these years."""
_ANY_YEAR: Final = 2000
"""Stands for the year that is not written; it has a 29th of February."""
_YEAR: Final = timedelta(days=366)
_TWO_DIGITS: Final = 2
_FOUR_DIGITS: Final = 4
_TWO_PARTS: Final = 2


@dataclass(frozen=True, kw_only=True)
class Written:
    """One way in which a column's dates may be written, and the day of each of its cells.

    Some cells are written by the formats ``more``. Days without a year have any years that leave them near each other.
    """

    format: str
    months: str = ""
    days: tuple[date | None, ...] = ()
    more: tuple[str, ...] = ()

    @property
    def with_time(self) -> bool:
        """Whether a time stands beside the day."""
        return any("%M" in one for one in self.formats) or self.is_unix

    @property
    def formats(self) -> tuple[str, ...]:
        """All formats, the most frequent one first."""
        return (self.format, *self.more)

    @property
    def is_without_year(self) -> bool:
        """Whether the year follows from another date, such as the statement's."""
        return not self.is_unix and "Y" not in self.order.upper()

    @property
    def is_unix(self) -> bool:
        """Whether it is the time since 1970."""
        return self.format.startswith("unix")

    @property
    def keys(self) -> dict[str, Any]:
        """The keys of the layout language that declare it."""
        keys: dict[str, Any] = {"format": list(self.formats) if self.more else self.format}
        if any("%y" in one for one in self.formats):
            keys["pivot"] = PIVOT
        if self.is_unix:
            keys["timeZone"] = "UTC"
        if self.months not in {"", "en"}:
            keys["months"] = list(MONTHS[self.months])
        return keys

    @property
    def order(self) -> str:
        """The order of its parts, such as ``dmY``."""
        return "".join(re.findall(r"%-?([dmbYy])", self.format))


def is_date(cell: str) -> bool:
    """Return whether ``cell`` is written as a date with separators or a month's name, with or without a year."""
    bare = cell.strip(_MARK)
    days = (_day(cell, one) for one in _formats(cell))
    return any(day and (not bare.isdigit() or _is_recent(bare, day)) for day in days)


def is_date_with_year(cell: str) -> bool:
    """Return whether ``cell`` is a date to which no year is missing."""
    return is_date(cell) and any("y" in one[0].lower() for one in _formats(cell))


def _is_recent(cell: str, day: date) -> bool:
    return len(cell) == len("20250131") and day.year in _RECENT


def ways(cells: Sequence[str], least: float = NEARLY_ALL) -> tuple[Written, ...]:
    """Return the ways that fit the most of ``cells``, if the share ``least`` of those that have a value; else none."""
    present = [cell for cell in cells if cell][:_LOOKED_AT]
    # One of each shape is enough to know the formats.
    shapes = {re.sub(r"\d", "0", re.sub(r"[^\W\d_]+", "x", cell)): cell for cell in present if len(cell) <= 40}  # noqa: PLR2004
    found = dict.fromkeys(one for cell in list(shapes.values())[:40] for one in _formats(cell))
    fitting = Counter({one: sum(_day(cell, one) is not None for cell in present) for one in found})
    most = max(fitting.values(), default=0)
    if most < max(1, least * len(present)):
        return ()
    best = [one for one in found if fitting[one] == most]
    tight = [one for one in best if one[0].replace("%-", "%") not in {other[0] for other in best} or "%-" not in one[0]]
    return tuple(_of_own_order(map(partial(_written, cells), tight)))


def _written(cells: Sequence[str], form: "Format") -> Written:
    written = Written(format=form[0], months=form[1], days=tuple(_day(cell, form) for cell in cells))
    return replace(written, days=tuple(_near_each_other(written.days))) if written.is_without_year else written


def _near_each_other(days: Sequence[date | None]) -> Iterator[date | None]:
    before: date | None = None
    for day in days:
        near = day + _YEAR * round((before - day) / _YEAR) if day and before else day
        before = near or before
        yield near


def with_more_formats(written: Written, cells: Sequence[str]) -> Written:
    """Add formats for the cells that have another than most, if they have the parts of a date in the same order."""
    left = tuple("" if day else cell for cell, day in zip(cells, written.days, strict=True))
    for other in ways(left, least=0):
        languages = {written.months, other.months} - {""}
        if _numeric(other.order) == _numeric(written.order) and len(languages) <= 1:
            both = replace(
                written,
                months="".join(languages),
                days=tuple(one or another for one, another in zip(written.days, other.days, strict=True)),
                more=(*written.more, other.format),
            )
            return with_more_formats(both, cells)
    return written


def _numeric(order: str) -> str:
    return order.lower().replace("b", "m")


def unix_times(cells: Sequence[str]) -> tuple[Written, ...]:
    """Return the time since 1970, in seconds or milliseconds, if all of ``cells`` can be such times of late."""
    for format_, digits in (("unix", 10), ("unixMilliseconds", 13)):
        days = tuple(_unix_day(cell, digits) for cell in cells)
        if any(days) and all(day or not cell for day, cell in zip(days, cells, strict=True)):
            return (Written(format=format_, days=days),)
    return ()


def _unix_day(cell: str, digits: int) -> date | None:
    if not (cell.isascii() and cell.isdigit() and len(cell) == digits):
        return None
    day = datetime.fromtimestamp(int(cell[:10]), UTC).date()
    return day if day.year in _RECENT else None


def _of_own_order(written: Iterable[Written]) -> Iterator[Written]:
    """Leave out a second format of the same order: it differs in how strictly it is padded."""
    seen = set[str]()
    for one in written:
        if one.order not in seen:
            seen.add(one.order)
            yield one


def plausible(written: Sequence[Written], today: date) -> tuple[Written, ...]:
    """Leave out what puts days far into the future, and what leaves many days in no order; the likeliest first."""
    past = [one for one in written if not any(day > today + timedelta(days=_LATEST) for day in _known(one))] or written
    ordered = [one for one in past if _is_ordered(one)]
    if ordered and len(set(_known(ordered[0]))) >= _MANY_DAYS:
        return tuple(ordered)
    return tuple(sorted(past, key=lambda one: (not _is_ordered(one), _span(one))))


def _known(one: Written) -> list[date]:
    return [day for day in one.days if day]


def _is_ordered(one: Written) -> bool:
    pairs = list(pairwise(_known(one)))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)


def _span(one: Written) -> int:
    """Return how many days lie between the first and the last: a statement is of few months."""
    known = _known(one)
    return (max(known) - min(known)).days if known else 0


Format = tuple[str, str]


@lru_cache(maxsize=10_000)
def _formats(cell: str) -> tuple[Format, ...]:
    """Return the formats, each with the language of its months, in which ``cell`` may be a date."""
    bare = cell.strip(_MARK)
    before, after = cell.split(bare) if bare else ("", "")
    for shape in _SHAPES:
        if found := shape.fullmatch(bare):
            time = _time_format(found)
            dates = _date_formats(found["date"])
            return tuple((f"{before}{dated}{time}{after}", months) for dated, months in dates)
    return ()


def _time_format(found: re.Match[str]) -> str:
    if found["gap"] is None:
        return ""
    hour, half, zone = found["hour"], found["half"], found["zone"]
    text = found["gap"] + ("%-" if len(hour) < _TWO_DIGITS else "%") + ("I" if half else "H") + ":%M"
    text += (":%S" if found["second"] else "") + ("%f" if found["fraction"] else "")
    text += half[:-2] + "%p" if half else ""
    return text + (re.sub(r"Z|[+-]\d{2}:?\d{2}", "%z", zone) if zone else "")


def _date_formats(text: str) -> Iterator[Format]:
    parts = re.findall(r"\d+|[^\W\d_年月日]+", text)
    separators = re.split(r"\d+|[^\W\d_年月日]+", text)
    if len(parts) == 1:
        orders = ("Ymd", "dmY", "mdY") if len(text) == len("20250131") else ("ymd", "dmy", "mdy")
        yield from (("".join(f"%{letter}" for letter in order), "") for order in orders)
        return
    for order in _orders(parts):
        month = parts[order.index("b")].lower() if "b" in order else ""
        if order[0] == "m" and "." in separators[1]:
            continue  # A point never stands behind a month that comes first.
        for language in (
            [language for language, names in MONTHS.items() if month in map(str.lower, names)] if month else [""]
        ):
            for unpadded in (False, True):
                tokens = [f"%{'-' if unpadded and letter in 'dm' else ''}{letter}" for letter in order]
                yield "".join(f"{gap}{token}" for gap, token in zip(separators, [*tokens, ""], strict=True)), language


def _orders(parts: Sequence[str]) -> tuple[str, ...]:
    if len(parts) == _TWO_PARTS:
        return ("bd",) if not parts[0].isdigit() else ("db",) if not parts[1].isdigit() else ("dm", "md")
    first, second, third = parts
    if not second.isdigit():
        return ("Ybd",) if len(first) == _FOUR_DIGITS else ("dbY",) if len(third) == _FOUR_DIGITS else ("dby",)
    if not first.isdigit():
        return ("bdY",)
    if len(first) == _FOUR_DIGITS:
        return ("Ymd",)
    if len(third) == _FOUR_DIGITS:
        return ("dmY", "mdY")
    return ("dmy", "mdy", "ymd") if len(first) == len(third) == _TWO_DIGITS else ("dmy", "mdy")


@lru_cache(maxsize=1_000)
def _compiled(form: Format) -> DateFormat:
    text, months = form
    return DateFormat.parse(
        text, PIVOT if "%y" in text else None, MONTHS[months or "en"], with_year="%y" in text.lower()
    )


@lru_cache(maxsize=100_000)
def _day(cell: str, form: Format) -> date | None:
    found = _compiled(form).read(cell)
    try:
        day = date(found[0] or _ANY_YEAR, *found[1:]) if found else None
    except ValueError:
        return None
    return day if day and day.year >= 1900 + PIVOT else None
