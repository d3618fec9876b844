"""Date formats: strptime's directives, of which each has one exact shape."""

import re
from typing import Self

import msgspec

DIRECTIVES = {
    "%Y": "[0-9]{4}",
    "%y": "[0-9]{2}",
    "%m": "[0-9]{2}",
    "%d": "[0-9]{2}",
    "%H": "([01][0-9]|2[0-3])",
    "%M": "[0-5][0-9]",
    "%S": "[0-5][0-9]",
    "%f": r"(\.[0-9]{1,9})?",
    "%z": "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])",
}
_WIDTHS = {"%Y": 4, "%y": 2, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}


class DateFormat(msgspec.Struct, frozen=True):
    """A compiled format: the pattern that the whole cell must match, and where year, month and day stand in it."""

    pattern: str
    positions: dict[str, int]
    pivot: int | None

    @classmethod
    def parse(cls, text: str, pivot: int | None = None) -> Self:
        """Compile ``text``; ValueError says what is wrong with it."""
        pattern, positions, offset = "", dict[str, int](), 0
        fixed = True
        for token in re.findall(r"%.|[^%]", text):
            if token.startswith("%") and token not in DIRECTIVES:
                raise ValueError(f"{token} is none of {' '.join(DIRECTIVES)}")
            if token in {"%Y", "%y", "%m", "%d"} and fixed:
                positions[token[1]] = offset
            pattern += DIRECTIVES.get(token) or re.escape(token)
            fixed = fixed and token not in {"%f", "%z"}
            offset += _WIDTHS.get(token, 1)
        _check_parts(positions, pivot)
        return cls(pattern, positions, pivot)


def _check_parts(positions: dict[str, int], pivot: int | None) -> None:
    years = {"Y", "y"} & positions.keys()
    if len(years) != 1 or not {"m", "d"} <= positions.keys():
        raise ValueError("needs %d, %m and one of %Y and %y, before any %f or %z")
    if ("y" in years) != (pivot is not None):
        raise ValueError("a pivot goes with %y, and only with it")
