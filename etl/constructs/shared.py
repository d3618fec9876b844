"""What several constructs share: log retention, queues, IAM statements written out (CDK's grants add wildcards)."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import Annotations, Duration, RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

LOG_RETENTION: Final = logs.RetentionDays.ONE_MONTH
"""Requirement M1: 30 days, and so no setting."""

READ_WITH_KEY: Final = ("kms:Decrypt",)
"""All that a reader of encrypted data needs of the key."""

WRITE_WITH_KEY: Final = ("kms:GenerateDataKey",)
"""What a writer of encrypted data needs besides."""


def make_log_group(scope: Construct, construct_id: str, *, name: str, key: kms.IKey) -> logs.LogGroup:
    """Make a log group under the stack's key, which goes with the stack."""
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=LOG_RETENTION,
        encryption_key=key,
        removal_policy=RemovalPolicy.DESTROY,
    )


def make_role(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    service: str,
    policy: str,
    statements: Sequence[iam.PolicyStatement],
) -> iam.Role:
    """Make a role that one service of AWS assumes, with an inline ``policy`` and no rights besides."""
    return iam.Role(
        scope,
        construct_id,
        role_name=name,
        assumed_by=iam.ServicePrincipal(f"{service}.amazonaws.com"),
        inline_policies={policy: iam.PolicyDocument(statements=list(statements))},
    )


def make_queue(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    key: kms.IKey,
    visibility_timeout: Duration | None = None,
    dead_letter_queue: sqs.DeadLetterQueue | None = None,
) -> sqs.Queue:
    """Make a queue under the stack's key and over TLS only, which keeps messages as long as SQS can: 14 days."""
    return sqs.Queue(
        scope,
        construct_id,
        queue_name=name,
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        enforce_ssl=True,
        retention_period=Duration.days(14),
        visibility_timeout=visibility_timeout,
        dead_letter_queue=dead_letter_queue,
        removal_policy=RemovalPolicy.DESTROY,
    )


def queue_for_rule(scope: Construct, queue: sqs.IQueue) -> sqs.IQueue:
    """Return a queue as a rule's target; imported, so that the target leaves its policy to ``let_rule_send``."""
    return sqs.Queue.from_queue_arn(scope, "QueueOfTheRule", queue.queue_arn)


def let_rule_send(rule: events.Rule, queue: sqs.Queue, *, sid: str) -> None:
    """Let a rule, and no other, send to a queue that it has by ``queue_for_rule``; ``sid`` names the statement."""
    # The imported queue's environment is unresolved for CDK, and is this stack's own.
    Annotations.of(rule).acknowledge_warning("@aws-cdk/aws-events:ruleUnresolvedEnvironment")
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            sid=sid,
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": rule.rule_arn}},
        )
    )


def call_on_schedule(
    scope: Construct, function: lambda_.IFunction, schedule: events.Schedule, *, name: str, description: str
) -> None:
    """Call a function again and again; the event says nothing."""
    events.Rule(
        scope,
        "Schedule",
        rule_name=name,
        description=description,
        schedule=schedule,
        targets=[targets.LambdaFunction(function)],
    )


def allow(actions: Sequence[str], resources: Sequence[str]) -> iam.PolicyStatement:
    """Allow exact actions on exact resources."""
    return iam.PolicyStatement(actions=list(actions), resources=list(resources))


def read_with(key: kms.IKey) -> iam.PolicyStatement:
    """Read data that is encrypted with the stack's key."""
    return allow(READ_WITH_KEY, [key.key_arn])


def write_with(key: kms.IKey) -> iam.PolicyStatement:
    """Write data that is to be encrypted with the stack's key."""
    return allow(WRITE_WITH_KEY, [key.key_arn])


def write_log_streams(log_group: logs.ILogGroup) -> iam.PolicyStatement:
    """Write to the streams of one log group; Lambda names the streams, so their names are left open."""
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.log_group_arn])


def send_traces(*more: str) -> iam.PolicyStatement:
    """Send X-Ray traces. X-Ray has no resources to name: these actions, and the ``more``, accept "*" only."""
    return allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments", *more], ["*"])
