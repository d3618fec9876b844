"""Tells analysts, partners, the dashboard and the check for missing files what became of files, beside processing."""

import json
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from etl.constructs.function import FunctionBasis, PipelineFunction
from etl.constructs.shared import allow, make_queue, write_with
from pipeline.constants import FILE_TOTALS, FILES, FINISHED, REPORTS

RETRIES: Final = 10
"""How often an outcome is tried again. Meanwhile the stream's later outcomes wait; without a bound, for a day."""

BATCH_SIZE: Final = 500
"""Changes in one call: more than a batch of files makes, so that the window ends before it is full."""

BATCH_WINDOW: Final = Duration.seconds(30)
"""How long the stream's changes are gathered: a file's figures on overlaps, which come some seconds after its outcome,
are in the same call as a rule, which writes of each file the latest only."""


class Recording(Construct):
    """A function behind the audit table's stream, which hears of outcomes only.

    A failure here holds up no file. An outcome that cannot be recorded is tried again some times, while the others of
    its batch are written. Then its batch is named in the queue of failures, and the stream goes on;
    ``etl replay --outcomes`` has those outcomes recorded again, from the audit table.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        basis: FunctionBasis,
        *,
        audit_table: dynamodb.Table,
        registry_table: dynamodb.ITable,
        processed: s3.IBucket,
    ) -> None:
        super().__init__(scope, construct_id)
        stream = str(audit_table.table_stream_arn)
        self.failures = make_queue(
            self, "Failures", name=basis.names.physical_name("queue", "record-failures"), key=basis.key
        )
        self.function = PipelineFunction(
            self,
            "Record",
            basis,
            purpose="record",
            description="Writes each file's outcome where analysts, partners and the dashboard find it",
            statements=[
                allow(
                    [
                        "dynamodb:DescribeStream",
                        "dynamodb:GetRecords",
                        "dynamodb:GetShardIterator",
                        "dynamodb:ListStreams",
                    ],
                    [stream],
                ),
                # Lambda sends the failures in the function's name.
                allow(["sqs:SendMessage"], [self.failures.queue_arn]),
                allow(["dynamodb:UpdateItem"], [registry_table.table_arn]),
                write_with(basis.key),
                allow(["s3:GetObject"], [processed.arn_for_objects(f"{REPORTS}*.json")]),
                # Without it, S3 answers 403 and not 404 for a report that somebody has deleted.
                allow(["s3:ListBucket"], [processed.bucket_arn]),
                allow(
                    ["s3:PutObject"],
                    [
                        *(processed.arn_for_objects(f"{prefix}*") for prefix in (FILES, FILE_TOTALS)),
                        processed.arn_for_objects(f"{REPORTS}*.html"),
                    ],
                ),
            ],
            environment={
                "PROCESSED_BUCKET": processed.bucket_name,
                "REGISTRY_TABLE": registry_table.table_name,
            },
        ).function
        outcome = {"dynamodb": {"NewImage": {"status": {"S": sorted(FINISHED)}}}}
        lambda_.CfnEventSourceMapping(
            self,
            "AuditStreamMapping",
            function_name=self.function.function_name,
            event_source_arn=stream,
            starting_position="TRIM_HORIZON",
            batch_size=BATCH_SIZE,
            maximum_batching_window_in_seconds=int(BATCH_WINDOW.to_seconds()),
            function_response_types=["ReportBatchItemFailures"],
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=RETRIES,
            destination_config=lambda_.CfnEventSourceMapping.DestinationConfigProperty(
                on_failure=lambda_.CfnEventSourceMapping.OnFailureProperty(destination=self.failures.queue_arn)
            ),
            filter_criteria=lambda_.CfnEventSourceMapping.FilterCriteriaProperty(
                filters=[lambda_.CfnEventSourceMapping.FilterProperty(pattern=json.dumps(outcome))]
            ),
        )
