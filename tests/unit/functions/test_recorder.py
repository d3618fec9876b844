"""The record function: the latest outcome of each file stands in the tables, however often it is told."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit_row import AuditRow
from pipeline.constants import FINISHED, FileStatus
from pipeline.missing_files import ARRIVAL
from pipeline.recorder import Recorder, keep_arrivals, parquet, read_outcome, seconds_to_outcome, total_rows
from tests.support.reports import make_report
from tests.unit.functions.fakes import FakeRegistry, FakeS3, client_error
from transactions.assets import asset_folder
from transactions.contract import Contract
from transactions.reports.page import NOT_PUBLISHED, page
from transactions.reports.report import Report
from transactions.results import Counts

CONTRACT = Contract.load(asset_folder("glue") / "files.odcs.yaml")
UPLOADED = "2025-11-03T14:05:12Z"
EXACT = "1000000000000.10"
PAGE = "reports/alpine/f1.html"


def _record(status: str = FileStatus.COMPLETED, *, file_id: str = "f1", **facts: Any) -> dict[str, Any]:
    """Return a record of the stream, with more attributes than are read."""
    item = {
        "file_id": file_id,
        "object_key": "bucket/incoming/alpine/a.csv",
        "status": status,
        "key": "incoming/alpine/a.csv",
        "version_id": "v1",
        "partner": "alpine",
        "execution": "arn:1",
        "size": 120,
        "uploaded_at": UPLOADED,
        "layout": "alpine-2025",
        "attempts": 1,
        "rows_read": 3,
        "rows_accepted": 2,
        "lines_skipped": 4,
        "lines_joined": 2,
        "first_booking_date": "2025-10-01",
        "last_booking_date": "2025-10-31",
        "totals": json.dumps([{"currency": "EUR", "count": 2, "sum": EXACT}]),
        "history": [
            {"status": "RECEIVED", "at": UPLOADED, "execution": "arn:1", "detail": ""},
            {"status": "FAILED", "at": "2025-11-03T14:06:00.250Z", "execution": "arn:1", "detail": "TypeError"},
            {"status": status, "at": "2025-11-03T15:00:00Z", "execution": "arn:2", "detail": "VALID"},
        ],
    } | facts
    serialize = TypeSerializer().serialize
    return {"dynamodb": {"NewImage": {name: serialize(value) for name, value in item.items()}}}


def _recorded(s3: FakeS3, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Read every object back, partitions included, as Athena would."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for key, content in s3.objects.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        read = duckdb.read_parquet(str(path), hive_partitioning=True)
        rows = [dict(zip(read.columns, row, strict=True)) for row in read.fetchall()]
        tables.setdefault(key.split("/")[0], []).extend(rows)
    return tables


def _recorder(s3: FakeS3) -> Recorder:
    return Recorder(s3=s3, bucket="processed", contract=CONTRACT)


def test_a_completed_file_is_recorded_with_exact_totals(tmp_path: Path) -> None:
    s3 = FakeS3()

    _recorder(s3).record([read_outcome(_record())])

    tables = _recorded(s3, tmp_path)
    [row], [total] = tables["files"], tables["file_totals"]
    assert (row["status"], row["rows_read"], row["rows_accepted"], row["rows_rejected"]) == ("COMPLETED", 3, 2, 0)
    assert (row["lines_skipped"], row["lines_joined"]) == (4, 2)
    assert (row["first_booking_date"], row["last_booking_date"]) == (date(2025, 10, 1), date(2025, 10, 31))
    assert (row["uploaded_date"], row["detail"], row["duplicate_of"]) == (date(2025, 11, 3), "VALID", None)
    # The first outcome is the failure
    assert row["done_at"] == datetime(2025, 11, 3, 14, 6, 0, 250_000)  # noqa: DTZ001 - Athena's timestamps have no zone
    assert row["changed_at"] == datetime(2025, 11, 3, 15, 0)  # noqa: DTZ001
    assert (total["currency"], total["transactions"], total["total"]) == ("EUR", 2, Decimal("1000000000000.10000"))


def test_of_repeated_outcomes_the_latest_is_recorded_once(tmp_path: Path) -> None:
    s3 = FakeS3()
    completed, superseded = _record(), _record(FileStatus.SUPERSEDED, superseded_by="f2")

    for batch in ([completed, superseded], [superseded]):
        _recorder(s3).record(map(read_outcome, batch))

    [row] = _recorded(s3, tmp_path)["files"]
    assert (row["status"], row["superseded_by"]) == ("SUPERSEDED", "f2")


@pytest.mark.parametrize("status", sorted(FINISHED))
def test_only_a_completed_file_has_published_rows(status: str, tmp_path: Path) -> None:
    s3 = FakeS3()

    _recorder(s3).record([read_outcome(_record(status))])

    tables = _recorded(s3, tmp_path)
    [row], [total] = tables["files"], tables["file_totals"]
    published = (2, 2, Decimal(EXACT)) if status == "COMPLETED" else (0, 0, Decimal(0))
    assert (row["rows_published"], total["transactions_published"], total["total_published"]) == published
    assert (row["rows_accepted"], total["transactions"], total["total"]) == (2, 2, Decimal(EXACT))


def _reported(*outcomes: dict[str, Any]) -> FakeS3:
    """Record a file's outcomes one by one, after its validation has left a report."""
    s3 = FakeS3(objects={"reports/alpine/f1.json": _report().json()})
    for outcome in outcomes:
        _recorder(s3).record([read_outcome(outcome)])
    return s3


