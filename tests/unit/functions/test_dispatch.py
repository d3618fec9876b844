"""The dispatch function starts executions of a real (moto) state machine and names the messages to try again."""

import json

import boto3
import pytest

from handlers.dispatch import handler
from tests.support.events import load_event
from tests.unit.functions.conftest import LogLines
from tests.unit.functions.fakes import FakeContext

ROLE = "arn:aws:iam::123456789012:role/role-state-machine-test"


@pytest.fixture
def machine(aws: None, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: ARG001 - AWS must be there
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Succeed"}}})
    created = boto3.client("stepfunctions").create_state_machine(name="files", definition=definition, roleArn=ROLE)
    monkeypatch.setenv("STATE_MACHINE_ARN", created["stateMachineArn"])
    queue = boto3.client("sqs").create_queue(QueueName="batching", Attributes={"VisibilityTimeout": "1830"})
    monkeypatch.setenv("BATCHING_QUEUE", queue["QueueUrl"])
    monkeypatch.setenv("DIRECT_THRESHOLD_BYTES", "16777216")
    for route in ("batch", "direct", "settle"):
        monkeypatch.setenv(f"{route.upper()}_ROUTE", route)
    return created["stateMachineArn"]


@pytest.mark.requirement("O2", "D1")
def test_readable_messages_start_and_unreadable_ones_go_back(
    machine: str, context: FakeContext, log_lines: LogLines
) -> None:
    event = load_event("sqs-batch")

    answer = handler(event, context)

    step_functions = boto3.client("stepfunctions")
    [execution] = step_functions.list_executions(stateMachineArn=machine)["executions"]
    document = json.loads(step_functions.describe_execution(executionArn=execution["executionArn"])["input"])
    assert document == {"route": "batch", "files": [json.loads(event["Records"][0]["body"])]}
    assert answer == {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in event["Records"][1:]]}
    assert {key: log_lines()[-1][key] for key in ("messages", "unreadable", "failed")} == {
        "messages": 1,
        "unreadable": 2,
        "failed": 0,
    }


def test_the_same_batch_twice_starts_one_execution(machine: str, context: FakeContext) -> None:
    event = {"Records": load_event("sqs-batch")["Records"][:1]}

    answers = [handler(event, context) for _ in range(2)]

    assert answers == [{"batchItemFailures": []}] * 2
    assert len(boto3.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]) == 1


def test_all_messages_go_back_if_the_state_machine_is_gone(machine: str, context: FakeContext) -> None:
    boto3.client("stepfunctions").delete_state_machine(stateMachineArn=machine)
    event = load_event("sqs-batch")

    answer = handler(event, context)

    returned = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    assert returned == {record["messageId"] for record in event["Records"]}
