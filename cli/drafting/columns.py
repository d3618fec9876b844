"""Guesses what stands in a column: text, a number or a date, and how it is written."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

DATE_FORMATS: Final = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d.", "%Y%m%d", "%d %b %Y",
    "%d-%b-%Y", "%-m/%-d/%Y", "%-d.%-m.%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%-m/%-d/%y",
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %-H:%M:%S",
    "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S%f", "%Y-%m-%dT%H:%M:%S%f", "%Y-%m-%dT%H:%M:%S%f%z",
)  # fmt: skip
"""The likeliest first: where several fit, the draft names them all."""

PIVOT: Final = 70
NUMBER_STYLES: Final = (
    (".", None), (",", None), (".", ","), (",", "."), (".", "'"), (".", "\u2019"),
    (",", " "), (",", "\u00a0"), (",", "\u202f"),
)  # fmt: skip
"""Decimal and group character."""

NEARLY_ALL: Final = 0.7
"""So much of a column must be written alike: a file may have bad rows."""

_DIRECTIVES: Final = {
    "%Y": "(?:19|20)[0-9]{2}",
    "%y": "[0-9]{2}",
    "%m": "(?:0[1-9]|1[0-2])",
    "%-m": "(?:[1-9]|1[0-2])",
    "%b": "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
    "%d": "(?:0[1-9]|[12][0-9]|3[01])",
    "%-d": "(?:[1-9]|[12][0-9]|3[01])",
    "%H": "(?:[01][0-9]|2[0-3])",
    "%-H": "(?:1?[0-9]|2[0-3])",
    "%M": "[0-5][0-9]",
    "%S": "[0-5][0-9]",
    "%f": r"(?:\.[0-9]{1,9})?",
    "%z": "(?:Z|[+-][0-9]{2}:?[0-9]{2})",
}
_SIGNED: Final = re.compile(r"[+-]|[.,]\d{1,5}$")
_MONEY: Final = re.compile(
    r"(?P<sign>[-+]?)(?P<open>\(?)(?P<prefix>[£$€¥] ?)?(?P<number>[-+]?[\d.,'\u2019\s]*\d)(?P<suffix>\s?[£$€¥])?\)?"
)
_PENDING: Final = re.compile(r"pending|vorgemerkt|\bheld\b|\boffen\b|en attente", re.IGNORECASE)
_FEW_WORDS: Final = 6
_Way = TypeVar("_Way")


@dataclass(frozen=True, kw_only=True)
class SampleColumn:
    """One column: its values, its type in the layout language, and what a person should look at.

    ``header`` is the header's cell where it cannot be the name: a blank or a repeated one.
    """

    name: str
    values: tuple[str, ...]
    type: str = "string"
    keys: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    header: str | None = None

    @property
    def is_date(self) -> bool:
        """Whether it is a day or a moment."""
        return self.type in {"date", "datetime"}


def guess(
    name: str, values: Iterable[str], *, header: str | None = None, json_type: str = "string", money: bool = False
) -> SampleColumn:
    """Guess the column's type. Whole numbers are text (ids, accounts) unless they are ``money`` or a JSON number."""
    written = tuple(value for value in values if value)
    present, affixes = _without_money_signs(written)
    money = money or bool(affixes)
    kind, keys, notes = "string", dict[str, Any](), list[str]()
    formats, odd_dates = _best({text: _date_pattern(text) for text in DATE_FORMATS}, present)
    styles, odd_numbers = _best({style: _number_pattern(*style) for style in NUMBER_STYLES}, present)
    if json_type == "number":
        kind, keys = "number", {"jsonType": "number", "scale": _scale(present, ".")}
    elif formats:
        kind, keys, notes = _date(formats)
        notes += odd_dates
    elif styles and (money or any(_SIGNED.search(value) for value in present)):
        kind, keys, notes = _number(styles, present)
        keys |= affixes
        notes += odd_numbers
    elif len(set(written)) <= _FEW_WORDS and any(map(_PENDING.search, written)):
        notes.append("has a word for rows that are not booked yet: name it under drop, and all words in a pattern")
    if not present:
        notes.append("empty in this file")
    values = present if kind == "number" else written
    return SampleColumn(name=name, values=values, type=kind, keys=keys, notes=tuple(notes), header=header)


