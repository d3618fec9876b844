"""The state machine, its log group and its role."""

import json
from typing import Final

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from etl.config import Settings
from etl.constructs.shared import LOG_RETENTION, allow, read_with, send_traces, write_with
from etl.names import REGION, Names
from etl.workflow.asl import Resources
from etl.workflow.definition import EXECUTION_TIMEOUT_SECONDS, build_definition

_DATA_KEY_REUSE: Final = Duration.minutes(15)
"""The longest that Step Functions allows: the fewest calls of KMS."""


class Workflow(Construct):
    """The Standard state machine that both routes start, logged in full (requirement M3)."""

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
        alert_topic: sns.ITopic,
        batching_queue: sqs.IQueue,
        dead_letter_queue: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        name = names.physical_name("state-machine", "files")
        log_group = logs.LogGroup(
            self,
            "Logs",
            # AWS asks for this prefix: without it, many log groups can outgrow the resource policy of log delivery.
            log_group_name=f"/aws/vendedlogs/states/{name}",
            retention=LOG_RETENTION,
            encryption_key=key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.arn = f"arn:{Aws.PARTITION}:states:{REGION}:{Aws.ACCOUNT_ID}:stateMachine:{name}"
        executions = f"arn:{Aws.PARTITION}:states:{REGION}:{Aws.ACCOUNT_ID}:execution:{name}"
        role = iam.Role(
            self,
            "Role",
            role_name=names.physical_name("role", "state-machine"),
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            inline_policies={
                "state-machine": iam.PolicyDocument(
                    statements=[
                        allow(
                            ["lambda:InvokeFunction"],
                            [validate.function_arn, transform.function_arn, publish.function_arn],
                        ),
                        allow(
                            ["dynamodb:ConditionCheckItem", "dynamodb:GetItem"],
                            [audit_table.table_arn],
                        ),
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
                        # The Distributed Map starts children of this machine and asks after them. Their ids are
                        # made by Step Functions, so nobody can name them beforehand.
                        allow(["states:StartExecution"], [self.arn]),
                        allow(["states:DescribeExecution", "states:StopExecution"], [f"{executions}/*"]),
                        # Of an execution that ended badly, the files are read from its input. EventBridge names them.
                        allow(["states:DescribeExecution"], [f"{executions}:*"]),
                        _deliver_logs(),
                        send_traces("xray:GetSamplingRules", "xray:GetSamplingTargets"),
                    ]
                )
            },
        )
        definition = build_definition(
            Resources(
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
            ),
            batch_concurrency=settings.batch_concurrency,
        )
        self.state_machine = sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_name=name,
            state_machine_type=sfn.StateMachineType.STANDARD,
            # Not CDK's own serializer: it drops nulls, and with them every "ResultPath": null, which discards a result.
            definition_body=sfn.DefinitionBody.from_string(json.dumps(definition)),
            timeout=Duration.seconds(EXECUTION_TIMEOUT_SECONDS),
            role=role.without_policy_updates(),
            encryption_configuration=sfn.CustomerManagedEncryptionConfiguration(key, _DATA_KEY_REUSE),
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
