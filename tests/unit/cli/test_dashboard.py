"""The picture of the dashboard: from log lines to lines of a graph."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from cli.demo.dashboard import BUCKETS, DashboardFigures, Graph, Line, Point, read_event, statistic
from cli.demo.drawing import draw

FUNCTION = "lambda-record-test"


def test_a_report_line_of_lambda_gives_the_duration() -> None:
    report = "REPORT RequestId: 1\tDuration: 40.5 ms\tBilled Duration: 41 ms\tMemory Size: 3072 MB"

    assert list(read_event(FUNCTION, report, 7)) == [
        Point(metric="Duration", dimensions={"FunctionName": FUNCTION}, at=7, value=40.5)
    ]


def test_a_metric_in_a_log_has_values_dimensions_and_time() -> None:
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
def test_statistics_are_those_of_cloudwatch(name: str, value: float) -> None:
    assert statistic(name)([4, 1, 3, 2]) == value


ON_AND_OFF: tuple[float | None, ...] = (3.0, None) * (BUCKETS // 2)
RUN = DashboardFigures(
    seconds=34.6,
    graphs=(
        Graph(title="Files & rows", stacked=True, lines=(Line("COMPLETED", ON_AND_OFF), Line("FAILED", ON_AND_OFF))),
        Graph(title="Latency, seconds", stacked=False, lines=(Line("p50", (17.3,) * BUCKETS),)),
        Graph(title="Dead letters", stacked=False, lines=(Line("messages", (0.0,) * BUCKETS),)),
        Graph(title="Athena", stacked=False, lines=()),
    ),
)


def _texts(picture: str) -> list[str]:
    return [element.text.strip() for element in ET.fromstring(picture).iter() if element.text]  # noqa: S314 - our own


def test_a_drawn_dashboard_names_the_graphs_without_a_metric() -> None:
    texts = _texts(draw(RUN))

    assert {"Files & rows", "COMPLETED", "FAILED", "Latency", "p50", "On AWS also: Athena"} <= set(texts)


def test_a_graph_has_a_time_axis_units_and_round_ticks() -> None:
    one = replace(RUN, graphs=(RUN.graphs[1],))

    texts = _texts(draw(one))

    numbers = [float(text) for text in texts if text.replace(".", "").isdigit()]
    assert numbers == [0, 5, 10, 15, 20, 25, 30, 0, 5, 10, 15]
    assert {"seconds", "seconds since the run's first metric"} <= set(texts)


def test_a_stacked_bar_stands_on_those_below_it() -> None:
    texts = _texts(draw(replace(RUN, graphs=(RUN.graphs[0],))))

    # Two values of 3 reach 6.
    assert [text for text in texts if text.isdigit()][-4:] == ["0", "2", "4", "6"]


def test_a_graph_of_counts_has_whole_ticks_even_when_empty() -> None:
    texts = _texts(draw(replace(RUN, graphs=(RUN.graphs[2],))))

    assert texts.count("0") == 2
    assert {"count", "1"} <= set(texts)
    assert not {"0.2", "0.5"} & set(texts)


def test_the_same_run_is_drawn_with_the_same_bytes() -> None:
    assert draw(RUN) == draw(RUN)


def test_a_picture_follows_the_colour_scheme_and_has_no_date() -> None:
    picture = draw(RUN)

    assert "prefers-color-scheme: dark" in picture
    assert "<dc:date>" not in picture
