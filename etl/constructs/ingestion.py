"""How uploads reach the state machine: at once when large, in batches through a queue when small."""

from collections.abc import Sequence
from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from etl.config import Settings
from etl.constructs.function import TIMEOUT, FunctionBasis, PipelineFunction
from etl.constructs.shared import allow, let_rule_send, make_queue, make_role, queue_for_rule
from etl.names import Names
from etl.workflow.definition import BATCH, COMPARABLE_BYTES, DIRECT, LARGE, SETTLE
from pipeline.constants import EXTENSIONS

MAX_RECEIVE_COUNT: Final = 5
"""Lambda's recommendation for a queue that it reads (Lambda developer guide, "Using Lambda with Amazon SQS")."""

VISIBILITY_TIMEOUTS: Final = 6
"""The same guide: six times the function's time limit, and the batching window. ``come_back_soon`` brings messages
that could not be started back inside the 15 minutes."""

LARGE_REASONS: Final = ("CompleteMultipartUpload", "CopyObject")
"""How objects beyond the bound come about (S3 user guide, "Using EventBridge"). One that a single request puts has at
most 5 GiB, and that is the remainder which no rule takes: from the bound on."""

DELIVERY_RETRIES: Final = 3
DELIVERY_AGE: Final = Duration.minutes(10)
"""How long, and how often, EventBridge tries to deliver an event before it goes to the dead-letter queue."""


class BatchingQueue(Construct):
    """The queue that gathers small uploads, and events that are to be looked at again."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        settings: Settings,
        key: kms.IKey,
        dead_letter_queue: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = make_queue(
            self,
            "Queue",
            name=names.physical_name("queue", "batching"),
            key=key,
            visibility_timeout=Duration.seconds(
                VISIBILITY_TIMEOUTS * TIMEOUT.to_seconds() + settings.batch_window_seconds
            ),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letter_queue, max_receive_count=MAX_RECEIVE_COUNT),
        )


class Ingestion(Construct):
    """The rules, and the function that starts batches.

    An upload matches the rule of its size. EventBridge compares numbers within a bound only, so one rule more takes
    whatever was made of parts or copied, as every object beyond 5 GB is, and the state machine lets go of what the
    other rules have taken. What no rule has taken is found by ``SweepFunction``.

    EventBridge Pipes would start batches without a function, but a pipe hands a Standard workflow its batch and
    forgets it: no partial failure, no split of a batch that is too large for an execution's input.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        basis: FunctionBasis,
        *,
        raw: s3.IBucket,
        state_machine: sfn.IStateMachine,
        large_files_machine: sfn.IStateMachine,
        batching_queue: sqs.Queue,
        dead_letter_queue: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self._queue = batching_queue
        self.dispatch = self._dispatch(basis, state_machine)
        role = make_role(
            self,
            "RulesRole",
            name=basis.names.physical_name("role", "rules"),
            service="events",
            policy="rules",
            statements=[allow(["states:StartExecution"], [state_machine.state_machine_arn])],
        ).without_policy_updates()

        def start(message: dict[str, Any]) -> targets.SfnStateMachine:
            return targets.SfnStateMachine(
                state_machine,
                input=events.RuleTargetInput.from_object(message),
                role=role,
                dead_letter_queue=dead_letter_queue,
                retry_attempts=DELIVERY_RETRIES,
                max_event_age=DELIVERY_AGE,
            )

        threshold = basis.settings.direct_threshold_bytes
        events.Rule(
            self,
            "Direct",
            rule_name=basis.names.physical_name("rule", "direct"),
            description=f"Starts an execution for each upload of {threshold} bytes and more",
            event_pattern=_uploads(raw, size=[">=", threshold]),
            targets=[start({"route": DIRECT, "files": [_file_event()]})],
        )
        events.Rule(
            self,
            "Large",
            rule_name=basis.names.physical_name("rule", "large"),
            description=f"Starts an execution that processes an upload of more than {COMPARABLE_BYTES} bytes",
            event_pattern=_uploads(raw, reasons=LARGE_REASONS),
            targets=[start({"route": LARGE, "files": [_file_event()]})],
        )
        batch = events.Rule(
            self,
            "Batch",
            rule_name=basis.names.physical_name("rule", "batch"),
            description=f"Queues each upload below {threshold} bytes",
            event_pattern=_uploads(raw, size=["<", threshold]),
            targets=[
                targets.SqsQueue(
                    queue_for_rule(self, self._queue),
                    message=events.RuleTargetInput.from_object(_file_event()),
                    dead_letter_queue=dead_letter_queue,
                    retry_attempts=DELIVERY_RETRIES,
                    max_event_age=DELIVERY_AGE,
                )
            ],
        )
        let_rule_send(batch, self._queue, sid="BatchRuleSends")
        events.Rule(
            self,
            "Settle",
            rule_name=basis.names.physical_name("rule", "settle"),
            description="Settles the files of an execution that timed out, was aborted or failed",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "stateMachineArn": [state_machine.state_machine_arn, large_files_machine.state_machine_arn],
                    "status": ["ABORTED", "FAILED", "TIMED_OUT"],
                },
            ),
            targets=[
                start({"route": SETTLE, "ended": events.EventField.from_path("$.detail")}),
            ],
        )

    def _dispatch(self, basis: FunctionBasis, state_machine: sfn.IStateMachine) -> lambda_.Function:
        function = PipelineFunction(
            self,
            "Dispatch",
            basis,
            purpose="dispatch",
            description="Starts one execution for each batch of small files",
            statements=[
                allow(
                    [
                        "sqs:ChangeMessageVisibility",
                        "sqs:DeleteMessage",
                        "sqs:GetQueueAttributes",
                        "sqs:ReceiveMessage",
                    ],
                    [self._queue.queue_arn],
                ),
                allow(["states:StartExecution"], [state_machine.state_machine_arn]),
            ],
            environment={
                "STATE_MACHINE_ARN": state_machine.state_machine_arn,
                "BATCHING_QUEUE": self._queue.queue_url,
                "BATCH_ROUTE": BATCH,
                "DIRECT_ROUTE": DIRECT,
                "SETTLE_ROUTE": SETTLE,
                "DIRECT_THRESHOLD_BYTES": str(basis.settings.direct_threshold_bytes),
            },
        ).function
        lambda_.EventSourceMapping(
            self,
            "BatchingQueueMapping",
            target=function,
            event_source_arn=self._queue.queue_arn,
            batch_size=basis.settings.batch_size,
            max_batching_window=Duration.seconds(basis.settings.batch_window_seconds),
            report_batch_item_failures=True,
        )
        return function


def _uploads(
    bucket: s3.IBucket, *, size: list[str | int] | None = None, reasons: Sequence[str] = ()
) -> events.EventPattern:
    return events.EventPattern(
        source=["aws.s3"],
        detail_type=["Object Created"],
        detail={
            "bucket": {"name": [bucket.bucket_name]},
            "object": {
                "key": [{"suffix": {"equals-ignore-case": extension}} for extension in EXTENSIONS],
                **({"size": [{"numeric": size}]} if size else {}),
            },
            **({"reason": list(reasons)} if reasons else {}),
        },
    )


def _file_event() -> dict[str, str]:
    """Name one upload: the batching queue's message, and an entry of an execution's ``files``.

    S3's object is handed on whole (key, version-id, sequencer, etag, size): as JSON, no character of a key can break
    the template, and a field that is missing stays missing.
    """
    return {
        "bucket": events.EventField.from_path("$.detail.bucket.name"),
        "object": events.EventField.from_path("$.detail.object"),
        "uploaded_at": events.EventField.from_path("$.time"),
    }
