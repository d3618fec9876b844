"""The picture of the dashboard: from log lines to lines of a graph."""

import json
import xml.etree.ElementTree as ET

import pytest

from cli.demo.dashboard import BUCKETS, Graph, Line, Point, read_event, statistic
from cli.demo.drawing import draw

FUNCTION = "lambda-record-test"


def test_given_a_report_of_lambda_when_read_then_it_is_the_functions_duration() -> None:
    report = "REPORT RequestId: 1\tDuration: 40.5 ms\tBilled Duration: 41 ms\tMemory Size: 3072 MB"

    assert list(read_event(FUNCTION, report, 7)) == [
        Point(metric="Duration", dimensions={"FunctionName": FUNCTION}, at=7, value=40.5)
    ]


def test_given_a_metric_in_a_log_when_read_then_each_value_has_its_dimensions_and_time() -> None:
    directive = {"Namespace": "n", "Dimensions": [["status"]], "Metrics": [{"Name": "Files", "Unit": "Count"}]}
    line = {"_aws": {"Timestamp": 9, "CloudWatchMetrics": [directive]}, "status": "FAILED", "Files": [1.0, 2.0]}

    assert list(read_event(FUNCTION, json.dumps(line, separators=(",", ":")), 7)) == [
        Point(metric="Files", dimensions={"status": "FAILED"}, at=9, value=value) for value in (1.0, 2.0)
    ]


def test_given_any_other_line_when_read_then_it_is_no_metric() -> None:
    assert list(read_event(FUNCTION, '{"level":"INFO","message":"recorded"}', 7)) == []


@pytest.mark.parametrize(
    ("name", "value"), [("Sum", 10), ("Maximum", 4), ("p50", 2), ("p95", 4), ("p99", 4), ("p25", 1)]
)
def test_given_four_values_when_summed_up_then_it_is_as_cloudwatch_says(name: str, value: float) -> None:
    assert statistic(name)([4, 1, 3, 2]) == value


def test_given_graphs_when_drawn_then_each_is_there_and_those_without_a_metric_are_named() -> None:
    gaps: tuple[float | None, ...] = (1.0, None) * (BUCKETS // 2)
    graphs = [
        Graph(title="Files & rows", stacked=True, lines=(Line("COMPLETED", gaps), Line("FAILED", gaps))),
        Graph(title="Latency", stacked=False, lines=(Line("p50", gaps),)),
        Graph(title="Athena", stacked=False, lines=()),
    ]

    texts = [element.text for element in ET.fromstring(draw(graphs)).iter() if element.text]  # noqa: S314 - our own

    assert {"Files & rows", "COMPLETED", "FAILED", "Latency", "p50", "On AWS also: Athena"} <= set(texts)
