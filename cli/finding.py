"""Find one file by its id or the beginning of it, by its key, or by its name."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from cli.options import UsageError
from cli.tables import short_id
from cli.upload_names import is_ignored
from deployment.pipeline import Pipeline
from pipeline.audit_row import AuditRow
from pipeline.constants import INCOMING, FileStatus
from transactions.masking import masked_name

_FILE_ID: Final = re.compile(r"[0-9a-f]{64}")
_SHORT_ID: Final = re.compile(r"[0-9a-f]{6,63}")

RECENT: Final = timedelta(days=31)
"""Short ids and names are looked for among files whose status changed within this time: a part of an index is read."""
NAMES: Final = 500
"""Names are looked for among so many files of each status, the latest: no index has them."""
_CANDIDATES: Final = 5

FileArgument = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="A file id, or its first 6 digits or more; a key, or a file's name: its latest version."
    ),
]


def find_row(pipeline: Pipeline, file: str) -> AuditRow:
    """Return the row of a file id, or of the latest version of a key.

    Raises
    ------
    UsageError
        If there is none, or more than one.
    """
    return find_versions(pipeline, file)[-1]


def find_versions(pipeline: Pipeline, file: str) -> list[AuditRow]:
    """Return the rows of a key's versions, oldest first; of a file id, that one.

    Raises
    ------
    UsageError
        If there is none, or more than one file fits.
    """
    bucket = pipeline.outputs["RawBucket"]
    key = file.removeprefix(f"s3://{bucket}/")
    if _FILE_ID.fullmatch(file):
        rows = list(pipeline.audit.get([file]).values())
    elif _SHORT_ID.fullmatch(file):
        rows = _only_one(file, _by_short_id(pipeline, file))
    elif "/" in key:
        rows = pipeline.audit.of_key(bucket, key) or pipeline.audit.of_key(bucket, f"{INCOMING}/{key}")
    else:
        rows = [] if is_ignored(file) else _by_name(pipeline, file)
    if not rows:
        raise UsageError(_not_found(file))
    return rows


def find_ids(pipeline: Pipeline, file: str) -> frozenset[str]:
    """Return the ids of a key's versions; a whole file id as it is, since a message may be of a file without a row.

    Raises
    ------
    UsageError
        If there is none, or more than one file fits.
    """
    if _FILE_ID.fullmatch(file):
        return frozenset({file})
    return frozenset(row.file_id for row in find_versions(pipeline, file))


def as_given(file: str) -> str:
    """Show what was given to find a file by: the beginning of an id, or a name with account numbers masked."""
    return short_id(file) if re.fullmatch("[0-9a-f]+", file) else masked_name(file)


def _by_short_id(pipeline: Pipeline, beginning: str) -> list[AuditRow]:
    found = pipeline.audit.ids_beginning(beginning, changed=_recently())
    return list(pipeline.audit.get(found).values())


def _by_name(pipeline: Pipeline, name: str) -> list[AuditRow]:
    changed = _recently()
    recent = (row for one in FileStatus for row in pipeline.audit.of_status(one, changed=changed, limit=NAMES))
    latest = {row.key: row for row in recent if row.key.endswith(f"/{name}")}
    return pipeline.audit.of_key(pipeline.outputs["RawBucket"], key) if (key := _only_key(name, latest)) else []


def _only_key(name: str, latest: dict[str, AuditRow]) -> str:
    return next((row.key for row in _only_one(name, list(latest.values()))), "")


def _only_one(file: str, rows: Sequence[AuditRow]) -> list[AuditRow]:
    if len(rows) > 1:
        named = ", ".join(f"{short_id(row.file_id)} ({masked_name(row.key)})" for row in rows[:_CANDIDATES])
        more = ", ..." if len(rows) > _CANDIDATES else ""
        raise UsageError(f"{as_given(file)} fits {len(rows)} files: {named}{more}: give one of these ids")
    return list(rows)


def _recently() -> tuple[datetime, datetime]:
    now = datetime.now(UTC)
    return now - RECENT, now


def _not_found(file: str) -> str:
    begun = f"no file {as_given(file)}"
    if _SHORT_ID.fullmatch(file):
        return f"{begun}... that changed within {RECENT.days} days: give all 64 digits of the id, or the key"
    if "/" not in file and not is_ignored(file):
        return f"{begun} among the latest {NAMES} of each status within {RECENT.days} days: give its key or its id"
    return (
        f"{begun}: give a file id (6 of its 64 digits or more), a key such as {INCOMING}/alpine/october.csv, or a"
        " file's name; 'etl status --json' lists ids and keys"
    )
