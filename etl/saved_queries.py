"""The saved queries: one SQL file each in ``glue/queries``, the same that the stack saves in Athena."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec

from pipeline.constants import SERVICE_LEVEL

FOLDER: Final = Path(__file__).resolve().parents[1] / "glue" / "queries"
_FIGURES: Final = {"service_level_minutes": SERVICE_LEVEL // timedelta(minutes=1)}
"""Figures that a query names as ``$name``."""


class SavedQuery(msgspec.Struct, frozen=True):
    """A query: its name, what it answers in one line, and its SQL."""

    name: str
    title: str
    sql: str


def read_queries() -> dict[str, SavedQuery]:
    """Read the saved queries by name. A file's first line is a comment that says what it answers.

    Raises
    ------
    KeyError
        If a query names an unknown figure.
    """
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.sql"))}


def _read(path: Path) -> SavedQuery:
    # A "$" that no name follows is the end of a pattern.
    text = path.read_text(encoding="utf-8")
    sql = re.sub(r"\$([a-z_]+)", lambda found: str(_FIGURES[found[1]]), text)
    return SavedQuery(path.stem, sql.partition("\n")[0].removeprefix("-- "), sql)
