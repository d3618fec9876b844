"""Two deployments in one account: neither sees the other, and destroying one leaves nothing of it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployment.pipeline import Pipeline
from deployment.stack import DeployedStack, Resource
from etl.names import Names
from local.batching import batching
from local.cdk import CdkError
from local.deploy import deploy, destroy
from local.emulator import Emulator
from local.permissions import taken_away
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from tests.end_to_end.conftest import CONTEXT
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.files import Booking, alpine_csv
from tests.end_to_end.principals import Principal, is_refused, user

NAMES = Names(suffix="neighbour")
UNFORTUNATE = Names(suffix="unfortunate")
RENAMED = Names(suffix="renamed")
MANY_VERSIONS = 2100

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


@pytest.fixture(scope="module")
def in_use(emulator: Emulator, neighbour: DeployedStack, neighbours_file: AuditRow) -> DeployedStack:
    """Given that the second deployment is in the middle of its work, and every service knows something of it."""
    assert {service for service, left in _known_of(NAMES, emulator).items() if not left} == set()
    client: Any = emulator.session.client
    outputs, s3, glue = neighbour.outputs, client("s3"), client("glue")
    # More versions than one page of a listing or one call of a deletion has, a delete marker, an unfinished upload
    for number in range(MANY_VERSIONS):
        s3.put_object(Bucket=outputs["ProcessedBucket"], Key="athena-results/query", Body=str(number).encode())
    s3.delete_object(Bucket=outputs["RawBucket"], Key=neighbours_file.key)
    s3.create_multipart_upload(Bucket=outputs["RawBucket"], Key="incoming/alpine/unfinished.csv")
    # Keys that hold what no XML may: the answer to the second, which names its key, cannot be read
    s3.put_object(Bucket=outputs["RawBucket"], Key="incoming/alpine/\x01 &<.txt", Body=b"")
    with pytest.raises(ClientError):
        s3.create_multipart_upload(Bucket=outputs["RawBucket"], Key="incoming/alpine/\x02.csv")
    # A table that the crawler found
    glue.create_table(DatabaseName=outputs["Database"], TableInput={"Name": "crawled", "StorageDescriptor": {}})
    # Messages in both queues, and a file that is just being processed
    client("sqs").send_message(QueueUrl=outputs["DeadLetterQueue"], MessageBody="{}")
    Pipeline(neighbour).upload("incoming/alpine/waiting.csv", alpine_csv("waits", Booking("2023-07-02", "1.00")))
    large = [Booking("2023-07-03", f"{number}.00") for number in range(2000)]
    Pipeline(neighbour).upload("incoming/alpine/running.csv", alpine_csv("runs", *large))
    return neighbour


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


@pytest.mark.requirement("X4", "P1")
def test_no_permission_of_one_deployment_reaches_the_other(
    emulator: Emulator, deployment: Deployment, neighbour: DeployedStack
) -> None:
    # Given somebody with every right of every role of the neighbour
    iam: Any = emulator.session.client("iam")
    statements = [
        statement
        for role in neighbour.physical_ids("AWS::IAM::Role")
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        for statement in iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]
    ]
    with user(emulator, "all-roles", *statements) as somebody:
        # When he does what the neighbour does, then he may there, and nowhere else
        assert _refusals(somebody, neighbour) == set()
        assert _refusals(somebody, deployment.stack) == set(ACTS)


@pytest.mark.requirement("X4", "X7")
def test_destroy_leaves_neither_resource_nor_object(
    emulator: Emulator, deployment: Deployment, in_use: DeployedStack
) -> None:
    # Given a deployment in the middle of its work
    (key_id,) = in_use.physical_ids("AWS::KMS::Key")
    # When it is destroyed
    destroy(emulator, NAMES.suffix)
    # Then no service knows anything of it
    assert {service: left for service, left in _known_of(NAMES, emulator).items() if left} == {}
    # And its key is on its way out
    assert emulator.session.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    # And the other deployment still works
    upload = deployment.pipeline.upload("incoming/alpine/after.csv", alpine_csv("after", Booking("2025-07-02", "1.00")))
    assert [row.status for row in deployment.process(upload)] == [FileStatus.COMPLETED]


@pytest.mark.requirement("X7")
def test_an_update_without_the_emptier_leaves_every_version(emulator: Emulator) -> None:
    # Given a deployment with two versions and a delete marker in each bucket
    stack = deploy(emulator, RENAMED.suffix)
    client: Any = emulator.session.client
    for bucket in _buckets(stack):
        for content in (b"1", b"2"):
            client("s3").put_object(Bucket=bucket, Key="notes.txt", Body=content)
        client("s3").delete_object(Bucket=bucket, Key="notes.txt")
    before = _versions(emulator, stack)
    emptied = stack.physical_ids("Custom::EmptiedBucket")
    # When an update drops the resources that empty them, as a version does in which they have other names
    _update(emulator, stack, _without_emptied_buckets)
    # Then they are gone, and every version and delete marker is there
    assert not set(emptied) & {resource.physical_id for resource in _resources(stack)}
    assert _versions(emulator, stack) == before
    assert [len(versions) for versions in before.values()] == [3, 3]
    # When they are back, and the stack itself is destroyed
    deploy(emulator, RENAMED.suffix)
    destroy(emulator, RENAMED.suffix)
    # Then no service knows anything of it
    assert {service: left for service, left in _known_of(RENAMED, emulator).items() if left} == {}


@pytest.mark.requirement("X7")
def test_a_failed_destroy_can_be_repeated_and_leaves_nothing(emulator: Emulator) -> None:
    # Given a deployment that may not delete what lies in its bucket: an object in two versions
    stack = deploy(emulator, UNFORTUNATE.suffix)
    client: Any = emulator.session.client
    for content in (b"1", b"2"):
        client("s3").put_object(Bucket=stack.outputs["RawBucket"], Key="notes.txt", Body=content)
    emptier = stack.physical_id("AWS::IAM::Role", "EmptyBuckets")
    # When it is destroyed, then that fails
    with (
        taken_away(client("iam"), emptier, "s3:DeleteObjectVersion"),
        pytest.raises(CdkError, match="DELETE_FAILED"),
    ):
        destroy(emulator, UNFORTUNATE.suffix)
    # And the object is there, and the function that is to delete it
    client("s3").head_object(Bucket=stack.outputs["RawBucket"], Key="notes.txt")
    client("lambda").get_function(FunctionName=stack.physical_id("AWS::Lambda::Function", "EmptyBuckets"))
    # When it may, and is destroyed again
    destroy(emulator, UNFORTUNATE.suffix)
    # Then no service knows anything of it
    assert {service: left for service, left in _known_of(UNFORTUNATE, emulator).items() if left} == {}


def _buckets(stack: DeployedStack) -> list[str]:
    return [stack.outputs["ProcessedBucket"], stack.outputs["RawBucket"]]


def _versions(emulator: Emulator, stack: DeployedStack) -> dict[str, list[str]]:
    """List the ids of all versions and delete markers, by bucket."""
    listed = {bucket: emulator.session.client("s3").list_object_versions(Bucket=bucket) for bucket in _buckets(stack)}
    return {
        bucket: [item["VersionId"] for item in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))]
        for bucket, page in listed.items()
    }


def _resources(stack: DeployedStack) -> list[Resource]:
    """Read a stack's resources anew."""
    return DeployedStack(stack.session, stack.name).resources


