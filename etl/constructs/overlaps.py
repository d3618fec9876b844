"""Tells how many of a completed file's rows other files have too, beside processing."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from etl.constructs.function import TIMEOUT, FunctionBasis, PipelineFunction
from etl.constructs.shared import allow, let_rule_send, make_queue, queue_for_rule
from etl.workflow.notification import PROCESSED_EVENT
from pipeline.constants import MANIFESTS, TRANSACTIONS

BATCH_SIZE: Final = 10
"""Files in one call: several large ones fit into its time."""

BATCH_WINDOW: Final = Duration.seconds(5)
"""How long files are gathered for a call."""

MAX_RECEIVE_COUNT: Final = 1000
"""The most that SQS allows. A message that fails comes again every five minutes, for three and a half days at least."""

MAX_CONCURRENCY: Final = 10
"""Calls at once. A burst of files leaves the account's concurrency to the functions that process them."""


class OverlapFunction(Construct):
    """A function behind a queue of completed files.

    A failure here holds up no file. Its message comes again for days, and an alarm goes off meanwhile: once the cause
    is mended, the figures come by themselves. What fails longer, and what EventBridge cannot deliver, waits in a
    dead-letter queue of its own, since it is no file to be replayed.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        basis: FunctionBasis,
        *,
        audit_table: dynamodb.ITable,
        processed: s3.IBucket,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letter_queue = make_queue(
            self,
            "DeadLetterQueue",
            name=basis.names.physical_name("queue", "overlaps-dead-letter"),
            key=basis.key,
        )
        self.queue = make_queue(
            self,
            "Queue",
            name=basis.names.physical_name("queue", "overlaps"),
            key=basis.key,
            visibility_timeout=TIMEOUT,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letter_queue, max_receive_count=MAX_RECEIVE_COUNT),
        )
        self.function = PipelineFunction(
            self,
            "FindOverlaps",
            basis,
            purpose="find-overlaps",
            description="Counts the rows of completed files that other files have too",
            statements=[
                allow(["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], [self.queue.queue_arn]),
                allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], [audit_table.table_arn]),
                allow(
                    ["s3:GetObject"],
                    [processed.arn_for_objects(f"{prefix}*") for prefix in (MANIFESTS, TRANSACTIONS)],
                ),
                # It lists partitions; and without it, S3 answers 403 and not 404 for an object that is superseded.
                allow(["s3:ListBucket"], [processed.bucket_arn]),
            ],
            environment={
                "PROCESSED_BUCKET": processed.bucket_name,
                "AUDIT_TABLE": audit_table.table_name,
            },
            scratch_space=True,
        ).function
        lambda_.EventSourceMapping(
            self,
            "OverlapsQueueMapping",
            target=self.function,
            event_source_arn=self.queue.queue_arn,
            batch_size=BATCH_SIZE,
            max_batching_window=BATCH_WINDOW,
            max_concurrency=MAX_CONCURRENCY,
            report_batch_item_failures=True,
        )
        self._queue_completed_files(basis)

    def _queue_completed_files(self, basis: FunctionBasis) -> None:
        rule = events.Rule(
            self,
            "Completed",
            rule_name=basis.names.physical_name("rule", "overlaps"),
            description="Queues each completed file, whose rows other files may have too",
            event_pattern=events.EventPattern(source=[basis.names.stack], detail_type=[PROCESSED_EVENT]),
            targets=[
                # The event as it is: so EventBridge keeps what it cannot deliver, and either can be moved to the queue.
                targets.SqsQueue(queue_for_rule(self, self.queue), dead_letter_queue=self.dead_letter_queue)
            ],
        )
        let_rule_send(rule, self.queue, sid="CompletedRuleSends")
