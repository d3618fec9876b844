"""What a task's state asks IAM for, and how its refusal is called."""

import json
from typing import Any

import pytest

from local.authorization import Call, denied_error, task_calls

_AUDIT = "arn:aws:dynamodb:us-east-1:000000000000:table/audit"
_REGISTRY = "arn:aws:dynamodb:us-east-1:000000000000:table/registry"
_JOB = "arn:aws:glue:us-east-1:000000000000:job/large"
_EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:files:one"
_FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:validate"

TASKS: list[tuple[str, dict[str, Any], list[Call]]] = [
    (_FUNCTION, {"file": {}}, [Call(action="lambda:InvokeFunction", resource=_FUNCTION)]),
    (
        "arn:aws:states:::dynamodb:updateItem",
        {"TableName": "audit", "Key": {}},
        [Call(action="dynamodb:UpdateItem", resource=_AUDIT)],
    ),
    (
        "arn:aws:states:::aws-sdk:dynamodb:batchGetItem",
        {"RequestItems": {"audit": {"Keys": []}}},
        [Call(action="dynamodb:BatchGetItem", resource=_AUDIT)],
    ),
    (
        "arn:aws:states:::aws-sdk:dynamodb:transactWriteItems",
        {"TransactItems": [{"Update": {"TableName": "audit"}}, {"Put": {"TableName": "registry"}}]},
        [
            Call(action="dynamodb:UpdateItem", resource=_AUDIT),
            Call(action="dynamodb:PutItem", resource=_REGISTRY),
        ],
    ),
    (
        "arn:aws:states:::sqs:sendMessage",
        {"QueueUrl": "https://localhost:4566/000000000000/kept", "MessageBody": "{}"},
        [Call(action="sqs:SendMessage", resource="arn:aws:sqs:us-east-1:000000000000:kept")],
    ),
    (
        "arn:aws:states:::sns:publish",
        {"TopicArn": "arn:aws:sns:us-east-1:000000000000:alerts", "Message": "text"},
        [Call(action="sns:Publish", resource="arn:aws:sns:us-east-1:000000000000:alerts")],
    ),
    (
        "arn:aws:states:::aws-sdk:sfn:describeExecution",
        {"ExecutionArn": _EXECUTION},
        [Call(action="states:DescribeExecution", resource=_EXECUTION)],
    ),
    (
        "arn:aws:states:::glue:startJobRun.sync",
        {"JobName": "large", "Arguments": {}},
        [Call(action="glue:StartJobRun", resource=_JOB), Call(action="glue:GetJobRun", resource=_JOB)],
    ),
    ("arn:aws:states:::glue:startJobRun", {"JobName": "large"}, [Call(action="glue:StartJobRun", resource=_JOB)]),
    (
        "arn:aws:states:::events:putEvents",
        {"Entries": [{"EventBusName": "default"}]},
        [Call(action="events:PutEvents", resource="arn:aws:events:us-east-1:000000000000:event-bus/default")],
    ),
]


@pytest.mark.parametrize(("resource", "parameters", "calls"), TASKS, ids=lambda value: json.dumps(value, default=str))
def test_a_task_asks_for_its_action_on_its_resource(
    resource: str, parameters: dict[str, Any], calls: list[Call]
) -> None:
    assert task_calls(resource, parameters) == calls


@pytest.mark.parametrize("resource", [task[0] for task in TASKS])
def test_a_refusal_of_each_kind_of_task_has_a_name(resource: str) -> None:
    assert denied_error(resource).endswith("Exception")
