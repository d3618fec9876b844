"""Alarms that cannot be evaluated, watch nothing, or reach nobody are refuted."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from deployment.verification import alarms
from deployment.verification.check import Finding, Verdict, make
from tests.unit.deployment.verification.account import Account

FUNCTION = "lambda-validate-test"
QUEUE = "https://sqs.us-east-1.amazonaws.com/111122223333/queue-batching-test"
MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:state-machine-files-test"
ABORTED = "alarm-executions-aborted-test"
NOW = datetime.now(UTC)


def _alarm(**changed: Any) -> dict[str, Any]:
    return {
        "AlarmName": "alarm-throttles-validate-test",
        "Namespace": "AWS/Lambda",
        "MetricName": "Throttles",
        "Dimensions": [{"Name": "FunctionName", "Value": FUNCTION}],
        "Period": 300,
        "Statistic": "Sum",
        "StateValue": "OK",
        "ActionsEnabled": True,
        "AlarmActions": ["arn:aws:sns:1"],
        **changed,
    }


def _rate() -> dict[str, Any]:
    dimensions = [{"Name": "FunctionName", "Value": FUNCTION}]
    errors = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": dimensions}
    return {
        "AlarmName": "alarm-errors-validate-test",
        "Metrics": [
            {"Id": "rate", "Expression": "100 * errors", "ReturnData": True},
            {"Id": "errors", "MetricStat": {"Metric": errors, "Period": 300, "Stat": "Sum"}},
        ],
    }


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarms, "_PATIENCE_SECONDS", 0)
    monkeypatch.setattr(alarms, "_POLL_SECONDS", 0)


class _Scenario:
    def rows(self) -> None:
        """All files have their outcomes."""

    def aborted(self) -> Any:
        return type("Aborted", (), {"began_at": NOW})


class _Pipeline:
    outputs = {"StateMachine": MACHINE}  # noqa: RUF012 - read only


def _make(name: str, *found: dict[str, Any], expected: tuple[str, ...] = (), **answers: Any) -> Finding:
    names = expected or tuple(alarm["AlarmName"] for alarm in found)
    environment = {"Environment": {"Variables": {"POWERTOOLS_SERVICE_NAME": "validate"}}}
    account = Account(
        resources={
            **{("AWS::CloudWatch::Alarm", name): (name, {}) for name in names},
            ("AWS::Lambda::Function", "Validate"): (FUNCTION, environment),
            ("AWS::SQS::Queue", "Batching"): (QUEUE, {}),
        },
        pipeline=_Pipeline(),
        services={"cloudwatch": {"describe_alarms": {"MetricAlarms": list(found)}, **answers}},
    )
    subject = account.subject()
    subject.__dict__["scenario"] = _Scenario()
    [check] = [check for check in alarms.CHECKS if check.name == name]
    return make(check, subject)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Verdict.PROVED),
        ({"StateValue": "ALARM"}, Verdict.PROVED),
        ({"StateValue": "INSUFFICIENT_DATA"}, Verdict.REFUTED),
        ({"EvaluationState": "EVALUATION_ERROR", "StateReason": "bad expression"}, Verdict.REFUTED),
        ({"ActionsEnabled": False}, Verdict.REFUTED),
        ({"AlarmActions": []}, Verdict.REFUTED),
    ],
)
def test_alarms_must_be_evaluated_and_notify(changed: dict[str, Any], verdict: Verdict) -> None:
    assert _make("alarms", _alarm(**changed)).verdict is verdict


def test_an_alarm_that_is_gone_is_refuted() -> None:
    finding = _make("alarms", _alarm(), expected=("alarm-throttles-validate-test", "alarm-latency-test"))

    assert finding.found == "alarm-latency-test does not exist"


@pytest.mark.parametrize(
    ("namespace", "dimension", "value", "verdict"),
    [
        ("AWS/Lambda", "FunctionName", FUNCTION, Verdict.PROVED),
        ("AWS/Lambda", "FunctionName", "lambda-renamed-test", Verdict.REFUTED),
        ("AWS/Lambda", "Function", FUNCTION, Verdict.REFUTED),
        ("AWS/SQS", "QueueName", "queue-batching-test", Verdict.PROVED),
        ("AWS/SQS", "QueueName", QUEUE, Verdict.REFUTED),
        ("etl-pipeline-test", "service", "validate", Verdict.PROVED),
        ("etl-pipeline-test", "service", "record", Verdict.REFUTED),
    ],
)
def test_a_metric_of_no_resource_is_refuted(namespace: str, dimension: str, value: str, verdict: Verdict) -> None:
    alarm = _alarm(Namespace=namespace, Dimensions=[{"Name": dimension, "Value": value}])

    assert _make("alarm-dimensions", alarm, _rate()).verdict is verdict


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ({"MetricDataResults": [{"Values": [0.0, 2.5]}]}, Verdict.PROVED),
        ({"MetricDataResults": [{"Values": []}]}, Verdict.REFUTED),
        ({"MetricDataResults": [{"Values": [250.0]}]}, Verdict.REFUTED),
        ({"MetricDataResults": [{"Values": [0.0], "Messages": [{"Value": "bad"}]}]}, Verdict.REFUTED),
        ({"MetricDataResults": [{"Values": [0.0]}], "Messages": [{"Value": "no such metric"}]}, Verdict.REFUTED),
    ],
)
def test_an_expression_needs_values_in_percent(answer: dict[str, Any], verdict: Verdict) -> None:
    assert _make("metric-maths", _rate(), get_metric_data=answer).verdict is verdict


def test_an_expression_is_asked_for_as_its_alarm_has_it() -> None:
    def answer(MetricDataQueries: list[dict[str, Any]], **_: Any) -> dict[str, Any]:  # noqa: N803 - AWS's name
        assert MetricDataQueries == _rate()["Metrics"]
        return {"MetricDataResults": [{"Values": [0.0]}]}

    assert _make("metric-maths", _rate(), get_metric_data=answer).verdict is Verdict.PROVED


@pytest.mark.parametrize(("values", "verdict"), [([0.0], Verdict.PROVED), ([], Verdict.REFUTED)])
def test_a_metric_that_never_arrives_is_refuted(values: list[float], verdict: Verdict) -> None:
    answer = {"MetricDataResults": [{"Values": values}]}

    assert _make("metrics", _alarm(), get_metric_data=answer).verdict is verdict


@pytest.mark.parametrize(
    ("summary", "state", "verdict"),
    [
        ("Successfully executed action arn:aws:sns:1", "Succeeded", Verdict.PROVED),
        ("Failed to execute action arn:aws:sns:1", "Failed", Verdict.REFUTED),
        (None, None, Verdict.REFUTED),
    ],
)
def test_an_alarm_must_fire_and_reach_the_topic(summary: str | None, state: str | None, verdict: Verdict) -> None:
    item = {"Timestamp": NOW, "HistorySummary": summary, "HistoryData": json.dumps({"actionState": state})}

    def history(**asked: Any) -> dict[str, Any]:
        assert asked["AlarmName"] == ABORTED
        return {"AlarmHistoryItems": [item] if summary else []}

    large, alarm = (
        _alarm(
            AlarmName=name,
            MetricName="ExecutionsAborted",
            Dimensions=[{"Name": "StateMachineArn", "Value": machine}],
        )
        for name, machine in (("alarm-large-executions-aborted-test", "large"), (ABORTED, MACHINE))
    )
    assert _make("alarm-fires", large, alarm, describe_alarm_history=history).verdict is verdict
