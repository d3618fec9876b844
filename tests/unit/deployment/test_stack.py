"""Names and alerts of a deployed stack are found through the public AWS API."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from deployment.pipeline import IncompleteStackError, Pipeline
from deployment.stack import DeployedStack, Resource
from local.alerts import Alert, AlertInbox


class KnownStack(DeployedStack):
    """A stack whose resources are given."""

    def __init__(self, *resources: Resource) -> None:
        super().__init__(boto3.Session(region_name="us-east-1"), "etl-pipeline-dev")
        self.resources = list(resources)


def resource(resource_type: str, logical_id: str, physical_id: str = "physical") -> Resource:
    return Resource(resource_type=resource_type, logical_id=logical_id, physical_id=physical_id)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield


def test_a_resource_is_found_by_type_and_purpose() -> None:
    stack = KnownStack(
        resource("AWS::SQS::Queue", "AlertsDeadLetterQueue1", "dead"),
        resource("AWS::SQS::Queue", "IngestionBatchingQueue2", "batching"),
        resource("AWS::SNS::Topic", "AlertsTopic3", "topic"),
    )

    assert stack.physical_id("AWS::SQS::Queue", "batching") == "batching"
    assert stack.physical_id("AWS::SNS::Topic") == "topic"
    assert stack.physical_ids("AWS::SQS::Queue") == ["dead", "batching"]


@pytest.mark.parametrize(("purpose", "found"), [("unknown", "none"), ("queue", "DeadLetterQueue, BatchingQueue")])
def test_a_purpose_that_names_none_or_several_is_refused(purpose: str, found: str) -> None:
    stack = KnownStack(resource("AWS::SQS::Queue", "DeadLetterQueue"), resource("AWS::SQS::Queue", "BatchingQueue"))

    with pytest.raises(LookupError, match=f"found: {found}$"):
        stack.physical_id("AWS::SQS::Queue", purpose)


@pytest.mark.usefixtures("aws")
def test_the_inbox_keeps_every_alert_with_its_attributes() -> None:
    # Given an inbox of a stack's topic
    sns = boto3.client("sns", region_name="us-east-1")
    topic = sns.create_topic(Name="topic-alerts-dev")["TopicArn"]
    inbox = AlertInbox(KnownStack(resource("AWS::SNS::Topic", "AlertsTopic", topic)))
    assert inbox.received() == []

    # When alerts go out, and are asked for twice
    sns.publish(
        TopicArn=topic,
        Subject="file failed",
        Message="why",
        MessageAttributes={"severity": {"DataType": "String", "StringValue": "error"}},
    )
    first = inbox.received()
    sns.publish(TopicArn=topic, Message="no subject")

    # Then none is lost or doubled
    assert first == [Alert(subject="file failed", message="why", attributes={"severity": "error"})]
    assert inbox.received() == [*first, Alert(subject="", message="no subject", attributes={})]


def test_a_stack_whose_creation_failed_is_no_pipeline() -> None:
    stack = KnownStack()
    stack.outputs = {}

    with pytest.raises(IncompleteStackError, match="the creation of etl-pipeline-dev failed or is under way"):
        Pipeline(stack)
