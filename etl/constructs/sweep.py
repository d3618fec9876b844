"""The sweep: one schedule and one function that finds what no event has brought."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from etl.constructs.function import FunctionBasis, PipelineFunction
from etl.constructs.shared import allow, call_on_schedule, write_with
from pipeline.constants import STATUS_INDEX

EVERY: Final = Duration.minutes(15)


class SweepFunction(Construct):
    """Queues uploads without a row and files without an outcome again, once each (decision 0036)."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        basis: FunctionBasis,
        *,
        raw: s3.IBucket,
        audit_table: dynamodb.ITable,
        registry_table: dynamodb.ITable,
        batching_queue: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = PipelineFunction(
            self,
            "RequeueLost",
            basis,
            purpose="requeue-lost",
            description="Queues uploads without a row and files without an outcome again",
            statements=[
                allow(["s3:ListBucketVersions"], [raw.bucket_arn]),
                allow(["dynamodb:BatchGetItem"], [audit_table.table_arn]),
                allow(["dynamodb:Query"], [f"{audit_table.table_arn}/index/{STATUS_INDEX}"]),
                allow(["dynamodb:GetItem", "dynamodb:PutItem"], [registry_table.table_arn]),
                allow(["sqs:GetQueueAttributes", "sqs:SendMessage"], [batching_queue.queue_arn]),
                write_with(basis.key),
            ],
            environment={
                "RAW_BUCKET": raw.bucket_name,
                "AUDIT_TABLE": audit_table.table_name,
                "REGISTRY_TABLE": registry_table.table_name,
                "BATCHING_QUEUE": batching_queue.queue_url,
            },
        ).function
        call_on_schedule(
            self,
            self.function,
            events.Schedule.rate(EVERY),
            name=basis.names.physical_name("rule", "requeue-lost"),
            description=f"Looks for lost files every {EVERY.to_minutes()} minutes",
        )
