"""The state machines, their log groups and their roles."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from etl.config import Settings
from etl.constructs.shared import allow, make_log_group, make_role, read_with, send_traces, write_with
from etl.names import REGION, Names
from etl.workflow.asl import Resources
from etl.workflow.definition import (
    EXECUTION_TIMEOUT_SECONDS,
    LARGE_EXECUTION_TIMEOUT_SECONDS,
    build_definition,
    build_large_files_definition,
)

_DATA_KEY_REUSE: Final = Duration.minutes(15)
"""The longest that Step Functions allows: the fewest calls of KMS."""


@dataclass(frozen=True, kw_only=True)
class _Machine:
    """What tells one state machine from the other. ``prefix`` begins its constructs' ids, ``purpose`` ends its name."""

    prefix: str
    purpose: str
    role: str
    timeout_seconds: int
    statements: Sequence[iam.PolicyStatement]
    definition: Mapping[str, Any]


class Workflow(Construct):
    """The Standard state machine that all routes start, and that for large files; both are logged in full (M3).

    An execution's time limit belongs to its state machine, and a claim must outlive it: so large files, which take
    hours, have one of their own (decision 0047).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        key: kms.IKey,
        settings: Settings,
        audit_table: dynamodb.ITable,
        registry_table: dynamodb.ITable,
        validate: lambda_.IFunction,
        transform: lambda_.IFunction,
        publish: lambda_.IFunction,
        large_files_job: str,
        alert_topic: sns.ITopic,
        batching_queue: sqs.IQueue,
        dead_letter_queue: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self._names = names
        self._key = key
        files, large_files = "files", "large-files"
        resources = Resources(
            suffix=names.suffix,
            event_source=names.stack,
            audit_table=names.physical_name("table", "audit"),
            registry_table=names.physical_name("table", "registry"),
            validate_function=validate.function_arn,
            transform_function=transform.function_arn,
            publish_function=publish.function_arn,
            alert_topic=alert_topic.topic_arn,
            batching_queue_url=batching_queue.queue_url,
            dead_letter_queue_url=dead_letter_queue.queue_url,
            large_files_machine=self._arn("stateMachine", large_files),
            large_files_job=large_files_job,
        )
        # Of either, as both run the chain of a file.
        statements = [
            allow(
                ["lambda:InvokeFunction"],
                [validate.function_arn, transform.function_arn, publish.function_arn],
            ),
            allow(["dynamodb:ConditionCheckItem", "dynamodb:GetItem"], [audit_table.table_arn]),
            allow(["dynamodb:UpdateItem"], [audit_table.table_arn, registry_table.table_arn]),
            allow(["dynamodb:GetItem", "dynamodb:PutItem"], [registry_table.table_arn]),
            allow(["sns:Publish"], [alert_topic.topic_arn]),
            allow(["sqs:SendMessage"], [batching_queue.queue_arn, dead_letter_queue.queue_arn]),
            allow(
                ["events:PutEvents"],
                [f"arn:{Aws.PARTITION}:events:{REGION}:{Aws.ACCOUNT_ID}:event-bus/default"],
            ),
            read_with(key),
            write_with(key),
        ]
        self.state_machine = self._machine(
            _Machine(
                prefix="",
                purpose=files,
                role="state-machine",
                timeout_seconds=EXECUTION_TIMEOUT_SECONDS,
                statements=[
                    *statements,
                    # The Distributed Map starts children of this machine and asks after them. Their ids are made by
                    # Step Functions, so nobody can name them beforehand. A large file's execution is started too.
                    allow(
                        ["states:StartExecution"],
                        [self._arn("stateMachine", files), self._arn("stateMachine", large_files)],
                    ),
                    allow(
                        ["states:DescribeExecution", "states:StopExecution"],
                        [f"{self._arn('execution', files)}/*"],
                    ),
                    # Of an execution that ended badly, the files are read from its input. EventBridge and this state
                    # machine name them.
                    allow(
                        ["states:DescribeExecution"],
                        [f"{self._arn('execution', purpose)}:*" for purpose in (files, large_files)],
                    ),
                ],
                definition=build_definition(
                    resources,
                    batch_concurrency=settings.batch_concurrency,
                    large_threshold_bytes=settings.large_threshold_bytes,
                ),
            )
        )
        job = f"arn:{Aws.PARTITION}:glue:{REGION}:{Aws.ACCOUNT_ID}:job/{large_files_job}"
        self.large_files_machine = self._machine(
            _Machine(
                prefix="LargeFiles",
                purpose=large_files,
                role="large-files",
                timeout_seconds=LARGE_EXECUTION_TIMEOUT_SECONDS,
                statements=[
                    *statements,
                    # What running a job and waiting for it takes (Step Functions developer guide, "AWS Glue").
                    allow(["glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun"], [job]),
                ],
                definition=build_large_files_definition(resources),
            )
        )

    def _arn(self, kind: str, purpose: str) -> str:
        name = self._names.physical_name("state-machine", purpose)
        return f"arn:{Aws.PARTITION}:states:{REGION}:{Aws.ACCOUNT_ID}:{kind}:{name}"

    def _machine(self, machine: _Machine) -> sfn.StateMachine:
        name = self._names.physical_name("state-machine", machine.purpose)
        # AWS asks for this prefix: without it, many log groups can outgrow the resource policy of log delivery.
        log_group = make_log_group(self, f"{machine.prefix}Logs", name=f"/aws/vendedlogs/states/{name}", key=self._key)
        role = make_role(
            self,
            f"{machine.prefix}Role",
            name=self._names.physical_name("role", machine.role),
            service="states",
            policy="state-machine",
            statements=[
                *machine.statements,
                _deliver_logs(),
                send_traces("xray:GetSamplingRules", "xray:GetSamplingTargets"),
            ],
        )
        return sfn.StateMachine(
            self,
            f"{machine.prefix}StateMachine",
            state_machine_name=name,
            state_machine_type=sfn.StateMachineType.STANDARD,
            # Not CDK's own serializer: it drops nulls, and with them every "ResultPath": null, which discards a result.
            definition_body=sfn.DefinitionBody.from_string(json.dumps(machine.definition)),
            timeout=Duration.seconds(machine.timeout_seconds),
            role=role.without_policy_updates(),
            encryption_configuration=sfn.CustomerManagedEncryptionConfiguration(self._key, _DATA_KEY_REUSE),
            logs=sfn.LogOptions(destination=log_group, level=sfn.LogLevel.ALL, include_execution_data=True),
            tracing_enabled=True,
            removal_policy=RemovalPolicy.DESTROY,
        )


def _deliver_logs() -> iam.PolicyStatement:
    """Let Step Functions set up log delivery; AWS accepts no other resource than "*" for these actions."""
    return allow(
        [
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
        ],
        ["*"],
    )
