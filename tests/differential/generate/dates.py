# ruff: noqa: RUF001 - characters of other scripts are what it is about
"""Date fields, and days written as they say, or nearly so."""

import re
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.differential.generate.case import RECEIVED_ON
from tests.differential.generate.chance import chance, weighted

Spec = dict[str, Any]

_DAYS = {
    "%Y-%m-%d": 6.0, "%d.%m.%Y": 4.0, "%m/%d/%Y": 2.0, "%d/%m/%Y": 2.0, "%Y%m%d": 2.0, "%d.%m.%y": 2.0,
    "%d-%m-%y": 1.0,
    "%-d.%-m.%Y": 1.5, "%-m/%-d/%y": 1.0, "%d %b %Y": 1.5, "%b %-d, %Y": 1.0, "%d-%b-%y": 1.0, "%d%b%Y": 0.5,
    "%Y/%m/%d": 1.0,
}  # fmt: skip
_TIMES = ("T%H:%M:%S%z", " %H:%M:%S", "T%H:%M:%S%f%z", " %-H:%M", " %I:%M %p", " %-I:%M%p", "T%H:%M:%S", " %H:%M:%S %z")
_SPANISH = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"]
_GERMAN = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]
_TURKISH = ["Oca", "Şub", "Mar", ["Nis", "Nisan"], "May", "Haz", "Tem", "Ağu", "Eyl", "Eki", ["Kas", "Kasım"], "Ara"]
_TOGETHER = {"%Y-%m-%d": "%d.%m.%y", "%d.%m.%Y": "%d.%m.%y", "%m/%d/%Y": "%m/%d/%y", "%d %b %Y": "%d.%m.%y"}
"""Formats that one field may have together."""
_ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_ODD = (
    "", "epoch", "today", "0000-00-00", "2025-13-01", "2025-02-30", "30.02.2025", "31.04.2025", "2023-02-29",
    "29.02.2023",
    "2025-1-1", " 2025-10-01", "2025-10-01 ", "2025-10-01T00:00:00", "٢٠٢٥-١٠-٠١", "20251001", "01.10.25",
    "1.10.2025", "2025/10/01",
    "1111-11-11", "9999-12-31", "1969-12-31", "2026-01-01", "10000-01-01", "-2025-10-01", "2025-10-32",
    "00.10.2025", "Okt 1, 2025",
    "2025-10-01\n", "25-10-01", "2025-W40-3", "45000", "1. Oktober 2025", "2025−10−01",
)  # fmt: skip
_NOTABLE = (
    date(1970, 1, 1), date(1969, 12, 31), date(2024, 2, 29), date(2000, 2, 29), date(1999, 12, 31), date(2038, 1, 19),
    RECEIVED_ON, *(RECEIVED_ON + timedelta(days=days) for days in (1, 2, 30, 31, 32)), date(1900, 1, 1), date(2069,
    12, 31),
)  # fmt: skip


def date_field(rng: Random, name: str) -> Spec:
    """Draw how a day, or a moment, is written."""
    if chance(rng, 0.06):
        return _counted(rng, name)
    style, moment = weighted(rng, _DAYS), chance(rng, 0.25)
    spec: Spec = {"name": name, "type": "datetime" if moment else "date"}
    spec["format"] = style + (rng.choice(_TIMES) if moment else "")
    if "%y" in style:
        spec["pivot"] = rng.choice([26, 50, 70, 70, 99])
    if "%b" in style and chance(rng, 0.4):
        spec["months"] = rng.choice([_SPANISH, _GERMAN, _TURKISH])
    if style in _TOGETHER and not moment and chance(rng, 0.3):
        spec["format"] = [style, _TOGETHER[style]]
        spec["pivot"] = 70
    return spec


def _counted(rng: Random, name: str) -> Spec:
    """Draw a number that counts days or moments."""
    way = rng.choice(["excel", "unix", "unixMilliseconds"])
    spec: Spec = {"name": name, "type": rng.choice(["date", "datetime"]), "format": way}
    return spec if way == "excel" else {**spec, "timeZone": rng.choice(["UTC", "Europe/Oslo", "Pacific/Auckland"])}


def day(rng: Random) -> date:
    """Draw a day, mostly one of the last months."""
    if chance(rng, 0.06):
        return rng.choice(_NOTABLE)
    return RECEIVED_ON - timedelta(days=rng.randint(0, 60 if chance(rng, 0.8) else 5000))


def written(rng: Random, spec: Spec, on: date) -> str:
    """Write ``on`` as the field says."""
    if spec["format"] == "excel":
        time = ".75" if spec["type"] == "datetime" and chance(rng, 0.5) else ""
        return f"{(on - date(1899, 12, 30)).days}{time}"
    if "timeZone" in spec:
        moment = datetime.combine(on, time_of_day(rng.randrange(24)), ZoneInfo(spec["timeZone"]))
        return str(int(moment.timestamp()) * (1000 if spec["format"] == "unixMilliseconds" else 1))
    formats = [spec["format"]] if isinstance(spec["format"], str) else spec["format"]
    return re.sub("%-?.", lambda directive: _part(rng, directive[0], spec, on), rng.choice(formats))


def odd_date(rng: Random) -> str:
    """Draw a text that is no date of most fields."""
    return rng.choice(_ODD)


def _part(rng: Random, directive: str, spec: Spec, on: date) -> str:
    hour, minute = rng.randrange(24), rng.randrange(60)
    padded = chance(rng, 0.2)
    names = spec.get("months", _ENGLISH)[on.month - 1]
    name = names if isinstance(names, str) else rng.choice(names)
    parts: dict[str, str] = {
        "%Y": f"{on.year:04}",
        "%y": f"{on.year % 100:02}",
        "%m": f"{on.month:02}",
        "%-m": f"{on.month:02}" if padded else str(on.month),
        "%d": f"{on.day:02}",
        "%-d": f"{on.day:02}" if padded else str(on.day),
        "%b": rng.choice([name, name.upper(), name.lower(), name.replace("i", "İ").upper()])
        if chance(rng, 0.2)
        else name,
        "%H": f"{hour:02}",
        "%-H": f"{hour:02}" if padded else str(hour),
        "%I": f"{hour % 12 + 1:02}",
        "%-I": str(hour % 12 + 1),
        "%p": rng.choice(["AM", "PM", "am", "pm"]),
        "%M": f"{minute:02}",
        "%S": f"{rng.randrange(60):02}",
        "%f": rng.choice(["", ".5", ".123456", ".123456789"]),
        "%z": rng.choice(["Z", "+01:00", "-11:30", "+14:00"]),
    }
    return parts[directive]
