"""What the record function measures: the names, values and dimensions that alarms and the dashboard read."""

import json
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeSerializer

from handlers import record
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from pipeline.environment import EnvironmentVariableError
from pipeline.recorder import Recorder
from tests.unit.functions.fakes import FakeContext, client_error

BUCKET, REGISTRY = "processed", "registry"
UPLOADED = "2025-11-03T14:05:12Z"


def _changed(file_id: str, status: str, *, partner: str = "alpine", at: str = "2025-11-03T14:06:42Z") -> dict[str, Any]:
    """Return the stream's record of a file that has taken a status, with 30 rows accepted and 4 rejected."""
    item = {
        "file_id": file_id,
        "status": status,
        "key": f"incoming/{partner}/{file_id}.csv",
        "partner": partner,
        "execution": "arn:1",
        "layout": "alpine-2025",
        "size": 120,
        "uploaded_at": UPLOADED,
        "attempts": 1,
        "rows_read": 34,
        "rows_accepted": 30,
        "rows_rejected": 4,
        "history": [
            {"status": "RECEIVED", "at": UPLOADED, "execution": "arn:1", "detail": ""},
            {"status": status, "at": at, "execution": "arn:1", "detail": ""},
        ],
    }
    image = {name: TypeSerializer().serialize(value) for name, value in item.items()}
    return {"dynamodb": {"NewImage": image, "SequenceNumber": f"number of {file_id}"}}