def _report() -> Report:
    return make_report("f1", Counts(read=3, accepted=2, dropped=1))


@pytest.mark.parametrize(
    ("status", "facts", "reason"),
    [
        (FileStatus.DUPLICATE, {"duplicate_of": "f0"}, "Its content is that of file f0, which came first."),
        (FileStatus.SUPERSEDED, {"superseded_by": "f2"}, "File f2 has taken its place."),
        (FileStatus.SUPERSEDED, {}, "A newer version of it came first."),
        (FileStatus.REJECTED, {}, ""),
        (FileStatus.FAILED, {}, ""),
    ],
)
def test_the_page_of_an_unpublished_file_says_so_and_why(status: str, facts: dict[str, str], reason: str) -> None:
    s3 = _reported(_record(status, report=PAGE, **facts))

    assert f"<strong>{status}</strong> {NOT_PUBLISHED} {reason}".rstrip() in s3.objects[PAGE].decode()


def test_the_page_of_a_completed_file_is_that_of_its_report() -> None:
    assert _reported(_record(report=PAGE)).objects[PAGE].decode() == page(_report())


@pytest.mark.parametrize(
    ("conflicts", "words"),
    [(0, "3 rows also in 1 other file. The ledger"), (1, "1 of them with another amount or currency")],
)
def test_figures_on_overlaps_are_recorded_and_on_the_page(conflicts: int, words: str, tmp_path: Path) -> None:
    figures: dict[str, Any] = {
        "rows_in_other_files": 3,
        "conflicting_rows": conflicts,
        "overlapping_files": ["f0"],
        "overlapping_file_count": 1,
        "overlaps_at": "2025-11-03T15:00:00Z",
    }

    s3 = _reported(_record(report=PAGE), _record(report=PAGE, **figures))

    assert words in s3.objects.pop(PAGE).decode()
    s3.objects.pop("reports/alpine/f1.json")
    [row] = _recorded(s3, tmp_path)["files"]
    assert (row["rows_in_other_files"], row["conflicting_rows"], row["overlapping_files"]) == (3, conflicts, 1)


def test_of_repeated_outcomes_the_page_tells_the_last() -> None:
    completed, superseded = _record(report=PAGE), _record(FileStatus.SUPERSEDED, report=PAGE, superseded_by="f2")
    once = _reported(completed, superseded).objects[PAGE]

    s3 = _reported(completed, superseded, superseded)
    assert s3.objects[PAGE] == once
    _recorder(s3).record(map(read_outcome, [completed, superseded]))

    assert s3.objects[PAGE] == once
    assert b"<strong>SUPERSEDED</strong>" in once


def test_of_a_deleted_report_no_page_is_written() -> None:
    s3 = FakeS3()

    _recorder(s3).record([read_outcome(_record(report=PAGE))])

    assert {key.split("/")[0] for key in s3.objects} == {"files", "file_totals"}


