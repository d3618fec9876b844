"""Checks of CloudWatch: metrics arrive, and every alarm can be evaluated, and reaches people."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from deployment.verification.check import Check, Finding, judge
from deployment.verification.subject import Subject
from deployment.waiting import NotInTimeError, wait_until

_LOOKED_AT: Final = timedelta(hours=1)
_PATIENCE_SECONDS: Final = 900.0
"""A metric is there within minutes, and an alarm looks once in a minute at the latest five."""
_POLL_SECONDS: Final = 5.0
_ALARMS_A_CALL: Final = 100
_ABORTED: Final = "ExecutionsAborted"
_RUNBOOK: Final = "docs/runbook.md"

_DIMENSIONS: Final = {
    "AWS/Lambda": ("FunctionName", "AWS::Lambda::Function"),
    "AWS/States": ("StateMachineArn", "AWS::StepFunctions::StateMachine"),
    "AWS/SQS": ("QueueName", "AWS::SQS::Queue"),
}
"""The dimension under which a service publishes its metrics, and the type of what it names."""

_ARRIVING: Final = ("latency", "throttles-validate", "throttles-publish", "throttles-record")
"""Alarms on metrics of which the files of this run have made values."""


def _alarms(subject: Subject) -> list[dict[str, Any]]:
    client = subject.client("cloudwatch")
    names = subject.stack.physical_ids("AWS::CloudWatch::Alarm")
    parts = (names[start : start + _ALARMS_A_CALL] for start in range(0, len(names), _ALARMS_A_CALL))
    return [
        alarm
        for part in parts
        for page in client.get_paginator("describe_alarms").paginate(AlarmNames=part)
        for alarm in page["MetricAlarms"]
    ]


def _metrics(alarm: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """List the metrics that an alarm reads, each with its namespace, name and dimensions."""
    if "MetricName" in alarm:
        yield alarm
    yield from (query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query)


def _queries(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """Ask for what an alarm reads."""
    if maths := alarm.get("Metrics"):
        return list(maths)
    metric = {name: alarm[name] for name in ("Namespace", "MetricName", "Dimensions")}
    return [{"Id": "m1", "MetricStat": {"Metric": metric, "Period": alarm["Period"], "Stat": alarm["Statistic"]}}]


def _data(subject: Subject, alarm: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC)
    answer: dict[str, Any] = subject.client("cloudwatch").get_metric_data(
        MetricDataQueries=_queries(alarm), StartTime=now - _LOOKED_AT, EndTime=now
    )
    return answer


def _evaluable(subject: Subject) -> Finding:
    def problems() -> list[str]:
        alarms = _alarms(subject)
        missing = set(subject.stack.physical_ids("AWS::CloudWatch::Alarm")) - {alarm["AlarmName"] for alarm in alarms}
        found = [f"{name} does not exist" for name in sorted(missing)]
        for alarm in alarms:
            if state := alarm.get("EvaluationState"):
                found.append(f"{alarm['AlarmName']}: {state}: {alarm.get('StateReason', '')}")
            elif alarm["StateValue"] == "INSUFFICIENT_DATA":
                found.append(f"{alarm['AlarmName']} was never evaluated: {alarm.get('StateReason', '')}")
            elif not alarm["ActionsEnabled"] or not alarm["AlarmActions"]:
                found.append(f"{alarm['AlarmName']} notifies nobody")
        return found

    # An alarm of a stack that has just been deployed is evaluated within minutes.
    left = _patiently(problems)
    count = len(subject.stack.physical_ids("AWS::CloudWatch::Alarm"))
    return judge(left, proof=f"{count} alarms evaluated without an error", cure="deploy again")


def _patiently(problems: Callable[[], list[str]]) -> list[str]:
    """Wait until there are no problems; return those that are still there in the end."""
    latest: list[str] = []

    def look() -> bool:
        latest[:] = problems()
        return not latest

    try:
        wait_until("the alarms are well", look, patience=_PATIENCE_SECONDS, poll=_POLL_SECONDS)
    except NotInTimeError:
        return latest
    return []


def _dimensions(subject: Subject) -> Finding:
    alarms = _alarms(subject)
    services = {
        properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for properties in subject.declared("AWS::Lambda::Function").values()
    }
    metrics = [(alarm["AlarmName"], metric) for alarm in alarms for metric in _metrics(alarm)]

    def problems() -> Iterator[str]:
        for name, metric in metrics:
            seen = {dimension["Name"]: dimension["Value"] for dimension in metric.get("Dimensions", [])}
            dimension, kind = _DIMENSIONS.get(metric["Namespace"], ("service", ""))
            known = {_name_of(kind, found) for found in subject.stack.physical_ids(kind)} if kind else services
            if seen.keys() != {dimension} or seen[dimension] not in known:
                yield f"{name}: no metric {metric['MetricName']} of {seen}"

    return judge(
        problems(),
        proof=f"{len(metrics)} metrics of {len(alarms)} alarms, each of a resource of the stack",
        cure="deploy again",
    )


def _name_of(kind: str, physical_id: str) -> str:
    # A queue's physical id is its URL, and its metrics name it by its name.
    return physical_id.rpartition("/")[2] if kind == "AWS::SQS::Queue" else physical_id


def _arrive(subject: Subject) -> Finding:
    subject.scenario.rows()
    wanted = [alarm for alarm in _alarms(subject) if any(f"-{purpose}-" in alarm["AlarmName"] for purpose in _ARRIVING)]

    def silent() -> list[str]:
        return [
            f"no value of {alarm['MetricName']} has arrived within an hour"
            for alarm in wanted
            if not any(result["Values"] for result in _data(subject, alarm)["MetricDataResults"])
        ]

    return judge(
        _patiently(silent),
        proof=f"values of {', '.join(sorted({alarm['MetricName'] for alarm in wanted}))}",
        cure="see the logs of the function, and its permission to write them",
    )


def _maths(subject: Subject) -> Finding:
    maths = [alarm for alarm in _alarms(subject) if alarm.get("Metrics")]
    values: list[float] = []

    def problems() -> Iterator[str]:
        if not maths:
            yield "no alarm has an expression"
        for alarm in maths:
            answer = _data(subject, alarm)
            for message in answer.get("Messages", []):
                yield f"{alarm['AlarmName']}: {message['Value']}"
            for result in answer["MetricDataResults"]:
                yield from (f"{alarm['AlarmName']}: {message['Value']}" for message in result.get("Messages", []))
                values.extend(result["Values"])
                if any(not 0 <= value <= 100 for value in result["Values"]):  # noqa: PLR2004 - percent
                    yield f"{alarm['AlarmName']}: {result['Values']} is no rate in percent"

    found = list(problems())
    if not values and not found:
        found = ["no expression has a value, though functions have run"]
    return judge(found, proof=f"{len(maths)} expressions, {len(values)} values", cure=f"see {_RUNBOOK}#function-errors")


def _fires(subject: Subject) -> Finding:
    began_at = subject.scenario.aborted().began_at
    machine = subject.pipeline.outputs["StateMachine"]
    alarm = next(
        (
            alarm
            for alarm in _alarms(subject)
            if alarm.get("MetricName") == _ABORTED
            and machine in {dimension["Value"] for dimension in alarm["Dimensions"]}
        ),
        None,
    )
    if alarm is None:
        raise LookupError(f"no alarm on {_ABORTED} of {machine}")
    client = subject.client("cloudwatch")

    def actions() -> list[dict[str, Any]]:
        # If it was firing already, this abort makes it fire on.
        asked = client.get_paginator("describe_alarm_history").paginate(
            AlarmName=alarm["AlarmName"], HistoryItemType="Action", StartDate=began_at - _LOOKED_AT, EndDate=_soon()
        )
        return [item for page in asked for item in page["AlarmHistoryItems"]]

    found = wait_until(
        f"{alarm['AlarmName']} has notified people",
        actions,
        describe=lambda _: "it has not fired",
        patience=_PATIENCE_SECONDS,
        poll=_POLL_SECONDS,
    )
    latest = max(found, key=lambda item: item["Timestamp"])
    state = json.loads(latest.get("HistoryData") or "{}").get("actionState")
    succeeded = state == "Succeeded" or latest["HistorySummary"].startswith("Successfully")
    return judge(
        [] if succeeded else [latest["HistorySummary"]],
        proof=f"{alarm['AlarmName']} fired, and its message reached the topic",
        cure="see the policies of the alert topic and of the key: CloudWatch must be able to use both",
    )


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=1)


_NONE_FIRES: Final = "the embedded AWS evaluates no alarms"

CHECKS: Final = (
    Check(name="alarm-dimensions", claim="Every alarm watches a metric that exists", look=_dimensions),
    Check(
        name="metrics",
        claim="The functions' and the pipeline's metrics arrive",
        look=_arrive,
        only_aws="the embedded AWS makes no metrics of most calls",
    ),
    Check(
        name="metric-maths",
        claim="The alarms' expressions have values",
        look=_maths,
        only_aws="the embedded AWS refuses alarms on expressions",
    ),
    Check(name="alarms", claim="Every alarm can be evaluated, and notifies", look=_evaluable, only_aws=_NONE_FIRES),
    Check(
        name="alarm-fires",
        claim="An alarm fires, and its message reaches the topic",
        look=_fires,
        only_aws=_NONE_FIRES,
        disturbs="the messages of the alarm executions-aborted",
    ),
)
