"""The deployed dashboard's graphs, worked out from what a run on the embedded AWS has left behind.

The emulator graphs nothing. The functions' own metrics and Lambda's reports stand in their logs, as on AWS; executions
are listed, and queues are looked at while the run lasts. What else the dashboard shows exists on AWS only.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from deployment.stack import DeployedStack

BUCKETS: Final = 24
"""Points of a line: a run is divided into so many equal parts."""

_REPORT: Final = re.compile(r"REPORT .*\tDuration: ([\d.]+) ms\t")
_WAITING: Final = "ApproximateNumberOfMessages"
_SEARCH: Final = re.compile(r"SEARCH\('\{[^}]*\} MetricName=\"(\w+)\"'")


@dataclass(frozen=True, kw_only=True)
class Point:
    """One value of one metric. ``at`` is in milliseconds since 1970."""

    metric: str
    dimensions: Mapping[str, str]
    at: int
    value: float


@dataclass(frozen=True)
class Line:
    """One line of a graph: a value for each part of the run, None where there is none; its colour if it has one."""

    label: str
    values: tuple[float | None, ...]
    colour: str = ""


@dataclass(frozen=True, kw_only=True)
class Graph:
    """One graph of the dashboard; it has no lines where the embedded AWS has no metric of it."""

    title: str
    stacked: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class DashboardFigures:
    """The graphs of a run, and how many seconds it lasted: from its first metric to its last."""

    seconds: float
    graphs: tuple[Graph, ...]


@dataclass(frozen=True)
class Parts:
    """The run's time, divided into parts."""

    first: int
    length: int

    def index(self, at: int) -> int:
        """Return which part the time ``at`` (milliseconds) lies in."""
        return min(BUCKETS - 1, (at - self.first) * BUCKETS // self.length)


class QueueSamples:
    """How many messages wait in each of the stack's queues, at every look."""

    def __init__(self, stack: DeployedStack) -> None:
        self._sqs = stack.session.client("sqs")
        self._urls = stack.physical_ids("AWS::SQS::Queue")
        self.points: list[Point] = []

    def look(self) -> None:
        """Look at the queues now."""
        for url in self._urls:
            attributes = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[_WAITING])["Attributes"]
            dimensions = {"QueueName": url.rpartition("/")[2]}
            self.points.append(
                Point(
                    metric=f"{_WAITING}Visible",
                    dimensions=dimensions,
                    at=int(time.time() * 1000),
                    value=int(attributes[_WAITING]),
                )
            )


def read_dashboard(stack: DeployedStack, samples: QueueSamples) -> DashboardFigures:
    """Work out the deployed dashboard's graphs."""
    points = [*_logged(stack), *_executions(stack), *samples.points]
    (name,) = stack.physical_ids("AWS::CloudWatch::Dashboard")
    body = stack.session.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"]
    first, last = min(point.at for point in points), max(point.at for point in points)
    parts = Parts(first, max(1, last - first))
    graphs = (
        _graph(widget["properties"], points, parts)
        for widget in json.loads(body)["widgets"]
        if widget["type"] != "alarm"
    )
    return DashboardFigures(seconds=parts.length / 1000, graphs=tuple(graphs))


def _executions(stack: DeployedStack) -> Iterator[Point]:
    """Return when executions were started, and when they ended badly."""
    listing = stack.session.client("stepfunctions").get_paginator("list_executions")
    for machine in stack.physical_ids("AWS::StepFunctions::StateMachine"):
        dimensions = {"StateMachineArn": machine}
        for execution in (one for page in listing.paginate(stateMachineArn=machine) for one in page["executions"]):
            started = int(execution["startDate"].timestamp() * 1000)
            yield Point(metric="ExecutionsStarted", dimensions=dimensions, at=started, value=1)
            for metric, status in (("ExecutionsFailed", "FAILED"), ("ExecutionsTimedOut", "TIMED_OUT")):
                yield Point(metric=metric, dimensions=dimensions, at=started, value=execution["status"] == status)


def _logged(stack: DeployedStack) -> Iterator[Point]:
    logs = stack.session.client("logs")
    for function in stack.physical_ids("AWS::Lambda::Function"):
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}"):
            for event in page["events"]:
                yield from read_event(function, event["message"], event["timestamp"])


def read_event(function: str, message: str, at: int) -> Iterator[Point]:
    """Read the metrics that one line of a function's log holds: its own, or those of Lambda's report."""
    if reported := _REPORT.match(message):
        yield Point(metric="Duration", dimensions={"FunctionName": function}, at=at, value=float(reported[1]))
    elif message.startswith('{"_aws"'):
        document = json.loads(message)
        for directive in document["_aws"]["CloudWatchMetrics"]:
            (names,) = directive["Dimensions"]
            dimensions = {name: document[name] for name in names}
            for metric in directive["Metrics"]:
                values = document[metric["Name"]]
                for value in values if isinstance(values, list) else [values]:
                    at = document["_aws"]["Timestamp"]
                    yield Point(metric=metric["Name"], dimensions=dimensions, at=at, value=value)


def _graph(properties: Mapping[str, Any], points: Sequence[Point], parts: Parts) -> Graph:
    lines: list[Line] = []
    for entry in properties.get("metrics", []):
        options = entry[-1] if isinstance(entry[-1], dict) else {}
        if found := _SEARCH.match(options.get("expression", "")):
            lines += _searched(found[1], points, parts)
        else:
            _, metric, *dimensions = entry[:-1]
            wanted = dict(zip(dimensions[::2], dimensions[1::2], strict=True))
            of_metric = [point for point in points if point.metric == metric and point.dimensions == wanted]
            lines += _line(options["label"], of_metric, parts, statistic(options["stat"]), options.get("color", ""))
    return Graph(title=properties["title"], stacked=properties.get("stacked", False), lines=tuple(lines))


def _searched(metric: str, points: Sequence[Point], parts: Parts) -> Iterator[Line]:
    """Return a line for each partner."""
    for partner in sorted({point.dimensions["partner"] for point in points if point.metric == metric}):
        of_partner = [point for point in points if point.metric == metric and point.dimensions["partner"] == partner]
        yield from _line(partner, of_partner, parts, sum)


def _line(
    label: str, points: Sequence[Point], parts: Parts, sum_up: Callable[[list[float]], float], colour: str = ""
) -> Iterator[Line]:
    if points:
        values: list[list[float]] = [[] for _ in range(BUCKETS)]
        for point in points:
            values[parts.index(point.at)].append(point.value)
        yield Line(label, tuple(sum_up(part) if part else None for part in values), colour)


def statistic(name: str) -> Callable[[list[float]], float]:
    """Return what CloudWatch calls ``Sum``, ``Maximum`` or ``p95`` (nearest rank)."""
    if name.startswith("p"):
        return lambda values: sorted(values)[ceil(float(name[1:]) / 100 * len(values)) - 1]
    named: dict[str, Callable[[list[float]], float]] = {"Sum": sum, "Maximum": max}
    return named[name]
