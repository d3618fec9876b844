"""Date formats: by any that is taken, each way of writing a day is read as that day and no other."""

from collections.abc import Sequence
from datetime import date
from itertools import product

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from transactions.layouts.dates import DateFormat
from transactions.sql import matches

ENGINE = duckdb.connect()
DAYS = [date(2011, month, day) for month in (1, 2, 11, 12) for day in (1, 2, 11, 12, 21)]
TURKISH = ("Oca", "Şub", "Mar", "Nis", "May", "Haz", "Tem", "Ağu", "Eyl", "Eki", "İlk", "Ara")
OTHERS = {
    "%H": ["01", "11"],
    "%-H": ["1", "01", "11"],
    "%I": ["01", "11"],
    "%-I": ["1", "01", "11"],
    "%p": ["AM", "pm"],
    "%M": ["01", "11"],
    "%S": ["01"],
    "%f": ["", ".1", ".123456789"],
    "%z": ["Z", "+01:00", "-0130"],
}
"""Ways of writing what is no part of the day."""
separators = st.sampled_from(["", "", ".", "/", " ", "-", "1", "'", "年", "(", "\\", "T"])
parts_of_days = st.tuples(
    st.sampled_from(["%Y", "%y"]), st.sampled_from(["%m", "%-m", "%b"]), st.sampled_from(["%d", "%-d"])
)


@st.composite
def formats(draw: st.DrawFn) -> list[str]:
    """Draw the tokens of a format, with the day's parts in any order."""
    tokens = [*draw(parts_of_days), *draw(st.lists(st.sampled_from(list(OTHERS)), max_size=2))]
    return [text for token in draw(st.permutations(tokens)) for text in (token, draw(separators))]


def _written(token: str, day: date) -> list[str]:
    match token:
        case "%Y" | "%y" | "%m" | "%d":
            return [day.strftime(token)]
        case "%-m" | "%-d":
            number = day.month if token == "%-m" else day.day  # noqa: S105 - a directive
            return [str(number), f"{number:02}"]
        case "%b":
            month = TURKISH[day.month - 1]
            return [month, month.lower() if month.isascii() else month]
        case _:
            return OTHERS.get(token, [token])


def _read(format_: DateFormat, texts: Sequence[str]) -> list[date | None]:
    day = f"CASE WHEN {matches('text', format_.pattern)} THEN {format_.iso('text')} END::DATE"
    query = f"SELECT {day} FROM (SELECT unnest(?) AS text, generate_subscripts(?, 1) AS place) ORDER BY place"  # noqa: S608
    return [found for (found,) in ENGINE.execute(query, [texts, texts]).fetchall()]


@settings(max_examples=150, deadline=None)
@given(tokens=formats())
def test_each_notation_of_a_day_is_read_as_that_day(tokens: list[str]) -> None:
    try:
        format_ = DateFormat.parse("".join(tokens), 70 if "%y" in tokens else None, TURKISH)
    except ValueError:
        return
    written = [("".join(parts), day) for day in DAYS for parts in product(*(_written(token, day) for token in tokens))]

    texts, days = zip(*written, strict=True)
    assert _read(format_, texts) == list(days)
