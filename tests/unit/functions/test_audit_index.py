"""Files are found by status, in the order of time, however many shards and pages their entries are spread over."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit_index import find
from pipeline.constants import SHARDS, FileStatus
from tests.support.indexed_table import IndexedTable, indexed

NOON = datetime(2025, 11, 3, 12, tzinfo=UTC)


def _item(file_id: str, status: FileStatus, minutes: int, partner: str = "alpine") -> dict[str, Any]:
    at = NOON + timedelta(minutes=minutes)
    item = {"file_id": {"S": file_id}, "status": {"S": status.value}, "partner": {"S": partner}}
    return indexed(item, at=f"{at:%Y-%m-%dT%H:%M:%S}.000Z")


def _table(*items: dict[str, Any], page_size: int = 1000) -> IndexedTable:
    return IndexedTable({item["file_id"]["S"]: item for item in items}, page_size=page_size)


def _ids(table: IndexedTable, status: FileStatus, **request: Any) -> list[str]:
    return [item["file_id"]["S"] for item in find(table, "audit", status, **request)]


_FILES = st.lists(
    st.tuples(
        st.text("0123456789abcdef", min_size=8, max_size=8),
        st.sampled_from([FileStatus.PROCESSING, FileStatus.COMPLETED]),
        st.integers(-50, 50),
        st.sampled_from(["alpine", "brook"]),
    ),
    unique_by=(lambda file: file[0], lambda file: file[2]),
    max_size=60,
)


@given(files=_FILES, first=st.integers(-60, 60), span=st.integers(0, 60), page_size=st.integers(1, 4), data=st.data())
def test_what_is_found_is_what_a_scan_would_find(
    files: list[tuple[str, FileStatus, int, str]], first: int, span: int, page_size: int, data: st.DataObject
) -> None:
    table = _table(*(_item(*file) for file in files), page_size=page_size)
    newest_first = data.draw(st.booleans())
    partner = data.draw(st.sampled_from([None, "brook"]))

    found = _ids(
        table,
        FileStatus.COMPLETED,
        first=NOON + timedelta(minutes=first),
        last=NOON + timedelta(minutes=first + span),
        where={"partner": partner} if partner else {},
        newest_first=newest_first,
    )

    expected = [
        (minutes, file_id)
        for file_id, status, minutes, of in files
        if status is FileStatus.COMPLETED and first <= minutes <= first + span and partner in (None, of)
    ]
    assert found == [file_id for _, file_id in sorted(expected, reverse=newest_first)]


@pytest.mark.parametrize("shard", SHARDS)
def test_every_shard_is_read(shard: str) -> None:
    assert _ids(_table(_item(f"{shard}1", FileStatus.FAILED, 0)), FileStatus.FAILED) == [f"{shard}1"]


def test_more_files_than_one_call_reads_are_found() -> None:
    table = _table(*(_item(f"{number:04x}", FileStatus.FAILED, number) for number in range(250)))

    assert len(_ids(table, FileStatus.FAILED)) == 250


def test_a_file_that_has_left_the_status_is_skipped() -> None:
    # Given an index that still shows a file in process, which is completed by now, and one whose row is gone
    table = _table(_item("a1", FileStatus.COMPLETED, 5), _item("b1", FileStatus.PROCESSING, 1))
    table.index = {"a1": _item("a1", FileStatus.PROCESSING, 0), "c1": _item("c1", FileStatus.PROCESSING, 0)}

    assert _ids(table, FileStatus.PROCESSING) == ["b1"]
