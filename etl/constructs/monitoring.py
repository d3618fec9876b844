"""The alarms. Each one that fires, and each that recovers, sends a message to the alert topic.

Every alarm's description ends with the section of the runbook that says what it means and what to do.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_glue as glue
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from etl.names import Names
from pipeline.constants import (
    CONFLICTS_METRIC,
    LARGE_LATENCY_METRIC,
    LARGE_LEASE,
    LATENCY_METRIC,
    MOVED_METRIC,
    REQUEUED_METRIC,
    SERVICE_LEVEL,
)

ERROR_RATE_PERCENT: Final = 5
"""Requirement M2."""

MIN_INVOCATIONS: Final = 5
"""Floor of the error rate: one error in a single call is 100 percent, and no pattern."""

SCHEDULED_MIN_INVOCATIONS: Final = 3
"""Floor for what a schedule calls: once, and Lambda twice more after an error (Lambda developer guide, asynchronous
invocation). A check that failed every time is alerted."""

RUNBOOK: Final = "docs/runbook.md"
_QUEUE_AGE_LIMIT: Final = Duration.minutes(10)
_STREAM_AGE_LIMIT: Final = Duration.minutes(15)
_OVERLAPS_AGE_LIMIT: Final = Duration.minutes(15)
_PERIOD: Final = Duration.minutes(5)
_NIGHTLY: Final = Duration.days(1)
"""The period of what is measured once a night: the alarm lasts until a night finds nothing."""


class Monitoring(Construct):
    """Alarms on the functions, the state machine, the queues, the service level and the crawler."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        topic: sns.Topic,
        functions: Mapping[str, lambda_.IFunction],
        scheduled: Collection[str],
        state_machine: sfn.StateMachine,
        large_files_machine: sfn.StateMachine,
        batching_queue: sqs.IQueue,
        dead_letter_queue: sqs.IQueue,
        record_failures: sqs.IQueue,
        overlaps_queue: sqs.IQueue,
        overlaps_dead_letter_queue: sqs.IQueue,
        crawler: glue.CfnCrawler,
    ) -> None:
        super().__init__(scope, construct_id)
        self._names = names
        self._action = actions.SnsAction(topic)
        self.alarm_names: list[str] = []
        for purpose, function in functions.items():
            self._alarm(
                f"errors-{purpose}",
                "function-errors",
                f"More than {ERROR_RATE_PERCENT}% of the calls of {purpose} end in an error.",
                _error_rate(function, floor=SCHEDULED_MIN_INVOCATIONS if purpose in scheduled else MIN_INVOCATIONS),
                threshold=ERROR_RATE_PERCENT,
            )
            self._alarm(
                f"throttles-{purpose}",
                "function-throttles",
                f"Calls of {purpose} are throttled: the account's concurrency is used up.",
                function.metric_throttles(period=_PERIOD, statistic="Sum"),
                threshold=0,
            )
        self._alarms_on_executions(state_machine)
        self._alarms_on_executions(large_files_machine, kind="large-")
        self._alarm(
            "files-requeued",
            "files-requeued",
            "A file had no row, or no outcome, long after its event was due. It was queued again.",
            cloudwatch.Metric(
                namespace=names.stack,
                metric_name=REQUEUED_METRIC,
                dimensions_map={"service": "requeue-lost"},
                period=_PERIOD,
                statistic="Sum",
            ),
            threshold=0,
        )
        self._alarm(
            "queue-age",
            "queue-age",
            f"A file has waited in the batching queue for more than {_QUEUE_AGE_LIMIT.to_minutes()} minutes.",
            batching_queue.metric_approximate_age_of_oldest_message(period=_PERIOD, statistic="Maximum"),
            threshold=_QUEUE_AGE_LIMIT.to_seconds(),
        )
        self._alarm(
            "dead-letters",
            "dead-letters",
            "Files wait in the dead-letter queue for replay.",
            dead_letter_queue.metric_approximate_number_of_messages_visible(period=_PERIOD, statistic="Maximum"),
            threshold=0,
        )
        self._alarm_on_latency(
            "latency",
            f"A file took longer than {SERVICE_LEVEL // timedelta(minutes=1)} minutes",
            metric_name=LATENCY_METRIC,
            limit=SERVICE_LEVEL,
        )
        self._alarm_on_latency(
            "large-latency",
            f"A large file took longer than {LARGE_LEASE // timedelta(hours=1)} hours",
            metric_name=LARGE_LATENCY_METRIC,
            limit=LARGE_LEASE,
        )
        self._alarm(
            "record-age",
            "record-age",
            f"Outcomes wait for more than {_STREAM_AGE_LIMIT.to_minutes()} minutes to be recorded for analysts.",
            functions["record"].metric("IteratorAge", period=_PERIOD, statistic="Maximum"),
            threshold=_STREAM_AGE_LIMIT.to_milliseconds(),
        )
        self._alarm(
            "record-failures",
            "record-failures",
            "Outcomes could not be recorded for analysts, and wait to be recorded again.",
            record_failures.metric_approximate_number_of_messages_visible(period=_PERIOD, statistic="Maximum"),
            threshold=0,
        )
        self._alarm(
            "overlaps-age",
            "overlaps-age",
            f"A completed file has waited for more than {_OVERLAPS_AGE_LIMIT.to_minutes()} minutes to be looked for in "
            "other files.",
            overlaps_queue.metric_approximate_age_of_oldest_message(period=_PERIOD, statistic="Maximum"),
            threshold=_OVERLAPS_AGE_LIMIT.to_seconds(),
        )
        self._alarm(
            "overlaps-dead-letters",
            "overlaps-dead-letters",
            "Completed files were not looked for in other files, and will not be until somebody moves their messages.",
            overlaps_dead_letter_queue.metric_approximate_number_of_messages_visible(
                period=_PERIOD, statistic="Maximum"
            ),
            threshold=0,
        )
        self._alarm(
            "conflicts",
            "conflicts",
            "A completed file has transactions that another file has with another amount or currency.",
            cloudwatch.Metric(
                namespace=names.stack,
                metric_name=CONFLICTS_METRIC,
                dimensions_map={"service": "find-overlaps"},
                period=_PERIOD,
                statistic="Sum",
            ),
            threshold=0,
        )
        self._alarm(
            "moved-dates",
            "moved-dates",
            "Transactions of the last weeks stand under two booking dates, and may count twice.",
            cloudwatch.Metric(
                namespace=names.stack,
                metric_name=MOVED_METRIC,
                dimensions_map={"service": "check-dates"},
                period=_NIGHTLY,
                statistic="Maximum",
            ),
            threshold=0,
        )
        events.Rule(
            self,
            "CrawlerFailed",
            rule_name=names.physical_name("rule", "crawler-failed"),
            description="Alerts when a crawl fails",
            event_pattern=events.EventPattern(
                source=["aws.glue"],
                detail_type=["Glue Crawler State Change"],
                detail={"crawlerName": [crawler.name], "state": ["Failed"]},
            ),
            targets=[
                targets.SnsTopic(
                    topic,
                    message=events.RuleTargetInput.from_text(
                        f"The crawler {crawler.name} failed: {events.EventField.from_path('$.detail.errorMessage')}. "
                        "Published rows stay queryable; only partitions added by hand may be missing. "
                        f"See {RUNBOOK}#crawler-failed"
                    ),
                    dead_letter_queue=dead_letter_queue,
                )
            ],
        )

    def _alarm_on_latency(self, purpose: str, late: str, *, metric_name: str, limit: timedelta) -> None:
        self._alarm(
            purpose,
            "latency",
            f"{late} from its upload to its outcome.",
            cloudwatch.Metric(
                namespace=self._names.stack,
                metric_name=metric_name,
                dimensions_map={"service": "record"},
                period=_PERIOD,
                statistic="Maximum",
            ),
            threshold=limit.total_seconds(),
        )

    def _alarms_on_executions(self, machine: sfn.StateMachine, *, kind: str = "") -> None:
        execution = "A large execution" if kind else "An execution"
        settled = "its files are settled as failed"
        for end, section, what, metric in (
            (
                "failed",
                "executions-failed",
                "failed: a file's failure may be neither kept nor recorded",
                machine.metric_failed,
            ),
            (
                "timed-out",
                "executions-timed-out",
                f"reached its time limit; {settled}",
                machine.metric_timed_out,
            ),
            ("aborted", "executions-failed", f"was aborted; {settled}", machine.metric_aborted),
        ):
            self._alarm(
                f"{kind}executions-{end}",
                section,
                f"{execution} {what}.",
                metric(period=_PERIOD, statistic="Sum"),
                threshold=0,
            )

    def _alarm(
        self, purpose: str, section: str, description: str, metric: cloudwatch.IMetric, *, threshold: float
    ) -> None:
        name = self._names.physical_name("alarm", purpose)
        alarm = cloudwatch.Alarm(
            self,
            purpose.title().replace("-", ""),
            alarm_name=name,
            alarm_description=f"{description} See {RUNBOOK}#{section}",
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)
        self.alarm_names.append(name)


def _error_rate(function: lambda_.IFunction, *, floor: int) -> cloudwatch.MathExpression:
    return cloudwatch.MathExpression(
        label="errors in percent of invocations",
        expression=f"IF(invocations >= {floor}, 100 * errors / invocations, 0)",
        using_metrics={
            "errors": function.metric_errors(period=_PERIOD, statistic="Sum"),
            "invocations": function.metric_invocations(period=_PERIOD, statistic="Sum"),
        },
        period=_PERIOD,
    )
