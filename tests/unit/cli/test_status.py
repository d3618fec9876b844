"""``etl status``: the latest files, the newest at the bottom."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from cli.commands.status import find
from pipeline.audit_row import AuditRow, Change
from pipeline.constants import FileStatus
from tests.unit.cli.rows import audit_row

if TYPE_CHECKING:
    from deployment.audit import AuditTable

NOON = datetime(2025, 11, 3, 12, tzinfo=UTC)
DAY = (NOON - timedelta(days=1), NOON + timedelta(days=1))


@dataclass
class FakeAudit:
    """Answers as the table does: of each status the newest first, and no more than asked for."""

    rows: list[AuditRow]

    def of_status(
        self, status: FileStatus, *, changed: tuple[datetime, datetime], partner: str | None, limit: int
    ) -> list[AuditRow]:
        first, last = changed
        found = [row for row in self.rows if row.status is status and first <= row.changed_at <= last]
        found = [row for row in found if partner in {None, row.partner}]
        return sorted(found, key=lambda row: row.changed_at, reverse=True)[:limit]


def _changed(key: str, minutes: int, status: FileStatus) -> AuditRow:
    at = NOON + timedelta(minutes=minutes)
    return audit_row(status, key=key, uploaded_at=at, history=(Change(status, at, "arn:1", ""),))


ROWS = [
    _changed("third", 3, FileStatus.COMPLETED),
    _changed("first", 1, FileStatus.COMPLETED),
    _changed("fourth", 4, FileStatus.FAILED),
    _changed("second", 2, FileStatus.FAILED),
]


@pytest.mark.parametrize(
    ("limit", "keys"), [(50, ["first", "second", "third", "fourth"]), (2, ["third", "fourth"]), (1, ["fourth"])]
)
def test_the_latest_files_are_shown_with_the_newest_last(limit: int, keys: list[str]) -> None:
    audit = cast("AuditTable", FakeAudit(ROWS))

    found = find(audit, tuple(FileStatus), changed=DAY, partner=None, limit=limit)

    assert [row.key for row in found] == keys


def test_only_files_of_the_given_statuses_are_shown() -> None:
    audit = cast("AuditTable", FakeAudit(ROWS))

    found = find(audit, (FileStatus.FAILED,), changed=DAY, partner="alpine", limit=50)

    assert [row.key for row in found] == ["second", "fourth"]
