"""Validate, transform and publish as Lambda calls them, on S3 and Glue by moto and on real layouts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from handlers import publish, transform, validate
from tests.unit.functions.conftest import LogLines
from tests.unit.functions.fakes import FakeContext
from tests.unit.functions.samples import PROCESSED, upload

LAYOUTS = Path(__file__).parents[3] / "layouts"
pytestmark = pytest.mark.usefixtures("processed")

DATABASE = "database_transactions_test"
REGISTRY = "table-registry-test"
SAMPLES = [("alpine", "alpine-2025.sample.csv"), ("dkb", "dkb-2023.sample.csv"), ("obie", "obie-v3.sample.json")]
CELL = "Zebulon Quastenflosser"
"""A cell's content, which no log line may hold."""


@pytest.fixture
def processed(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - AWS must be there
    monkeypatch.setenv("PROCESSED_BUCKET", PROCESSED)
    monkeypatch.setenv("GLUE_DATABASE", DATABASE)
    monkeypatch.setenv("REGISTRY_TABLE", REGISTRY)
    publish._partitions.cache_clear()  # noqa: SLF001 - what another test's process knows
    boto3.client("dynamodb").create_table(
        TableName=REGISTRY,
        KeySchema=[{"AttributeName": "entry", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "entry", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    boto3.client("s3").create_bucket(Bucket=PROCESSED)
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": DATABASE})
    for table, key in (("transactions", "booking_date"), ("quarantine", "received_date")):
        glue.create_table(
            DatabaseName=DATABASE,
            TableInput={
                "Name": table,
                "StorageDescriptor": {"Columns": [], "Location": f"s3://{PROCESSED}/{table}/"},
                "PartitionKeys": [{"Name": "partner", "Type": "string"}, {"Name": key, "Type": "date"}],
            },
        )


def _sample(partner: str, name: str) -> dict[str, Any]:
    return upload(f"incoming/{partner}/a b+c%é {name}", (LAYOUTS / name).read_bytes(), partner=partner)


def _with_a_secret_cell() -> dict[str, Any]:
    """Upload the sample with one line more, whose amount is no amount."""
    content = (LAYOUTS / "alpine-2025.sample.csv").read_text(encoding="utf-8").splitlines()
    cells = content[1].split(",")
    cells[0], cells[4], cells[7] = "AB-999999", CELL, CELL
    return upload("incoming/alpine/file.csv", "\n".join([*content, ",".join(cells)]).encode())


def _publish(file: dict[str, Any], context: FakeContext, *, published: list[str] | None = None) -> None:
    """Claim the file's delivery, and publish it in place of ``published``."""
    delivery = f"key#{file['bucket']}/{file['key']}"
    item = {"entry": {"S": delivery}, "file_id": {"S": file["file_id"]}}
    boto3.client("dynamodb").put_item(TableName=REGISTRY, Item=item)
    published = published or [file["file_id"]]
    event = {"action": "publish", "file": file, "published": published, "delivery": delivery, "deadline": _deadline()}
    publish.handler(event, context)


def _deadline() -> str:
    return (datetime.now(UTC) + timedelta(minutes=1)).isoformat()


def _objects(prefix: str) -> set[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket=PROCESSED, Prefix=prefix)
    return {item["Key"] for item in listed.get("Contents", [])}


def _partitions(table: str) -> list[list[str]]:
    found = boto3.client("glue").get_partitions(DatabaseName=DATABASE, TableName=table)["Partitions"]
    return sorted(partition["Values"] for partition in found)


@pytest.mark.requirement("F1", "F2", "W2", "D1")
@pytest.mark.parametrize(("partner", "name"), SAMPLES)
def test_a_sample_is_published_and_reconciled_by_the_functions(
    context: FakeContext,
    partner: str,
    name: str,
) -> None:
    file = _sample(partner, name)

    validation = validate.handler({"file": file}, context)
    transformation = transform.handler({"file": file, "validation": validation}, context)
    staged = _objects("transactions/")
    _publish(file, context)

    assert validation["verdict"] != "REJECTED"
    assert transformation["counts"] == validation["counts"]
    assert transformation["totals"] == validation["totals"] == transformation["written"]["totals"]
    assert transformation["written"]["count"] == validation["counts"]["accepted"]
    assert staged == set()
    assert {path.rsplit("/", 1)[1] for path in _objects("transactions/")} == {f"{file['file_id']}.parquet"}
    assert [values[0] for values in _partitions("transactions")] == [partner] * len(_objects("transactions/"))


@pytest.mark.parametrize(
    ("partner", "content", "reason_code"),
    [
        ("unknown", b"a,b\n1,2\n", "UNKNOWN_PARTNER"),
        ("alpine", b"", "EMPTY_FILE"),
        ("alpine", b"a,b\n1,2\n", "HEADER_MISMATCH"),
        ("alpine", b"\xff\xfe\x00", "NOT_DECODABLE"),
    ],
)
def test_a_refused_file_is_an_answer_and_no_error(
    context: FakeContext, partner: str, content: bytes, reason_code: str
) -> None:
    file = upload(f"incoming/{partner}/file.csv", content, partner=partner)

    answer = validate.handler({"file": file}, context)

    assert (answer["verdict"], answer["reason_code"]) == ("REJECTED", reason_code)
    assert answer["reason"]


def test_no_log_line_holds_customer_data(
    context: FakeContext,
    log_lines: LogLines,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = _with_a_secret_cell()

    validation = validate.handler({"file": file}, context)
    transform.handler({"file": file, "validation": validation}, context)
    _publish(file, context)

    assert validation["counts"]["rejected"] > 0
    said = [line["message"] for line in log_lines()]
    assert said == ["started", "validated", "started", "transformed", "started", "published"]
    for line in log_lines():
        assert {key: line[key] for key in ("file_id", "partner", "execution")} == {
            key: file[key] for key in ("file_id", "partner", "execution")
        }
    assert CELL not in str(log_lines())
    assert CELL not in str(validation)
    assert CELL not in str(capsys.readouterr())


def test_publishing_a_newer_version_twice_leaves_only_its_rows(
    context: FakeContext,
) -> None:
    older = _sample("alpine", "alpine-2025.sample.csv")
    newer = upload(older["key"], (LAYOUTS / "alpine-2025.sample.csv").read_bytes() + b"\n")
    for file in (older, newer):
        validation = validate.handler({"file": file}, context)
        transform.handler({"file": file, "validation": validation}, context)
    _publish(older, context)
    versions = [older["file_id"], newer["file_id"]]

    for _ in range(2):
        _publish(newer, context, published=versions)

    assert all(newer["file_id"] in path for path in _objects("transactions/"))
    assert len(_objects("transactions/")) == len(_partitions("transactions"))


def test_a_withdrawn_file_has_no_rows(context: FakeContext) -> None:
    file = _with_a_secret_cell()
    validation = validate.handler({"file": file}, context)
    transform.handler({"file": file, "validation": validation}, context)
    _publish(file, context)

    publish.handler({"action": "withdraw", "file": file, "deadline": _deadline()}, context)

    assert _objects("transactions/") == _objects("quarantine/") == set()


def test_a_version_that_is_gone_raises_an_error_for_the_retries(
    context: FakeContext,
) -> None:
    file = _sample(*SAMPLES[0])
    boto3.client("s3").delete_object(Bucket=file["bucket"], Key=file["key"], VersionId=file["version_id"])

    with pytest.raises(Exception, match="NoSuchVersion"):
        validate.handler({"file": file}, context)
