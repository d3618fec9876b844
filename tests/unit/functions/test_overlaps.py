"""Rows that other files have too: counted against a plain model, written only beside the status they belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import duckdb
import msgspec
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import find_overlaps
from pipeline import overlaps
from pipeline.constants import FileStatus
from pipeline.manifests import manifest_key
from pipeline.overlaps import OverlapFinder, Overlaps
from tests.unit.functions.fakes import FakeContext, FakeS3, client_error
from transactions.contract import canonical
from transactions.results import WrittenObject

AT = "2025-11-03T14:06:42.250Z"
COLUMNS = canonical().table("transactions").columns


class Transaction(NamedTuple):
    day: str
    account: str | None
    number: str
    amount: str = "1.00"
    currency: str = "EUR"


@dataclass
class ListedS3(FakeS3):
    """Lists ``page`` objects at a time, counts its answers, and cannot read objects that are ``gone``."""

    page: int = 1000
    lists: int = 0
    gone: frozenset[str] = frozenset()

    def list_objects_v2(self, **request: Any) -> Any:
        self.lists += 1
        keys = sorted(key for key in self.objects if key.startswith(request["Prefix"]) and key > request["StartAfter"])
        contents = {"Contents": [{"Key": key} for key in keys[: self.page]]} if keys else {}
        return contents | {"IsTruncated": len(keys) > self.page}

    def get_object(self, **request: Any) -> Any:
        if request["Key"] in self.gone:
            raise client_error("NoSuchKey", "GetObject")
        return super().get_object(**request)


@dataclass
class FakeRow:
    """The audit table with one row. ``meanwhile`` is what the row becomes between being read and written."""

    item: dict[str, Any] | None = field(
        default_factory=lambda: {"status": {"S": FileStatus.COMPLETED.value}, "updated_at": {"S": AT}}
    )
    meanwhile: dict[str, Any] | None = None
    writes: int = 0

    def get_item(self, **request: Any) -> Any:
        assert request["ConsistentRead"]
        return {"Item": dict(self.item)} if self.item else {}

    def update_item(self, **request: Any) -> Any:
        assert self.item
        assert request["ConditionExpression"] == "#status = :completed AND updated_at = :at"
        self.item |= self.meanwhile or {}
        values = request["ExpressionAttributeValues"]
        if (self.item["status"], self.item["updated_at"]) != (values[":completed"], values[":at"]):
            raise client_error("ConditionalCheckFailedException")
        self.writes += 1
        for assignment in request["UpdateExpression"].removeprefix("SET ").split(", "):
            name, _, value = assignment.partition(" = ")
            self.item[name] = values[value]


def _day_objects(
    file_id: str, rows: Sequence[Transaction], *, partner: str = "alpine", segment: int = 100
) -> dict[str, bytes]:
    """Write a file as transform and publish do: its objects by key, of so many rows each, and its manifest."""
    written, objects = [], dict[str, bytes]()
    for day in sorted({row.day for row in rows}):
        of_day = [row for row in rows if row.day == day]
        for number, start in enumerate(range(0, len(of_day), segment)):
            of_segment = of_day[start : start + segment]
            name = file_id if len(of_day) <= segment else f"{file_id}-{number:04}"
            path = f"transactions/partner={partner}/booking_date={day}/{name}.parquet"
            objects[path] = content = _parquet(file_id, of_segment)
            written.append(
                WrittenObject(
                    path=path, table="transactions", partition=(partner, day), rows=len(of_segment), size=len(content)
                )
            )
    written.append(WrittenObject(path="q", table="quarantine", partition=(partner, "2025-11-03"), rows=1, size=1))
    return objects | {manifest_key(file_id): msgspec.json.encode(written)}


def _parquet(file_id: str, rows: Sequence[Transaction]) -> bytes:
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        columns = ", ".join(f"{column.name} {column.engine_type}" for column in COLUMNS)
        connection.execute(f"CREATE TABLE written ({columns})")
        names = "file_id, account_id, transaction_id, amount, currency"
        connection.executemany(
            f"INSERT INTO written ({names}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608 - own names
            [(file_id, row.account, row.number, Decimal(row.amount), row.currency) for row in rows],
        )
        path = Path(folder) / "a.parquet"
        connection.execute(f"COPY written TO '{path}' (FORMAT parquet)")
        return path.read_bytes()


def _finder(s3: ListedS3, row: FakeRow) -> OverlapFinder:
    return OverlapFinder(s3=s3, dynamodb=row, bucket="processed", audit_table="audit")


def _bucket(files: Mapping[str, Sequence[Transaction]], *, segment: int = 100, **options: Any) -> ListedS3:
    return ListedS3(
        objects={
            key: body for name, rows in files.items() for key, body in _day_objects(name, rows, segment=segment).items()
        },
        **options,
    )


def _model(files: Mapping[str, Sequence[Transaction]], own: str) -> Overlaps:
    """Look through every row of every other file, one by one."""
    rows = conflicts = 0
    found: set[str] = set()
    for row in files[own]:
        same = [
            (name, other)
            for name, rows_of_other in files.items()
            for other in rows_of_other
            if name != own and other[:3] == row[:3]
        ]
        rows += bool(same)
        conflicts += any((other.amount, other.currency) != (row.amount, row.currency) for _, other in same)
        found |= {name for name, _ in same}
    return Overlaps(rows=rows, conflicts=conflicts, files=frozenset(found))


transactions = st.builds(
    Transaction,
    day=st.sampled_from(["2025-09-30", "2025-10-01", "2025-10-02", "2025-10-04"]),
    account=st.sampled_from([None, "A1", "B2"]),
    number=st.sampled_from(["1", "2"]),
    amount=st.sampled_from(["1.00", "-1.00"]),
    currency=st.sampled_from(["EUR", "CHF"]),
)


@settings(max_examples=40, deadline=None)
@given(
    files=st.lists(st.lists(transactions, max_size=6, unique_by=lambda row: row[:3]), min_size=1, max_size=5),
    page=st.integers(1, 4),
    segment=st.sampled_from([1, 2, 100]),
    at_a_time=st.sampled_from([1, 2, 100]),
)
def test_any_files_overlap_as_a_plain_model_says(
    files: list[list[Transaction]], page: int, segment: int, at_a_time: int
) -> None:
    named = {f"f{number}": rows for number, rows in enumerate(files)}
    row = FakeRow()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(overlaps, "ROWS_AT_A_TIME", at_a_time)
        found = _finder(_bucket(named, page=page, segment=segment), row).find("f0")

    expected = _model(named, "f0")
    assert found == expected
    assert row.item
    assert row.writes == bool(expected.files)
    if expected.files:
        assert row.item["rows_in_other_files"] == {"N": str(expected.rows)}
        assert row.item["conflicting_rows"] == {"N": str(expected.conflicts)}
        assert row.item["overlapping_files"] == {"L": [{"S": name} for name in sorted(expected.files)]}
        assert row.item["overlaps_at"] == {"S": AT}


ROW = Transaction("2025-10-01", "A1", "1")


def test_of_many_files_twenty_are_named_and_all_are_counted() -> None:
    row = FakeRow()

    _finder(_bucket({f"f{number:02}": [ROW] for number in range(24)}), row).find("f00")

    assert row.item
    assert [entry["S"] for entry in row.item["overlapping_files"]["L"]] == [f"f{number:02}" for number in range(1, 21)]
    assert row.item["overlapping_file_count"] == {"N": "23"}


def test_only_the_files_own_dates_are_read() -> None:
    # Given another file with dates before, between and after those of the file
    files = {
        "f1": [ROW, ROW._replace(day="2025-10-03")],
        "f2": [ROW._replace(day=f"2025-10-{day:02}") for day in (2, 4)] + [ROW._replace(day="2025-09-30")],
    }
    s3 = _bucket(files, gone=frozenset(key for key in _day_objects("f2", files["f2"]) if "f2.parquet" in key))

    # When it is looked for; then one list is enough, and no object of other dates is asked for
    assert _finder(s3, FakeRow()).find("f1") == Overlaps()
    assert s3.lists == 1


def test_another_partners_rows_do_not_count() -> None:
    s3 = _bucket({"f1": [ROW]})
    s3.objects |= _day_objects("f2", [ROW], partner="alpine-west")

    assert _finder(s3, FakeRow()).find("f1") == Overlaps()


def test_a_file_that_goes_away_after_the_list_does_not_count() -> None:
    files = {"f1": [ROW], "f2": [ROW], "f3": [ROW]}
    gone = frozenset({"transactions/partner=alpine/booking_date=2025-10-01/f2.parquet"})

    found = _finder(_bucket(files, gone=gone), FakeRow()).find("f1")

    assert found == Overlaps(rows=1, files=frozenset({"f3"}))


def test_a_file_whose_own_rows_are_gone_is_looked_for_again() -> None:
    gone = frozenset({"transactions/partner=alpine/booking_date=2025-10-01/f1.parquet"})

    with pytest.raises(ClientError, match="NoSuchKey"):
        _finder(_bucket({"f1": [ROW], "f2": [ROW]}, gone=gone), FakeRow()).find("f1")


@pytest.mark.parametrize("status", sorted(set(FileStatus) - {FileStatus.COMPLETED}))
def test_a_file_of_another_status_is_not_looked_for(status: FileStatus) -> None:
    assert (
        _finder(ListedS3(), FakeRow(item={"status": {"S": status.value}, "updated_at": {"S": AT}})).find("f1") is None
    )


def test_a_file_without_a_row_is_not_looked_for() -> None:
    assert _finder(ListedS3(), FakeRow(item=None)).find("f1") is None


@pytest.mark.parametrize(
    "meanwhile",
    [{"status": {"S": "SUPERSEDED"}}, {"updated_at": {"S": "2025-11-03T14:07:00Z"}}],
    ids=["superseded", "withdrawn and completed again"],
)
def test_a_row_that_changes_meanwhile_stays_as_it_is(meanwhile: dict[str, Any]) -> None:
    row = FakeRow(meanwhile=meanwhile)

    assert _finder(_bucket({"f1": [ROW], "f2": [ROW]}), row).find("f1") is None
    assert (row.writes, row.item and "overlaps_at" in row.item) == (0, False)


def test_figures_of_an_earlier_completion_are_taken_back() -> None:
    # Given a file that overlapped, was withdrawn, and is completed again when the other file is gone
    row = FakeRow()
    _finder(_bucket({"f1": [ROW], "f2": [ROW]}), row).find("f1")
    assert row.item
    row.item["updated_at"] = {"S": "2025-11-05T10:00:00Z"}

    _finder(_bucket({"f1": [ROW]}), row).find("f1")

    assert (row.item["rows_in_other_files"], row.item["overlapping_files"]) == ({"N": "0"}, {"L": []})
    assert row.item["overlaps_at"] == row.item["updated_at"]


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Given two files of which the second has the first one's row with another amount."""
    s3 = _bucket({"f1": [ROW], "f2": [ROW._replace(amount="1.10")]})
    clients: dict[str, Any] = {"s3": s3, "dynamodb": FakeRow()}
    monkeypatch.setattr(find_overlaps, "client", clients.__getitem__)
    monkeypatch.setenv("PROCESSED_BUCKET", "processed")
    monkeypatch.setenv("AUDIT_TABLE", "audit")
    return clients


