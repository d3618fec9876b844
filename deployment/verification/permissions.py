"""The permissions that ``etl verify`` needs, as an IAM policy."""

from collections.abc import Sequence
from typing import Any

from deployment.verification.files import PREFIX
from deployment.verification.subject import Subject
from etl.names import REGION
from pipeline.constants import QUERY_RESULTS

Document = dict[str, Any]


def policy(subject: Subject) -> Document:
    """Return the policy for this deployment. It is too long for a managed policy: make it a role's inline policy."""
    statements = (*_reading(subject), *_files(subject), *_queries(subject))
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
            for actions, resources in statements
        ],
    }


Statement = tuple[Sequence[str], Sequence[str]]


def _reading(subject: Subject) -> tuple[Statement, ...]:
    """Let it read settings, metrics and logs."""
    stack = subject.stack
    outputs = subject.pipeline.outputs
    buckets = [f"arn:aws:s3:::{name}" for name in stack.physical_ids("AWS::S3::Bucket")]
    roles = [f"arn:aws:iam::{subject.account}:role/{name}" for name in stack.physical_ids("AWS::IAM::Role")]
    return (
        (
            ["cloudformation:DescribeStacks", "cloudformation:GetTemplate", "cloudformation:ListStackResources"],
            # CloudFormation authorizes calls that name a stack, and not its id, so.
            [_arn(subject, "cloudformation", f"stack/{stack.name}/*")],
        ),
        (
            [
                "s3:GetBucketLocation",
                "s3:GetEncryptionConfiguration",
                "s3:GetLifecycleConfiguration",
                "s3:ListBucket",
                "s3:ListBucketMultipartUploads",
                "s3:ListBucketVersions",
            ],
            buckets,
        ),
        (["kms:DescribeKey", "kms:GetKeyRotationStatus"], [subject.key_arn]),
        (["sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"], [outputs["AlertTopic"]]),
        (["lambda:GetFunctionConfiguration"], _arns(subject, "lambda", "function:", "AWS::Lambda::Function")),
        (["events:DescribeRule"], _arns(subject, "events", "rule/", "AWS::Events::Rule")),
        (["logs:FilterLogEvents"], _arns(subject, "logs", "log-group:", "AWS::Logs::LogGroup", ending=":*")),
        (["iam:GetRolePolicy", "iam:ListRolePolicies", "iam:SimulatePrincipalPolicy"], roles),
        # AWS knows no resources of these.
        (
            [
                "cloudwatch:DescribeAlarmHistory",
                "cloudwatch:DescribeAlarms",
                "cloudwatch:GetMetricData",
                "events:TestEventPattern",
                "logs:DescribeLogGroups",
                "states:ValidateStateMachineDefinition",
                "xray:GetTraceSummaries",
            ],
            ["*"],
        ),
    )


def _files(subject: Subject) -> tuple[Statement, ...]:
    """Let it send its files, follow, abort, replay and withdraw them, and call the function that empties buckets."""
    outputs = subject.pipeline.outputs
    machine = outputs["StateMachine"]
    tables = [_arn(subject, "dynamodb", f"table/{outputs[table]}") for table in ("AuditTable", "RegistryTable")]
    queues = [_arn(subject, "sqs", url.rpartition("/")[2]) for url in subject.stack.physical_ids("AWS::SQS::Queue")]
    own = f"arn:aws:s3:::{outputs['RawBucket']}/{PREFIX}*"
    processed = f"arn:aws:s3:::{outputs['ProcessedBucket']}"
    return (
        (
            [
                "s3:AbortMultipartUpload",
                "s3:DeleteObjectVersion",
                "s3:GetObject",
                "s3:GetObjectVersion",
                "s3:PutObject",
            ],
            [own],
        ),
        (["s3:GetObject"], [f"{processed}/*"]),
        (
            ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
            [f"{processed}/{QUERY_RESULTS}*"],
        ),
        (["kms:Decrypt", "kms:GenerateDataKey"], [subject.key_arn]),
        (["dynamodb:BatchGetItem", "dynamodb:DescribeTable"], tables),
        (["sqs:GetQueueAttributes"], queues),
        (
            ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"],
            [_arn(subject, "sqs", outputs["DeadLetterQueue"].rpartition("/")[2])],
        ),
        (["sqs:SendMessage"], [_arn(subject, "sqs", outputs["BatchingQueue"].rpartition("/")[2])]),
        (["states:DescribeStateMachine"], list(subject.pipeline.state_machines)),
        (["states:StartExecution"], [machine]),
        (
            ["states:DescribeExecution", "states:ListMapRuns", "states:StopExecution"],
            [f"{machine.replace(':stateMachine:', ':execution:')}:*"],
        ),
        (["states:DescribeMapRun"], [f"{machine.replace(':stateMachine:', ':mapRun:')}/*"]),
        (["lambda:InvokeFunction"], [_arn(subject, "lambda", f"function:{subject.function('empty-buckets')}")]),
    )


def _queries(subject: Subject) -> tuple[Statement, ...]:
    """Let it query through Athena, which reads the catalog in its name, and start the crawler."""
    outputs = subject.pipeline.outputs
    database = outputs["Database"]
    return (
        (
            [
                "athena:BatchGetNamedQuery",
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:GetWorkGroup",
                "athena:ListNamedQueries",
                "athena:StartQueryExecution",
                "athena:StopQueryExecution",
            ],
            [_arn(subject, "athena", f"workgroup/{outputs['Workgroup']}")],
        ),
        (
            [
                "glue:BatchGetPartition",
                "glue:GetDatabase",
                "glue:GetPartition",
                "glue:GetPartitions",
                "glue:GetTable",
                "glue:GetTables",
            ],
            [
                _arn(subject, "glue", resource)
                for resource in ("catalog", f"database/{database}", f"table/{database}/*")
            ],
        ),
        (["glue:GetCrawler", "glue:StartCrawler"], [_arn(subject, "glue", f"crawler/{outputs['Crawler']}")]),
    )


def _arn(subject: Subject, service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{subject.account}:{resource}"


def _arns(subject: Subject, service: str, kind: str, resource_type: str, *, ending: str = "") -> list[str]:
    names = subject.stack.physical_ids(resource_type)
    return [_arn(subject, service, f"{kind}{name}{ending}") for name in names]