def _update(emulator: Emulator, stack: DeployedStack, changed: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Update a stack to its own template with a change."""
    client: Any = emulator.session.client
    [assets] = [
        bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"] if bucket["Name"].startswith("cdk-")
    ]
    template = json.loads((emulator.folder / f"cdk.local-{RENAMED.suffix}" / f"{stack.name}.template.json").read_text())
    client("s3").put_object(Bucket=assets, Key="changed.json", Body=json.dumps(changed(template)).encode())
    client("cloudformation").update_stack(
        StackName=stack.name,
        TemplateURL=f"https://s3.us-east-1.amazonaws.com/{assets}/changed.json",
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    waiter = client("cloudformation").get_waiter("stack_update_complete")
    waiter.wait(StackName=stack.name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})


def _without_emptied_buckets(template: dict[str, Any]) -> dict[str, Any]:
    dropped = {name for name, it in template["Resources"].items() if it["Type"] == "Custom::EmptiedBucket"}
    assert len(dropped) == len(("raw", "processed"))
    kept = {name: it for name, it in template["Resources"].items() if name not in dropped}
    for resource in kept.values():
        if "DependsOn" in resource:
            resource["DependsOn"] = [name for name in resource["DependsOn"] if name not in dropped]
    return template | {"Resources": kept}


Act = Callable[[Principal, Mapping[str, str]], object]

ACTS: dict[str, Act] = {
    "write a report": lambda somebody, outputs: somebody.client("s3").put_object(
        Bucket=outputs["ProcessedBucket"], Key="reports/alpine/planted.html", Body=b""
    ),
    "list versions": lambda somebody, outputs: somebody.client("s3").list_object_versions(Bucket=outputs["RawBucket"]),
    "read a row": lambda somebody, outputs: somebody.client("dynamodb").get_item(
        TableName=outputs["AuditTable"], Key={"file_id": {"S": "none"}}
    ),
    "write a row": lambda somebody, outputs: somebody.client("dynamodb").put_item(
        TableName=outputs["RegistryTable"], Item={"entry": {"S": "planted"}}
    ),
    "take messages": lambda somebody, outputs: somebody.client("sqs").receive_message(
        QueueUrl=outputs["BatchingQueue"], VisibilityTimeout=0
    ),
    "send a dead letter": lambda somebody, outputs: somebody.client("sqs").send_message(
        QueueUrl=outputs["DeadLetterQueue"], MessageBody="{}"
    ),
    "alert": lambda somebody, outputs: somebody.client("sns").publish(
        TopicArn=outputs["AlertTopic"], Message="planted"
    ),
    "start an execution": lambda somebody, outputs: somebody.client("stepfunctions").start_execution(
        stateMachineArn=outputs["StateMachine"], input='{"route": "settle", "ended": {"input": "{}"}}'
    ),
    "describe a table": lambda somebody, outputs: somebody.client("glue").get_table(
        DatabaseName=outputs["Database"], Name="transactions"
    ),
}
"""What the roles of a deployment do, one act for each service and more."""


def _refusals(somebody: Principal, stack: DeployedStack) -> set[str]:
    """Try every act on a deployment, and tell which were refused."""
    return {name for name, act in ACTS.items() if is_refused(act, somebody, stack.outputs)}


def _known_of(names: Names, emulator: Emulator) -> dict[str, list[str]]:
    """List what carries a deployment's suffix, by service and kind."""
    session: Any = emulator.session
    return {
        f"{service}: {kind}": [text for text in _texts(read(session.client(service))) if names.suffix in text]
        for service, (kind, read) in LISTINGS.items()
    }


def _texts(document: object) -> list[str]:
    if isinstance(document, dict):
        return [text for value in document.values() for text in _texts(value)]
    if isinstance(document, list):
        return [text for value in document for text in _texts(value)]
    return [document] if isinstance(document, str) else []
