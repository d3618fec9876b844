"""All ways in which a field writes its dates: formats of which each cell has one, or a number that counts time."""

from datetime import date
from typing import Final

import msgspec

from transactions.layouts.dates import DateFormat
from transactions.sql import literal, matches

EXCEL: Final = "excel"
UNIX: Final = "unix"
UNIX_MILLISECONDS: Final = "unixMilliseconds"
COUNTED: Final = (EXCEL, UNIX, UNIX_MILLISECONDS)
"""Formats that are no directives: days since the end of 1899 as spreadsheets count them, time since 1970."""

_EXCEL_DAY_ZERO: Final = date(1899, 12, 30)
"""Spreadsheets have a 29th of February 1900, which there never was: from March of that year on, this is day zero."""


class ExcelDay(msgspec.Struct, frozen=True):
    """A number of days; of a moment, its decimals are the time, which does not change the day."""

    moment: bool

    @property
    def pattern(self) -> str:
        """Five digits: the years from 1927 to 2173."""
        return r"[1-9][0-9]{4}(?:\.[0-9]+)?" if self.moment else "[1-9][0-9]{4}"

    def iso(self, cell: str) -> str:
        """Return SQL for the day."""
        return f"(DATE '{_EXCEL_DAY_ZERO}' + try_cast(left({cell}, 5) AS INTEGER))::VARCHAR"


class UnixTime(msgspec.Struct, frozen=True):
    """Seconds or milliseconds since 1970. The day is that of ``zone``, as no zone is written."""

    milliseconds: bool
    zone: str

    @property
    def pattern(self) -> str:
        """Whole seconds from 1970 to 2286, or milliseconds from 2001 on, which cannot be taken for seconds."""
        return "[1-9][0-9]{12}" if self.milliseconds else "[1-9][0-9]{0,9}"

    def iso(self, cell: str) -> str:
        """Return SQL for the day."""
        microseconds = f"try_cast({cell} AS BIGINT) * {1_000 if self.milliseconds else 1_000_000}"
        moment = f"timezone('UTC', make_timestamp({microseconds}))"
        return f"timezone({literal(self.zone)}, {moment})::DATE::VARCHAR"


class DateNotations(msgspec.Struct, frozen=True):
    """The ways of one field: no text is a date by two of them, unless it is the same one."""

    ways: tuple[DateFormat | ExcelDay | UnixTime, ...]

    @property
    def pattern(self) -> str:
        """What the whole cell must match."""
        patterns = [way.pattern for way in self.ways]
        return patterns[0] if len(patterns) == 1 else f"(?:{'|'.join(patterns)})"

    def iso(self, cell: str) -> str:
        """Return SQL for the day in ``cell`` as ISO 8601 writes it, valid where the pattern matches."""
        if len(self.ways) == 1:
            return self.ways[0].iso(cell)
        cases = (f"WHEN {matches(cell, way.pattern)} THEN {way.iso(cell)}" for way in self.ways)
        return f"CASE {' '.join(cases)} END"
