"""The saved queries: one SQL file each in ``glue/queries``, the same that the stack saves in Athena."""

from pathlib import Path
from typing import Final

import msgspec

FOLDER: Final = Path(__file__).resolve().parents[1] / "glue" / "queries"


class SavedQuery(msgspec.Struct, frozen=True):
    """A query: its name, what it answers in one line, and its SQL."""

    name: str
    title: str
    sql: str


def read_queries() -> dict[str, SavedQuery]:
    """Read the saved queries by name. A file's first line is a comment that says what it answers."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.sql"))}


def _read(path: Path) -> SavedQuery:
    sql = path.read_text(encoding="utf-8")
    return SavedQuery(path.stem, sql.partition("\n")[0].removeprefix("-- "), sql)
