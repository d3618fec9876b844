"""Gives dates without a year the statement's closing date, if it stands above the header."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from cli.drafting.columns import Column
from cli.drafting.dates import Written, ways
from cli.drafting.header_words import CLOSING
from cli.drafting.lines import LABEL, escaped

_DIRECTIVES: Final = {"%Y": "[0-9]{4}", "%b": r"[^0-9 ./,-]+", "%-d": "[0-9]{1,2}", "%-m": "[0-9]{1,2}"}
_TWO_DIGITS: Final = "[0-9]{2}"


@dataclass(frozen=True, kw_only=True)
class Dated:
    """The columns, of which those without a year have a closing date, the pattern that captures it, and questions."""

    columns: tuple[Column, ...]
    pattern: str = ""
    questions: tuple[str, ...] = ()


def with_years(columns: Sequence[Column], above: Sequence[str]) -> Dated:
    """Find the closing date in the lines ``above`` for the ``columns`` without a year; without it, they are texts."""
    without = [column for column in columns if column.dates and column.dates[0].is_without_year]
    if not without:
        return Dated(columns=tuple(columns))
    texts = tuple(replace(column, dates=()) if column in without else column for column in columns)
    if any(column.is_date for column in texts):
        return Dated(columns=texts)  # Beside dates with a year, 01/12 is rather the first of twelve parts.
    found = next(_closing_dates(above, months_first=_months_first(without)), None)
    if found:
        pattern, keys = found
        dated = (replace(column, closing=keys) if column in without else column for column in columns)
        return Dated(columns=tuple(dated), pattern=pattern)
    names = ", ".join(column.name for column in without)
    question = f"the dates in {names} have no year: which line, or the file's name, has the closing date? Capture it"
    return Dated(columns=texts, questions=(question,))


def _months_first(columns: Sequence[Column]) -> bool:
    return all(column.dates[0].order.startswith("m") for column in columns)


def _closing_dates(lines: Sequence[str], *, months_first: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a pattern for the last date of each line with a label for it, and the keys that declare the date."""
    for line in lines:
        label = re.match(rf"[\"']?{LABEL}", line)
        if not label or label["label"] not in CLOSING:
            continue
        written = next(filter(None, (_ways_at(line, start) for start in range(label.end(), len(line)))), ())
        best = next((one for one in written if one.order.startswith("m") == months_first), next(iter(written), None))
        if best:
            pattern = f"^{escaped(label[0])}(?:.*[^0-9A-Za-z])?({_shape(best)})[^0-9A-Za-z]*$"
            yield pattern, {"capture": "closing", **best.keys}


def _ways_at(line: str, start: int) -> tuple[Written, ...]:
    """Return the ways to read what stands from ``start`` on, but for signs at its end, as a date with a year."""
    if start and line[start - 1].isalnum():
        return ()
    text = re.sub(r"[^0-9A-Za-z]+$", "", line[start:])
    return tuple(one for one in ways([text]) if not one.is_without_year and not one.with_time)


def _shape(written: Written) -> str:
    """Return a pattern for such dates."""
    tokens = re.findall(r"%-?.|[^%]", written.format)
    return "".join(_DIRECTIVES.get(one, _TWO_DIGITS) if one.startswith("%") else re.escape(one) for one in tokens)
