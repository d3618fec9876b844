"""Find one file by its id, which alerts contain, or by its key."""

import re
from typing import Final

from cli.options import UsageError
from deployment.pipeline import Pipeline
from pipeline.audit_row import AuditRow
from pipeline.constants import INCOMING

_FILE_ID: Final = re.compile(r"[0-9a-f]{64}")


def find_row(pipeline: Pipeline, file: str) -> AuditRow:
    """Return the row of a file id, or of the latest version of a key.

    Raises
    ------
    UsageError
        If there is none.
    """
    return find_versions(pipeline, file)[-1]


def find_versions(pipeline: Pipeline, file: str) -> list[AuditRow]:
    """Return the rows of a key's versions, oldest first; of a file id, that one.

    Raises
    ------
    UsageError
        If there is none.
    """
    if _FILE_ID.fullmatch(file):
        rows = list(pipeline.audit.get([file]).values())
    else:
        key = file.removeprefix(f"s3://{pipeline.outputs['RawBucket']}/")
        rows = pipeline.audit.of_key(pipeline.outputs["RawBucket"], key)
    if not rows:
        raise UsageError(
            f"no file {file}: give the 64 letters and digits of a file id, or a key such as"
            f" {INCOMING}/alpine/october.csv; 'etl status --json' lists both"
        )
    return rows
