"""The audit table is read by its index: counted, and searched by the beginning of an id."""

from datetime import UTC, datetime, timedelta

import pytest

from deployment.audit import AuditTable
from pipeline.constants import FileStatus
from tests.support.indexed_table import IndexedTable, indexed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = (NOON - timedelta(days=1), NOON)
COMPLETED, FAILED = FileStatus.COMPLETED, FileStatus.FAILED


def _item(file_id: str, status: FileStatus, at: str, partner: str = "alpine") -> dict[str, dict[str, str]]:
    item = {"file_id": {"S": file_id}, "status": {"S": status.value}, "partner": {"S": partner}}
    return indexed(item, at=at)


TABLE = AuditTable(
    IndexedTable(
        items={
            item["file_id"]["S"]: item
            for item in (
                _item("a1" * 32, COMPLETED, "2026-03-01T10:00:00.000Z"),
                _item("b1" * 32, COMPLETED, "2026-03-01T11:00:00.000Z", partner="dkb"),
                _item("b1c" + "0" * 61, FAILED, "2026-03-01T11:30:00.000Z"),
                _item("b2" * 32, COMPLETED, "2026-03-01T11:40:00.000Z"),
                _item("b3" * 32, COMPLETED, "2026-02-01T11:00:00.000Z"),
            )
        },
        page_size=1,
    ),
    "table",
)


@pytest.mark.parametrize(
    ("status", "partner", "number"),
    [(COMPLETED, None, 3), (COMPLETED, "dkb", 1), (FAILED, None, 1), (FAILED, "dkb", 0)],
)
def test_files_of_a_status_partner_and_time_are_counted(status: FileStatus, partner: str | None, number: int) -> None:
    assert TABLE.count(status, changed=DAY, partner=partner) == number


@pytest.mark.parametrize(
    ("beginning", "ids"),
    [("b1", {"b1" * 32, "b1c" + "0" * 61}), ("b1c", {"b1c" + "0" * 61}), ("b3", set()), ("c", set())],
)
def test_ids_are_found_by_their_beginning_within_a_time(beginning: str, ids: set[str]) -> None:
    assert set(TABLE.ids_beginning(beginning, changed=DAY)) == ids