def _without_money_signs(values: Sequence[str]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Take currency signs and parentheses off, and return the keys that declare them."""
    found = [_MONEY.fullmatch(value) for value in values]
    keys: dict[str, Any] = {}
    for key in ("prefix", "suffix"):
        if affixes := sorted({match[key] for match in found if match and match[key]}):
            keys[f"{key}es"] = affixes
    if any(match["open"] for match in found if match):
        keys["parentheses"] = True
    if any(match["number"].startswith((".", ",")) for match in found if match) and keys:
        keys["bareFraction"] = True
    if not keys:
        return tuple(values), keys
    return tuple(_bare(match) if match else value for match, value in zip(found, values, strict=True)), keys


def _bare(match: re.Match[str]) -> str:
    number = match["number"]
    return ("-" if match["open"] else match["sign"]) + ("0" if number.startswith((".", ",")) else "") + number


def _date(formats: Sequence[str]) -> tuple[str, dict[str, Any], list[str]]:
    chosen, *others = formats
    keys: dict[str, Any] = {"format": chosen}
    notes = [f"{' and '.join(others)} would fit as well"] if others else []
    if "%y" in chosen:
        keys["pivot"] = PIVOT
        notes.append(f"years from {PIVOT} on are 19{PIVOT} and later")
    return ("datetime" if "H" in chosen else "date"), keys, notes


def _number(styles: Sequence[tuple[str, str | None]], values: Sequence[str]) -> tuple[str, dict[str, Any], list[str]]:
    (decimal, group), *others = sorted(styles, key=lambda style: _is_unlikely(style[0], values))
    keys: dict[str, Any] = {"decimalChar": decimal} if decimal != "." else {}
    if group:
        keys["groupChar"] = group
    scale = _scale(values, decimal)
    if scale > 2:  # noqa: PLR2004 - the language's own default
        keys["scale"] = scale
    marked = any(character in value for value in values for character in ".,")
    unclear = marked and any(other != decimal for other, _ in others)
    return "number", keys, ["the decimal and the group character could as well change places"] if unclear else []


def _is_unlikely(decimal: str, values: Sequence[str]) -> bool:
    """Whether ``decimal`` would leave three decimals everywhere: then it rather stands between thousands."""
    decimals = {len(value.rpartition(decimal)[2]) for value in values if decimal in value}
    return decimals == {3}


def _scale(values: Sequence[str], decimal: str) -> int:
    return max([2, *(len(value.rpartition(decimal)[2]) for value in values if decimal in value)])


def _best(patterns: Mapping[_Way, str], values: Sequence[str]) -> tuple[list[_Way], list[str]]:
    """Return the ways of writing that fit the most values, if nearly all, and a note on those that they do not fit."""
    fitting = {way: sum(bool(re.fullmatch(pattern, value)) for value in values) for way, pattern in patterns.items()}
    most = max(fitting.values())
    if most < max(1, NEARLY_ALL * len(values)):
        return [], []
    odd = len(values) - most
    note = [f"{odd} of {len(values)} values are written otherwise"] if odd else []
    return [way for way, count in fitting.items() if count == most], note


def _date_pattern(text: str) -> str:
    return "".join(_DIRECTIVES.get(token) or re.escape(token) for token in re.findall(r"%-?.|[^%]", text))


def _number_pattern(decimal: str, group: str | None) -> str:
    whole = rf"\d{{1,3}}(?:{re.escape(group)}\d{{3}})*" if group else r"\d+"
    return rf"[+-]?{whole}(?:{re.escape(decimal)}\d+)?"
