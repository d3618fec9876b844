"""The dashboard: what came of the files, how fast, what waits, what fails, and what drives the cost."""

from collections.abc import Mapping, Sequence
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from etl.names import Names
from pipeline.constants import (
    ACCEPTED_METRIC,
    CONFLICTS_METRIC,
    FILES_METRIC,
    FINISHED,
    LATENCY_METRIC,
    MOVED_METRIC,
    REJECTED_METRIC,
    SERVICE_LEVEL,
    FileStatus,
)

_PERIOD: Final = Duration.minutes(5)
_WIDTH: Final = 8
_HEIGHT: Final = 6
_COLOURS: Final = {
    FileStatus.COMPLETED: "#1d8102",
    FileStatus.DUPLICATE: "#879596",
    FileStatus.FAILED: "#d13212",
    FileStatus.REJECTED: "#ff9900",
    FileStatus.SUPERSEDED: "#527fff",
    FileStatus.WITHDRAWN: "#8c4fff",
}
"""Colours of outcomes: green needs no attention, red and orange do. CloudWatch chooses the colour of any other."""


class Dashboard(Construct):
    """One CloudWatch dashboard, three graphs to a row, the alarms on top."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        functions: Mapping[str, lambda_.Function],
        state_machine: sfn.StateMachine,
        large_files_machine: sfn.StateMachine,
        batching_queue: sqs.IQueue,
        dead_letter_queue: sqs.IQueue,
        overlaps_queue: sqs.IQueue,
        overlaps_dead_letter_queue: sqs.IQueue,
        record_failures: sqs.IQueue,
        audit_table: dynamodb.Table,
        workgroup: str,
        alarms: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._namespace = names.stack
        machine = state_machine.state_machine_arn
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=names.physical_name("dashboard", "pipeline"),
            widgets=[
                [cloudwatch.AlarmStatusWidget(title="Alarms", width=24, height=4, alarms=self._by_name(alarms))],
                [
                    self._files(),
                    self._rows("Rows accepted by partner", ACCEPTED_METRIC),
                    self._rows("Rows rejected by partner", REJECTED_METRIC),
                ],
                [
                    self._latency(),
                    _queue("Batching queue", batching_queue),
                    _graph(
                        "Dead letters",
                        dead_letter_queue.metric_approximate_number_of_messages_visible(
                            statistic="Maximum", label="files to be replayed"
                        ),
                        overlaps_dead_letter_queue.metric_approximate_number_of_messages_visible(
                            statistic="Maximum", label="files to be looked for in others"
                        ),
                        record_failures.metric_approximate_number_of_messages_visible(
                            statistic="Maximum", label="batches of outcomes to be recorded"
                        ),
                    ),
                ],
                [
                    _queue("Overlaps queue", overlaps_queue),
                    self._conflicts(),
                    _graph(
                        "Executions",
                        state_machine.metric_started(statistic="Sum", label="started"),
                        state_machine.metric_failed(statistic="Sum", label="failed"),
                        state_machine.metric_timed_out(statistic="Sum", label="timed out"),
                        large_files_machine.metric_started(statistic="Sum", label="large files started"),
                        large_files_machine.metric_failed(statistic="Sum", label="large files failed"),
                        large_files_machine.metric_timed_out(statistic="Sum", label="large files timed out"),
                    ),
                ],
                [
                    _graph("Function duration, p95, ms", *_each(functions, "Duration", "p95")),
                    _memory(functions),
                    _graph(
                        "Function errors and throttles",
                        *_each(functions, "Errors", "Sum", "errors"),
                        *_each(functions, "Throttles", "Sum", "throttles"),
                    ),
                ],
                [
                    _graph("Cost: function time, ms", *_each(functions, "Duration", "Sum")),
                    _graph(
                        "Cost: the rest",
                        _of_machine(machine, "ExpressExecutionBilledDuration", "Express ms"),
                        audit_table.metric_consumed_write_capacity_units(statistic="Sum", label="audit writes"),
                        right=cloudwatch.Metric(
                            namespace="AWS/Athena",
                            metric_name="ProcessedBytes",
                            dimensions_map={"WorkGroup": workgroup},
                            statistic="Sum",
                            label="Athena bytes",
                            period=_PERIOD,
                        ),
                    ),
                ],
            ],
        )

    def _by_name(self, names: Sequence[str]) -> list[cloudwatch.IAlarm]:
        # Not by reference: the dashboard must deploy even where one of the alarms is omitted.
        return [cloudwatch.Alarm.from_alarm_name(self, name, name) for name in names]

    def _files(self) -> cloudwatch.GraphWidget:
        return _graph(
            "Files by outcome",
            *(
                cloudwatch.Metric(
                    namespace=self._namespace,
                    metric_name=FILES_METRIC,
                    dimensions_map={"service": "record", "status": status},
                    statistic="Sum",
                    label=status,
                    color=_COLOURS.get(status),
                    period=_PERIOD,
                )
                for status in sorted(FINISHED)
            ),
            stacked=True,
        )

    def _conflicts(self) -> cloudwatch.GraphWidget:
        shown = (
            (CONFLICTS_METRIC, "find-overlaps", "Sum", "other amount or currency elsewhere"),
            (MOVED_METRIC, "check-dates", "Maximum", "under two booking dates, every night"),
        )
        return _graph(
            "Conflicting rows",
            *(
                cloudwatch.Metric(
                    namespace=self._namespace,
                    metric_name=metric,
                    dimensions_map={"service": service},
                    statistic=statistic,
                    label=label,
                    period=_PERIOD,
                )
                for metric, service, statistic, label in shown
            ),
        )

    def _rows(self, title: str, metric: str) -> cloudwatch.GraphWidget:
        search = f"SEARCH('{{\"{self._namespace}\",partner,service}} MetricName=\"{metric}\"', 'Sum', 300)"
        return cloudwatch.GraphWidget(
            title=title,
            width=_WIDTH,
            height=_HEIGHT,
            stacked=True,
            left=[cloudwatch.MathExpression(expression=search, label="", using_metrics={}, period=_PERIOD)],
        )

    def _latency(self) -> cloudwatch.GraphWidget:
        limit = SERVICE_LEVEL.total_seconds()
        return cloudwatch.GraphWidget(
            title="Upload to outcome, seconds",
            width=_WIDTH,
            height=_HEIGHT,
            left=[
                cloudwatch.Metric(
                    namespace=self._namespace,
                    metric_name=LATENCY_METRIC,
                    dimensions_map={"service": "record"},
                    statistic=statistic,
                    label=statistic,
                    period=_PERIOD,
                )
                for statistic in ("p50", "p95", "p99")
            ],
            left_annotations=[cloudwatch.HorizontalAnnotation(value=limit, label="service level", color="#d13212")],
        )


def _queue(title: str, queue: sqs.IQueue) -> cloudwatch.GraphWidget:
    return _graph(
        title,
        queue.metric_approximate_number_of_messages_visible(statistic="Maximum", label="files"),
        right=queue.metric_approximate_age_of_oldest_message(statistic="Maximum", label="age of the oldest, s"),
    )


def _graph(
    title: str, *left: cloudwatch.IMetric, right: cloudwatch.IMetric | None = None, stacked: bool = False
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title,
        width=_WIDTH,
        height=_HEIGHT,
        left=list(left),
        right=[right] if right else None,
        stacked=stacked,
        period=_PERIOD,
    )


def _each(
    functions: Mapping[str, lambda_.Function], metric: str, statistic: str, what: str = ""
) -> list[cloudwatch.IMetric]:
    return [
        function.metric(metric, statistic=statistic, label=f"{purpose} {what}".strip(), period=_PERIOD)
        for purpose, function in functions.items()
    ]


def _memory(functions: Mapping[str, lambda_.Function]) -> cloudwatch.LogQueryWidget:
    """Read it from the report that Lambda logs after each call: Lambda has no metric of it."""
    return cloudwatch.LogQueryWidget(
        title="Function memory, MB at most",
        width=_WIDTH,
        height=_HEIGHT,
        view=cloudwatch.LogQueryVisualizationType.LINE,
        log_group_names=[function.log_group.log_group_name for function in functions.values()],
        query_lines=[
            "filter @type = 'REPORT'",
            "stats max(@maxMemoryUsed / 1000 / 1000) as megabytes by bin(5m)",
        ],
    )


def _of_machine(arn: str, metric: str, label: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/States",
        metric_name=metric,
        dimensions_map={"StateMachineArn": arn},
        statistic="Sum",
        label=label,
        period=_PERIOD,
    )
