"""The policy that a run needs names exact actions, and nothing of another deployment."""

import re
from typing import Any

from deployment.verification.permissions import policy
from tests.unit.deployment.verification.account import Account

RESOURCES: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
    ("AWS::S3::Bucket", "Raw"): ("bucket-raw-111122223333-test", {}),
    ("AWS::S3::Bucket", "Processed"): ("bucket-processed-111122223333-test", {}),
    ("AWS::IAM::Role", "Publish"): ("role-publish-test", {}),
    ("AWS::Lambda::Function", "EmptyBuckets"): ("lambda-empty-buckets-test", {}),
    ("AWS::Events::Rule", "IngestionDirect"): ("rule-direct-test", {}),
    ("AWS::Logs::LogGroup", "Logs"): ("/aws/lambda/lambda-empty-buckets-test", {}),
    ("AWS::SQS::Queue", "Queue"): ("https://sqs/111122223333/queue-batching-test", {}),
    ("AWS::KMS::Key", "Key"): ("1", {}),
}
WITHOUT_RESOURCES = {
    "cloudwatch:DescribeAlarmHistory",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "events:TestEventPattern",
    "logs:DescribeLogGroups",
    "states:ValidateStateMachineDefinition",
    "xray:GetTraceSummaries",
}


class _Pipeline:
    outputs = {  # noqa: RUF012 - read only
        "AlertTopic": "arn:aws:sns:us-east-1:111122223333:topic-alerts-test",
        "AuditTable": "table-audit-test",
        "BatchingQueue": "https://sqs/111122223333/queue-batching-test",
        "Crawler": "crawler-processed-test",
        "Database": "database_transactions_test",
        "DeadLetterQueue": "https://sqs/111122223333/queue-dead-letter-test",
        "ProcessedBucket": "bucket-processed-111122223333-test",
        "RawBucket": "bucket-raw-111122223333-test",
        "RegistryTable": "table-registry-test",
        "StateMachine": "arn:aws:states:us-east-1:111122223333:stateMachine:state-machine-files-test",
        "Workgroup": "workgroup-analysts-test",
    }
    state_machines = (
        "arn:aws:states:us-east-1:111122223333:stateMachine:state-machine-files-test",
        "arn:aws:states:us-east-1:111122223333:stateMachine:state-machine-large-files-test",
    )


def test_actions_are_exact_and_resources_are_the_deployments() -> None:
    statements = policy(Account(resources=RESOURCES, pipeline=_Pipeline()).subject())["Statement"]

    for statement in statements:
        assert all(re.fullmatch(r"[a-z0-9]+:[A-Za-z]+", action) for action in statement["Action"])
        for resource in statement["Resource"]:
            if resource == "*":
                assert set(statement["Action"]) == WITHOUT_RESOURCES
            else:
                assert re.search(r"[-_]test\b|:key/1$|:catalog$", resource), resource


def test_files_are_written_and_deleted_below_its_own_prefix_only() -> None:
    statements = policy(Account(resources=RESOURCES, pipeline=_Pipeline()).subject())["Statement"]

    writing = {
        resource
        for statement in statements
        for resource in statement["Resource"]
        if {"s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"} & set(statement["Action"])
    }
    assert writing == {
        "arn:aws:s3:::bucket-raw-111122223333-test/incoming/etl-verify/*",
        "arn:aws:s3:::bucket-processed-111122223333-test/athena-results/*",
    }
