"""What the functions write, and who may come near the data."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError

from etl.names import REGION
from local.emulator import ROOT_KEY
from pipeline.constants import MANIFESTS, REPORTS, FileStatus
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.failures import Failed, take_dead_letters, transform_may_not_write
from tests.end_to_end.files import CUSTOMER_DATA, Booking, alpine_csv

ACCOUNT = "DE89370400440532013000"
FILE_FUNCTIONS = ("validate", "transform", "publish")


def _log_lines(deployment: Deployment, purpose: str) -> list[dict[str, Any]]:
    """Parse a function's own lines: neither the platform's nor the metrics."""
    lines = [json.loads(event) for event in deployment.log_events(purpose) if event.startswith("{")]
    return [line for line in lines if "_aws" not in line]


@pytest.mark.requirement("M1")
@pytest.mark.usefixtures("batch", "failed")
@pytest.mark.parametrize("purpose", FILE_FUNCTIONS)
def test_every_log_line_names_its_file(deployment: Deployment, purpose: str) -> None:
    lines = _log_lines(deployment, f"lambda-{purpose}-")
    assert lines
    for line in lines:
        assert {"file_id", "partner", "execution"} <= line.keys(), line["message"]


@pytest.mark.requirement("M1", "O1")
@pytest.mark.usefixtures("batch")
def test_no_customer_data_leaves_the_files(deployment: Deployment, failed: Failed) -> None:
    # Given files full of names, account numbers and bad cells, some of which were rejected or failed
    places = {
        "logs": list(deployment.log_events()),
        "alerts": [str(alert) for alert in deployment.inbox.received()],
        "announcements": [str(event) for event in deployment.announcements.received()],
        "audit rows": _items(deployment, "AuditTable"),
        "registry": _items(deployment, "RegistryTable"),
        "dead letters": [str(letter) for letter in failed.letters.values()],
        "executions": list(_executions(deployment)),
        "reports": list(_objects(deployment, REPORTS)),
        "manifests": list(_objects(deployment, MANIFESTS)),
    }
    # Then none of that stands where people and machines look after the pipeline
    for place, texts in places.items():
        assert texts, place
        assert not [text for text in texts if any(data in text for data in CUSTOMER_DATA)], place


@pytest.mark.requirement("M1", "O1")
def test_no_account_number_in_a_files_name_is_shown(deployment: Deployment) -> None:
    # Given files with account numbers in their names: one is completed, with a bad row; one is refused, one fails
    names = (f"{ACCOUNT}_20250806.csv", f"refused {ACCOUNT}.csv", f"failed-{ACCOUNT}.csv")
    keys = [f"incoming/alpine/{name}" for name in names]
    completed, refused, failed = (
        alpine_csv(names[0], Booking("2025-08-06", "7.77"), Booking("no date", "8.88")),
        b"other,header\n",
        alpine_csv(names[2], Booking("2025-08-06", "9.99")),
    )
    upload = deployment.pipeline.upload
    rows = deployment.process(upload(keys[0], completed), upload(keys[1], refused))
    with transform_may_not_write(deployment):
        rows += deployment.process(upload(keys[2], failed))
    take_dead_letters(deployment)
    assert [row.status for row in rows] == [FileStatus.COMPLETED, FileStatus.REJECTED, FileStatus.FAILED]
    # Then people are shown masked names
    alerts = [str(alert) for alert in deployment.inbox.received()]
    for shown in ("DE********************_20250806.csv", "refused DE********************.csv"):
        assert [alert for alert in alerts if shown in alert], shown
    # And no place that only tells which file is meant has the number
    places = {
        "logs": list(deployment.log_events()),
        "alerts": alerts,
        "reports": list(_objects(deployment, REPORTS)),
    }
    for place, texts in places.items():
        assert not [text for text in texts if ACCOUNT in text or ACCOUNT[4:] in text], place


def _items(deployment: Deployment, table: str) -> list[str]:
    """Read a table as it lies there, every attribute of it."""
    pages = deployment.client("dynamodb").get_paginator("scan").paginate(TableName=deployment.pipeline.outputs[table])
    return [str(item) for page in pages for item in page["Items"]]


def _executions(deployment: Deployment) -> Iterator[str]:
    """Read what every execution was given and what its states gave to each other."""
    machine = deployment.client("stepfunctions")
    for listed in machine.list_executions(stateMachineArn=deployment.pipeline.outputs["StateMachine"])["executions"]:
        yield str(machine.describe_execution(executionArn=listed["executionArn"]))
        yield str(machine.get_execution_history(executionArn=listed["executionArn"]))


def _objects(deployment: Deployment, prefix: str) -> Iterator[str]:
    for key in deployment.processed_keys(prefix):
        yield (deployment.pipeline.processed(key) or b"").decode()


@pytest.mark.requirement("P1")
def test_plain_http_is_refused(deployment: Deployment) -> None:
    # Given the root user, who may read the bucket
    root: Any = deployment.emulator.session
    bucket = deployment.pipeline.outputs["RawBucket"]
    root.client("s3").list_objects_v2(Bucket=bucket)
    # When he asks without TLS, then he has no answer
    plain = boto3.client(
        "s3",
        endpoint_url=deployment.emulator.endpoint.replace("https:", "http:"),
        region_name=REGION,
        aws_access_key_id=ROOT_KEY,
        aws_secret_access_key=ROOT_KEY,
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises((ClientError, HTTPClientError)):
        plain.list_objects_v2(Bucket=bucket)


@pytest.mark.requirement("P1")
def test_an_unknown_principal_is_refused(deployment: Deployment) -> None:
    stranger: Any = boto3.Session(
        region_name=REGION, aws_access_key_id="AKIASTRANGER00000000", aws_secret_access_key=ROOT_KEY
    )
    options = {"endpoint_url": deployment.emulator.endpoint, "verify": str(deployment.emulator.ca_bundle)}
    outputs = deployment.pipeline.outputs
    with pytest.raises(ClientError):
        stranger.client("s3", **options).list_objects_v2(Bucket=outputs["RawBucket"])
    with pytest.raises(ClientError):
        stranger.client("dynamodb", **options).scan(TableName=outputs["AuditTable"])
