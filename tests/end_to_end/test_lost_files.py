"""When an event never comes: the file is found, queued again, and ends like any other."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from deployment.pipeline import Upload
from deployment.waiting import wait_until
from etl.workflow.settling import NO_OUTCOME
from pipeline.constants import SHARD, STATUS_AT, FileStatus
from pipeline.sweep import Sweep, Swept
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.failures import ROWS, take_dead_letters
from tests.end_to_end.files import alpine_csv, sums


@contextmanager
def _events_lost(deployment: Deployment) -> Iterator[None]:
    """Given that the rule of small files is off."""
    events = deployment.client("events")
    rule = deployment.stack.physical_id("AWS::Events::Rule", "IngestionBatch")
    events.disable_rule(Name=rule)
    try:
        yield
    finally:
        events.enable_rule(Name=rule)


def _upload(deployment: Deployment, name: str) -> Upload:
    with _events_lost(deployment):
        upload = deployment.pipeline.upload(f"incoming/alpine/{name}", alpine_csv(name, *ROWS))
        deployment.wait_until_quiet()
    return upload


def _sweep(deployment: Deployment, now: datetime) -> Swept:
    outputs = deployment.pipeline.outputs
    return Sweep(
        s3=deployment.client("s3"),
        dynamodb=deployment.client("dynamodb"),
        sqs=deployment.client("sqs"),
        bucket=outputs["RawBucket"],
        audit_table=outputs["AuditTable"],
        registry=outputs["RegistryTable"],
        queue_url=outputs["BatchingQueue"],
    ).run(now)


@pytest.mark.requirement("T1", "T3")
def test_an_upload_whose_event_never_came_is_processed(deployment: Deployment) -> None:
    upload = _upload(deployment, "lost event.csv")
    assert deployment.pipeline.rows([upload]) == {}
    # When a quarter of an hour has passed, twice
    later = datetime.now(UTC) + timedelta(minutes=16)
    swept = [_sweep(deployment, later), _sweep(deployment, later)]
    # Then it is queued once, and completed
    assert [one.requeued for one in swept] == [1, 0]
    row = deployment.pipeline.settle([upload])[upload]
    assert row.status is FileStatus.COMPLETED
    assert deployment.published([row]) == sums(*ROWS)


def test_a_file_whose_execution_ended_unheard_is_failed(deployment: Deployment) -> None:
    # Given a row in process of an execution whose end nobody was told of
    upload = _upload(deployment, "unheard end.csv")
    file_id = deployment.pipeline.file_id(upload)
    long_ago = f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%S}.000Z"
    execution = f"{deployment.pipeline.outputs['StateMachine'].replace('stateMachine', 'execution')}:gone"
    claimed = {"status": "PROCESSING", "at": long_ago, "execution": execution, "detail": ""}
    texts = {
        "file_id": file_id,
        "status": "PROCESSING",
        "updated_at": long_ago,
        SHARD: file_id[0],
        STATUS_AT: f"PROCESSING#{long_ago}",
        "claimed_at": long_ago,
        "uploaded_at": long_ago,
        "bucket": deployment.pipeline.outputs["RawBucket"],
        "key": upload.key,
        "object_key": f"{deployment.pipeline.outputs['RawBucket']}/{upload.key}",
        "version_id": upload.version_id,
        "sequencer": "00671A1B2C".ljust(64, "0"),
        "partner": "alpine",
        "execution": execution,
        "claim": f"{execution}#{file_id}",
    }
    deployment.client("dynamodb").put_item(
        TableName=deployment.pipeline.outputs["AuditTable"],
        Item={
            **{name: {"S": text} for name, text in texts.items()},
            "attempts": {"N": "1"},
            "number": {"N": "0"},
            "size": {"N": "7"},
            "history": {"L": [{"M": {name: {"S": text} for name, text in claimed.items()}}]},
        },
    )
    # When the deployed function looks, with the rights that it has
    function = deployment.stack.physical_id("AWS::Lambda::Function", "RequeueLost")
    answer = deployment.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    # Then the file is failed, and its message waits for replay
    row = wait_until(
        "the file is failed",
        lambda: deployment.pipeline.rows([upload])[upload],
        lambda row: row.status is FileStatus.FAILED,
        describe=lambda row: row.status,
    )
    assert row.error == NO_OUTCOME
    deployment.wait_until_quiet()
    letters = take_dead_letters(deployment)
    assert upload.key in str(letters)