def test_an_outcome_that_cannot_be_written_holds_up_no_other(tmp_path: Path) -> None:
    class Refusing(FakeS3):
        def get_object(self, **_request: Any) -> Any:
            raise client_error("AccessDenied", "GetObject")

    s3 = Refusing()
    files = {"f1": {}, "f2": {"report": PAGE}, "f3": {}}

    failed = _recorder(s3).record(read_outcome(_record(file_id=file_id, **facts)) for file_id, facts in files.items())

    assert failed == {"f2"}
    assert {row["file_id"] for row in _recorded(s3, tmp_path)["files"]} == {"f1", "f3"}


def test_a_rejected_file_without_figures_has_no_totals(tmp_path: Path) -> None:
    s3 = FakeS3()
    record = _record(FileStatus.REJECTED)
    for fact in ("totals", "layout", "rows_read", "rows_accepted", "first_booking_date", "last_booking_date"):
        del record["dynamodb"]["NewImage"][fact]

    _recorder(s3).record([read_outcome(record)])

    assert _recorded(s3, tmp_path).keys() == {"files"}


def test_an_image_that_is_no_file_fails_the_batch() -> None:
    record = _record()
    del record["dynamodb"]["NewImage"]["status"]

    with pytest.raises(ValueError, match="status"):
        read_outcome(record)


@given(totals=st.lists(st.decimals("-1e27", "1e27", places=5), min_size=1, max_size=4))
def test_given_any_sums_when_written_then_every_digit_is_there(
    totals: Sequence[Decimal], tmp_path_factory: pytest.TempPathFactory
) -> None:
    sums = [{"currency": f"C{number}", "count": 1, "sum": f"{total:f}"} for number, total in enumerate(totals)]
    path = tmp_path_factory.mktemp("totals") / "a.parquet"

    rows = total_rows(read_outcome(_record(totals=json.dumps(sums))))
    with duckdb.connect() as connection:
        path.write_bytes(parquet(connection, CONTRACT.table("file_totals"), rows))

    assert [row[0] for row in duckdb.read_parquet(str(path)).project("total").fetchall()] == list(totals)


def _arrived(at: str, status: str = FileStatus.COMPLETED) -> AuditRow:
    return read_outcome(_record(status, uploaded_at=at))


def test_the_last_arrival_of_a_layout_stands_in_any_order() -> None:
    registry = FakeRegistry()

    for batch in (
        [_arrived("2025-11-03T09:00:00Z"), _arrived("2025-11-03T08:00:00Z")],
        [_arrived("2025-11-02T09:00:00Z")],
        [_arrived("2025-11-05T09:00:00Z", FileStatus.REJECTED)],
    ):
        keep_arrivals(registry, "registry", batch)

    assert registry.arrivals == {f"{ARRIVAL}alpine-2025": "2025-11-03T09:00:00Z"}


def test_a_registry_that_fails_makes_the_batch_come_again() -> None:
    with pytest.raises(ClientError, match="Throttling"):
        keep_arrivals(FakeRegistry(error="Throttling"), "registry", [_arrived(UPLOADED)])


def test_done_at_is_in_utc() -> None:
    outcome = read_outcome(_record())

    assert outcome.done_at == datetime(2025, 11, 3, 14, 6, 0, 250_000, tzinfo=UTC)


@pytest.mark.requirement("L1")
@pytest.mark.parametrize(
    ("history", "seconds"),
    [
        (["RECEIVED", "PROCESSING", "COMPLETED"], 120.0),
        (["RECEIVED", "PROCESSING", "REJECTED"], 120.0),
        (["RECEIVED", "FAILED"], 60.0),
        # A replayed file was not done before.
        (["RECEIVED", "PROCESSING", "FAILED", "PROCESSING", "COMPLETED"], 240.0),
        # A newer version came: this one was done long ago.
        (["RECEIVED", "PROCESSING", "COMPLETED", "SUPERSEDED"], None),
        (["RECEIVED", "PROCESSING", "SUPERSEDED"], 120.0),
    ],
)
def test_the_duration_of_an_outcome_starts_at_the_upload(history: list[str], seconds: float | None) -> None:
    entries = [
        {"status": status, "at": f"2025-11-03T14:{5 + minute:02}:12Z", "execution": "arn:1", "detail": ""}
        for minute, status in enumerate(history)
    ]

    outcome = read_outcome(_record(history[-1], history=entries))

    assert seconds_to_outcome(outcome) == seconds
