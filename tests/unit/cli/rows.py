"""Audit rows, made for a test."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.audit_row import AuditRow, Change
from pipeline.constants import FileStatus

UPLOADED = datetime(2025, 10, 6, 8, 0, tzinfo=UTC)


def audit_row(status: FileStatus = FileStatus.COMPLETED, **facts: Any) -> AuditRow:
    """Make a row that took its status four seconds after the upload."""
    known: dict[str, Any] = {
        "file_id": "f" * 64,
        "key": "incoming/alpine/a.csv",
        "version_id": "v1",
        "partner": "alpine",
        "execution": "arn:1",
        "size": 120,
        "uploaded_at": UPLOADED,
        "history": (
            Change(FileStatus.RECEIVED, UPLOADED, "arn:1", ""),
            Change(status, UPLOADED + timedelta(seconds=4), "arn:1", facts.pop("detail", "")),
        ),
    }
    return AuditRow(status=status, **(known | facts))