def _messages(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m{number}", "body": body} for number, body in enumerate(bodies)]}


def _event(file_id: str) -> str:
    """Write what EventBridge delivers of a completed file, and keeps where it cannot."""
    detail = {"file_id": file_id, "partner": "alpine", "counts": {"accepted": 1}}
    event = {"detail-type": "Transaction File Processed", "source": "etl-pipeline-test", "detail": detail}
    return msgspec.json.encode(event).decode()


def test_conflicting_rows_are_measured(
    called: dict[str, Any], context: FakeContext, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = find_overlaps.handler(_messages(_event("f2")), context)

    assert answer == {"batchItemFailures": []}
    assert called["dynamodb"].item["conflicting_rows"] == {"N": "1"}
    measured = [msgspec.json.decode(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["ConflictingRows"] for line in measured if "ConflictingRows" in line] == [[1]]


def test_one_file_that_fails_goes_back_and_holds_up_no_other(called: dict[str, Any], context: FakeContext) -> None:
    answer = find_overlaps.handler(_messages("no JSON", _event("lost"), _event("f1")), context)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}, {"itemIdentifier": "m1"}]}
    assert called["dynamodb"].item["rows_in_other_files"] == {"N": "1"}


def test_with_little_time_left_no_file_is_begun(called: dict[str, Any]) -> None:
    answer = find_overlaps.handler(_messages(*2 * [_event("f1")]), FakeContext(remaining=[200_000, 50_000]))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert called["dynamodb"].writes == 1
