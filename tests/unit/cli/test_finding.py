"""A file is found by its id, the beginning of it, its key, or its name."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from cli.finding import NAMES, find_ids, find_row, find_versions
from cli.options import UsageError
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from tests.unit.cli.rows import audit_row

if TYPE_CHECKING:
    from deployment.pipeline import Pipeline

OCTOBER = audit_row(file_id="ab12cd" + "0" * 58, key="incoming/alpine/2025/october.csv")
CORRECTED = audit_row(file_id="ab12ce" + "0" * 58, key="incoming/alpine/2025/october.csv")
THEIRS = audit_row(FileStatus.REJECTED, file_id="ab12cd" + "1" * 58, key="incoming/dkb/october.csv", partner="dkb")
LATE = audit_row(FileStatus.FAILED, file_id="f" * 64, key="incoming/dkb/late.csv", partner="dkb")


@dataclass
class FakePipeline:
    """A deployment with some files."""

    rows: tuple[AuditRow, ...] = (OCTOBER, CORRECTED, THEIRS, LATE)
    outputs: dict[str, str] = field(default_factory=lambda: {"RawBucket": "raw"})

    @property
    def audit(self) -> "FakePipeline":
        return self

    def get(self, file_ids: Iterable[str]) -> dict[str, AuditRow]:
        return {row.file_id: row for row in self.rows if row.file_id in set(file_ids)}

    def of_key(self, bucket: str, key: str) -> list[AuditRow]:
        assert bucket == "raw"
        return [row for row in self.rows if row.key == key]

    def ids_beginning(self, prefix: str, *, changed: tuple[datetime, datetime]) -> list[str]:
        assert (changed[1] - changed[0]).days == 31
        return [row.file_id for row in self.rows if row.file_id.startswith(prefix)]

    def of_status(self, status: FileStatus, *, changed: Any, limit: int) -> list[AuditRow]:
        assert (limit, (changed[1] - changed[0]).days) == (NAMES, 31)
        return [row for row in self.rows if row.status is status]


def pipeline() -> "Pipeline":
    return cast("Pipeline", FakePipeline())


@pytest.mark.parametrize(
    ("file", "rows"),
    [
        (LATE.file_id, [LATE]),
        ("ffffff", [LATE]),
        ("ab12ce00", [CORRECTED]),
        ("incoming/alpine/2025/october.csv", [OCTOBER, CORRECTED]),
        ("s3://raw/incoming/alpine/2025/october.csv", [OCTOBER, CORRECTED]),
        ("alpine/2025/october.csv", [OCTOBER, CORRECTED]),
        ("late.csv", [LATE]),
    ],
)
def test_a_file_is_found_by_what_people_have_of_it(file: str, rows: list[AuditRow]) -> None:
    assert find_versions(pipeline(), file) == rows
    assert find_row(pipeline(), file) == rows[-1]
    assert find_ids(pipeline(), file) == {row.file_id for row in rows}


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("ab12cd", r"ab12cd fits 2 files: ab12cd000000 \(incoming/alpine/2025/october.csv\), ab12cd111111"),
        ("october.csv", "october.csv fits 2 files: .*: give one of these ids"),
    ],
)
def test_what_fits_several_files_names_them(file: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        find_versions(pipeline(), file)


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("0" * 64, "no file 000000000000: give a file id"),
        ("000000", "no file 000000... that changed within 31 days: give all 64 digits"),
        ("abc", "no file abc: give a file id"),
        ("never.csv", "no file never.csv among the latest 500 of each status within 31 days"),
        ("incoming/alpine/never.csv", "no file incoming/alpine/never.csv: give a file id"),
        ("DE89370400440532013000.csv", "no file DE"),
    ],
)
def test_what_fits_no_file_names_the_limit_of_the_search(file: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        find_versions(pipeline(), file)

    assert str(error.value).startswith(says)
    assert "3704" not in str(error.value)


def test_a_whole_id_needs_no_row() -> None:
    assert find_ids(pipeline(), "0" * 64) == {"0" * 64}
