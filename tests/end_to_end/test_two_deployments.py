"""Two deployments in one account: neither sees the other, and destroying one leaves nothing of it."""

from collections.abc import Callable
from typing import Any

import pytest

from cli.audit import AuditRow
from cli.pipeline import Pipeline
from etl.names import Names
from etl.statuses import FileStatus
from local.batching import batching
from local.deploy import deploy, destroy
from local.emulator import Emulator
from local.stack import DeployedStack
from tests.end_to_end.conftest import CONTEXT
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.files import Booking, alpine_csv

NAMES = Names(suffix="neighbour")

LISTINGS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "athena": ("workgroups", lambda client: client.list_work_groups()["WorkGroups"]),
    "cloudformation": (
        "stacks",
        lambda client: client.list_stacks(StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_FAILED"]),
    ),
    "cloudwatch": ("alarms and dashboards", lambda client: [client.describe_alarms(), client.list_dashboards()]),
    "dynamodb": ("tables", lambda client: client.list_tables()["TableNames"]),
    "events": ("rules", lambda client: client.list_rules()["Rules"]),
    "glue": ("databases and crawlers", lambda client: [client.get_databases(), client.get_crawlers()]),
    "iam": ("roles", lambda client: client.list_roles()["Roles"]),
    "kms": ("aliases", lambda client: client.list_aliases()["Aliases"]),
    "lambda": (
        "functions and mappings",
        lambda client: [client.list_functions(), client.list_event_source_mappings()],
    ),
    "logs": ("log groups", lambda client: client.describe_log_groups()["logGroups"]),
    "s3": ("buckets", lambda client: client.list_buckets()["Buckets"]),
    "sns": ("topics and subscriptions", lambda client: [client.list_topics(), client.list_subscriptions()]),
    "sqs": ("queues", lambda client: client.list_queues().get("QueueUrls", [])),
    "stepfunctions": ("state machines", lambda client: client.list_state_machines()["stateMachines"]),
}
"""What a service lists of everything that a stack can leave behind."""


@pytest.fixture(scope="module")
def neighbour(emulator: Emulator, deployment: Deployment) -> DeployedStack:
    """Given a second deployment beside the first."""
    assert deployment.stack.name != NAMES.stack
    return deploy(emulator, NAMES.suffix, context=CONTEXT)


@pytest.fixture(scope="module")
def neighbours_file(neighbour: DeployedStack) -> AuditRow:
    """Given a file that was uploaded to the second deployment only, and is completed there."""
    pipeline = Pipeline(neighbour)
    upload = pipeline.upload("incoming/alpine/neighbour.csv", alpine_csv("n", Booking("2023-07-01", "70.70")))
    with batching(neighbour):
        row = pipeline.settle([upload])[upload]
    assert row.status is FileStatus.COMPLETED
    return row


@pytest.mark.requirement("X4")
def test_a_file_of_one_deployment_shows_nowhere_in_the_other(deployment: Deployment, neighbours_file: AuditRow) -> None:
    deployment.wait_until_quiet()
    file_id, key = neighbours_file.file_id, neighbours_file.key
    assert not [row for row in deployment.pipeline.audit.rows() if row.key == key]
    assert not deployment.published([neighbours_file])
    assert not [part for part in deployment.pipeline.partitions("transactions") if "2023-07-01" in part.values]
    assert not [alert for alert in deployment.inbox.received() if file_id in alert.message or key in alert.message]
    for bucket in ("RawBucket", "ProcessedBucket"):
        versions = deployment.client("s3").list_object_versions(Bucket=deployment.pipeline.outputs[bucket])
        assert not [
            version for version in versions.get("Versions", []) if file_id in version["Key"] or key == version["Key"]
        ]


@pytest.mark.requirement("X4", "X7")
@pytest.mark.usefixtures("neighbours_file")
def test_destroy_leaves_neither_resource_nor_object(
    emulator: Emulator, deployment: Deployment, neighbour: DeployedStack
) -> None:
    # Given a deployment with objects in its buckets, of which every service knows something
    assert {service for service, left in _of_the_neighbour(emulator).items() if not left} == set()
    (key_id,) = neighbour.physical_ids("AWS::KMS::Key")
    # When it is destroyed
    destroy(emulator, NAMES.suffix)
    # Then no service knows anything of it
    assert {service: left for service, left in _of_the_neighbour(emulator).items() if left} == {}
    # And its key is on its way out
    assert emulator.session.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    # And the other deployment still works
    upload = deployment.pipeline.upload("incoming/alpine/after.csv", alpine_csv("after", Booking("2025-07-02", "1.00")))
    assert [row.status for row in deployment.process(upload)] == [FileStatus.COMPLETED]


def _of_the_neighbour(emulator: Emulator) -> dict[str, list[str]]:
    """List what carries the second deployment's suffix, by service and kind."""
    session: Any = emulator.session
    return {
        f"{service}: {kind}": [text for text in _texts(read(session.client(service))) if _is_named(text)]
        for service, (kind, read) in LISTINGS.items()
    }


def _is_named(text: str) -> bool:
    return NAMES.suffix in text


def _texts(document: object) -> list[str]:
    if isinstance(document, dict):
        return [text for value in document.values() for text in _texts(value)]
    if isinstance(document, list):
        return [text for value in document for text in _texts(value)]
    return [document] if isinstance(document, str) else []