@pytest.fixture
def measured(
    aws: None,  # noqa: ARG001 - answers the clients
    context: FakeContext,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> list[tuple[str, float, dict[str, str]]]:
    """Record two completed files and a rejected one of two partners; read what was measured."""
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    boto3.client("dynamodb", region_name="us-east-1").create_table(
        TableName=REGISTRY,
        KeySchema=[{"AttributeName": "entry", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "entry", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    monkeypatch.setenv("PROCESSED_BUCKET", BUCKET)
    monkeypatch.setenv("REGISTRY_TABLE", REGISTRY)
    capsys.readouterr()

    records = [
        _changed("f1", FileStatus.COMPLETED),
        _changed("f2", FileStatus.COMPLETED, partner="dkb", at="2025-11-03T14:05:14Z"),
        _changed("f3", FileStatus.REJECTED),
    ]
    record.handler({"Records": records}, context)

    return [found for line in capsys.readouterr().out.splitlines() for found in _metrics(json.loads(line))]


def _metrics(line: dict[str, Any]) -> list[tuple[str, float, dict[str, str]]]:
    """Read a line of CloudWatch's embedded metric format; any other line has none."""
    return [
        (metric["Name"], line[metric["Name"]][0], {name: line[name] for name in directive["Dimensions"][0]})
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", ())
        for metric in directive["Metrics"]
    ]


def _of(measured: list[tuple[str, float, dict[str, str]]], name: str, dimension: str) -> dict[str, float]:
    return {dimensions[dimension]: value for found, value, dimensions in measured if found == name}


def test_rows_are_counted_by_partner(measured: list[tuple[str, float, dict[str, str]]]) -> None:
    assert _of(measured, "RowsAccepted", "partner") == {"alpine": 30, "dkb": 30}
    assert _of(measured, "RowsRejected", "partner") == {"alpine": 4, "dkb": 4}


def test_files_are_counted_by_status(measured: list[tuple[str, float, dict[str, str]]]) -> None:
    assert _of(measured, "Files", "status") == {"COMPLETED": 2, "REJECTED": 1}


def test_each_outcome_has_its_seconds_from_the_upload(measured: list[tuple[str, float, dict[str, str]]]) -> None:
    assert sorted(value for name, value, _ in measured if name == "UploadToDone") == [2, 90, 90]


@pytest.mark.parametrize(
    ("hours", "metric"), [(0.25, "UploadToDone"), (4, "LargeUploadToDone"), (None, "UploadToDone")]
)
def test_a_large_file_is_measured_by_its_own_promise(
    measured: list[tuple[str, float, dict[str, str]]],  # noqa: ARG001 - its tables
    context: FakeContext,
    capsys: pytest.CaptureFixture[str],
    hours: float | None,
    metric: str,
) -> None:
    outcome = _changed("large", FileStatus.COMPLETED)
    claimed = datetime.fromisoformat("2025-11-03T14:05:20Z")
    claim = {"claimed_at": claimed} | ({"lease_ends": claimed + timedelta(hours=hours)} if hours else {})
    image = outcome["dynamodb"]["NewImage"]
    image |= {name: {"S": time.isoformat(timespec="milliseconds")} for name, time in claim.items()}

    record.handler({"Records": [outcome]}, context)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = {name for line in lines for name, _, _ in _metrics(line)}
    assert found & {"UploadToDone", "LargeUploadToDone"} == {metric}


def test_figures_on_overlaps_measure_no_file_twice(
    measured: list[tuple[str, float, dict[str, str]]],  # noqa: ARG001 - its tables
    context: FakeContext,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # When a file is recorded again whose row has got figures on overlaps since
    told_again = _changed("f1", FileStatus.COMPLETED)
    figures = {"rows_in_other_files": 3, "overlaps_at": "2025-11-03T14:06:42Z"}
    serialize = TypeSerializer().serialize
    told_again["dynamodb"]["NewImage"] |= {name: serialize(value) for name, value in figures.items()}
    record.handler({"Records": [told_again]}, context)

    assert [found for line in capsys.readouterr().out.splitlines() for found in _metrics(json.loads(line))] == []


@pytest.mark.parametrize("flaw", ["status", "partner", "history"])
def test_a_bad_record_holds_up_no_other_of_its_batch(
    measured: list[tuple[str, float, dict[str, str]]],  # noqa: ARG001 - its tables
    context: FakeContext,
    capsys: pytest.CaptureFixture[str],
    flaw: str,
) -> None:
    # Given a record between two others that nobody can read
    before, bad, behind = (_changed(file_id, FileStatus.COMPLETED) for file_id in ("before", "bad", "behind"))
    del bad["dynamodb"]["NewImage"][flaw]
    # When the batch is delivered
    answer = record.handler({"Records": [before, bad, behind]}, context)
    # Then the batch comes again from it on
    assert answer == {"batchItemFailures": [{"itemIdentifier": "number of bad"}]}
    # And both others are recorded
    keys = [entry["Key"] for entry in boto3.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]]
    written = {key.rpartition("/")[2] for key in keys}
    assert {"before.parquet", "behind.parquet"} <= written
    # But only the one is measured that does not come again
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert _of([found for line in lines for found in _metrics(line)], "Files", "status") == {"COMPLETED": 1}


def test_a_file_that_cannot_be_written_comes_again(
    measured: list[tuple[str, float, dict[str, str]]],  # noqa: ARG001 - its tables
    context: FakeContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_self: Recorder, outcome: AuditRow) -> None:
        if outcome.file_id == "refused":
            raise client_error("AccessDenied", "PutObject")

    monkeypatch.setattr(Recorder, "_write", refuse)
    records = [_changed(file_id, FileStatus.COMPLETED) for file_id in ("good", "refused", "other", "refused")]

    answer = record.handler({"Records": records}, context)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "number of refused"}]}


def test_a_recorded_batch_has_no_failures(
    measured: list[tuple[str, float, dict[str, str]]],  # noqa: ARG001 - its tables
    context: FakeContext,
) -> None:
    answer = record.handler({"Records": [_changed("f1", FileStatus.COMPLETED)]}, context)

    assert answer == {"batchItemFailures": []}


def test_an_outcome_that_is_told_again_is_measured_once(
    measured: list[tuple[str, float, dict[str, str]]],  # noqa: ARG001 - its tables
    context: FakeContext,
    capsys: pytest.CaptureFixture[str],
) -> None:
    resent = _changed("f1", FileStatus.COMPLETED)
    resent["dynamodb"]["NewImage"]["resent_at"] = {"S": "2025-11-03T14:06:42+00:00"}

    record.handler({"Records": [resent]}, context)

    assert [found for line in capsys.readouterr().out.splitlines() for found in _metrics(json.loads(line))] == []


def test_a_missing_variable_is_named(context: FakeContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROCESSED_BUCKET", BUCKET)
    monkeypatch.delenv("REGISTRY_TABLE", raising=False)

    with pytest.raises(EnvironmentVariableError, match="REGISTRY_TABLE"):
        record.handler({"Records": []}, context)
