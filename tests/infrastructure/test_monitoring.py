"""Alarms, their runbook, and the dashboard."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from etl.constructs.monitoring import RUNBOOK
from etl.synthesis.template import Template
from pipeline import missing_files
from pipeline.constants import FINISHED

ROOT = Path(__file__).parents[2]
QUESTIONS = ["Symptom", "Meaning", "Check", "Cure"]


def _sections() -> dict[str, str]:
    """Read the runbook's sections by their anchors."""
    _, *sections = re.split(r"^## ", (ROOT / RUNBOOK).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {title: body for title, _, body in (section.partition("\n") for section in sections)}


def _texts(template: Template) -> list[str]:
    """Collect what people are sent: the alarms' descriptions, the rules' messages, and the alert of a missing file."""
    alarms = [alarm["AlarmDescription"] for alarm in template.of_type("AWS::CloudWatch::Alarm").values()]
    rules = [
        target["InputTransformer"]["InputTemplate"]
        for rule in template.of_type("AWS::Events::Rule").values()
        for target in rule["Targets"]
        if target["Arn"] == "topic-alerts-test"
    ]
    return [*alarms, *rules, missing_files.RUNBOOK]


def test_each_alarm_names_its_section_of_the_runbook(
    template: Template,
) -> None:
    named = [re.findall(rf"{RUNBOOK}#([a-z-]+)", text) for text in _texts(template)]

    assert [anchors for anchors in named if len(anchors) != 1] == []
    assert {anchor for [anchor] in named} == set(_sections())


@pytest.mark.parametrize("section", _sections().values(), ids=_sections())
def test_each_section_of_the_runbook_answers_four_questions(section: str) -> None:
    assert re.findall(r"^- \*\*(\w+)\*\* \S", section, flags=re.MULTILINE) == QUESTIONS


@pytest.mark.requirement("M2", "O1")
def test_each_alarm_notifies_the_topic_of_alarm_and_recovery(template: Template) -> None:
    for alarm in template.of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == ["topic-alerts-test"]


def _widgets(template: Template) -> dict[str, dict[str, Any]]:
    body = template.one("AWS::CloudWatch::Dashboard")["DashboardBody"]
    return {widget["properties"]["title"]: widget["properties"] for widget in json.loads(body)["widgets"]}


def test_the_dashboard_answers_the_questions_of_people_on_call(template: Template) -> None:
    widgets = _widgets(template)

    assert list(widgets) == [
        "Alarms",
        "Files by outcome",
        "Rows accepted by partner",
        "Rows rejected by partner",
        "Upload to outcome, seconds",
        "Batching queue",
        "Dead letters",
        "Overlaps queue",
        "Conflicting rows",
        "Executions",
        "Function duration, p95, ms",
        "Function memory, MB at most",
        "Function errors and throttles",
        "Cost: function time, ms",
        "Cost: the rest",
    ]
    alarms = template.of_type("AWS::CloudWatch::Alarm")
    assert len(widgets["Alarms"]["alarms"]) == len(alarms)
    shown = {metric[5] for metric in widgets["Files by outcome"]["metrics"]}
    assert shown == set(FINISHED)
    latency = widgets["Upload to outcome, seconds"]
    assert [annotation["value"] for annotation in latency["annotations"]["horizontal"]] == [15 * 60]


@pytest.mark.parametrize(
    "name", ["UploadToDone", "Files", "RowsAccepted", "RowsRejected", "ConflictingRows", "MovedRows"]
)
def test_the_dashboard_shows_what_the_functions_measure(template: Template, name: str) -> None:
    shown = json.dumps(template.one("AWS::CloudWatch::Dashboard")["DashboardBody"])

    assert name in shown


def test_the_dashboard_shows_what_waits_in_each_queue(template: Template) -> None:
    shown = json.dumps(template.one("AWS::CloudWatch::Dashboard")["DashboardBody"])

    for queue in template.of_type("AWS::SQS::Queue").values():
        assert f"{queue['QueueName']}.QueueName" in shown
    age = "ApproximateAgeOfOldestMessage"
    aged = {
        metric[3] for widget in _widgets(template).values() for metric in widget.get("metrics", []) if age in metric
    }
    assert aged == {"queue-batching-test.QueueName", "queue-overlaps-test.QueueName"}
