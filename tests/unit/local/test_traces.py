"""The traces of sent alerts that the emulator lacks: events of calls in a log, actions in an alarm's history."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from ministack.services import cloudwatch, cloudwatch_logs, sns, stepfunctions

import local.server  # noqa: F401 installs what is tested
from local import execution_log, executions

_serial = count(1)
MESSAGE = {
    "Subject": "ETL test: file failed",
    "Message": "File: a.csv",
    "MessageAttributes": {"severity": {"DataType": "String", "StringValue": "error"}},
}


@pytest.fixture
def topic() -> str:
    name = f"traces-{next(_serial)}"
    sns._create_topic({"Name": name})  # noqa: SLF001
    arn: str = next(arn for arn in sns._topics if arn.endswith(name))  # noqa: SLF001
    return arn


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Given an execution whose state machine logs all to this group, with its data."""
    name = f"/aws/vendedlogs/states/traces-{next(_serial)}"
    cloudwatch_logs._create_log_group({"logGroupName": name})  # noqa: SLF001
    arn = cloudwatch_logs._make_group_arn(name)  # noqa: SLF001
    destinations = [{"CloudWatchLogsLogGroup": {"LogGroupArn": arn}}]
    logging = {"Level": "ALL", "IncludeExecutionData": True, "Destinations": destinations}
    monkeypatch.setitem(stepfunctions._state_machines, f"machine:{name}", {"loggingConfiguration": logging})  # noqa: SLF001
    execution = {
        "executionArn": f"execution:{name}",
        "name": "one",
        "status": "RUNNING",
        "stateMachineArn": f"machine:{name}",
    }
    token = executions._execution.set(execution)  # noqa: SLF001
    yield name
    executions._execution.reset(token)  # noqa: SLF001


def _events(group: str) -> list[dict[str, Any]]:
    streams = cloudwatch_logs._log_groups[group]["streams"].values()  # noqa: SLF001
    return [json.loads(event["message"]) for stream in streams for event in stream["events"]]


def _publish(parameters: dict[str, Any]) -> Any:
    return stepfunctions._SERVICE_DISPATCH[execution_log.PUBLISH](execution_log.PUBLISH, parameters)  # noqa: SLF001


def test_a_call_of_sns_is_logged_from_its_message_to_its_id(group: str, topic: str) -> None:
    answer = _publish(MESSAGE | {"TopicArn": topic})

    scheduled, started, succeeded = _events(group)
    assert [event["type"] for event in (scheduled, started, succeeded)] == [
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
    ]
    assert json.loads(scheduled["details"]["parameters"]) == MESSAGE | {"TopicArn": topic}
    assert json.loads(succeeded["details"]["output"]) == answer
    assert [started["previous_event_id"], succeeded["previous_event_id"]] == [scheduled["id"], started["id"]]
    assert {event["execution_arn"] for event in _events(group)} == {f"execution:{group}"}


def test_a_call_that_fails_is_logged_without_a_success(group: str) -> None:
    with pytest.raises(stepfunctions._ExecutionError):  # noqa: SLF001
        _publish(MESSAGE | {"TopicArn": "arn:aws:sns:us-east-1:000000000000:nowhere"})

    assert [event["type"] for event in _events(group)] == ["TaskScheduled"]


def test_nothing_is_logged_of_a_deleted_state_machine(group: str, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(stepfunctions._state_machines, f"machine:{group}")  # noqa: SLF001

    assert "MessageId" in _publish(MESSAGE | {"TopicArn": topic})
    assert _events(group) == []


def test_nothing_is_logged_where_there_is_no_group(group: str, topic: str) -> None:
    cloudwatch_logs._delete_log_group({"logGroupName": group})  # noqa: SLF001

    assert "MessageId" in _publish(MESSAGE | {"TopicArn": topic})
    assert group not in cloudwatch_logs._log_groups  # noqa: SLF001


@pytest.mark.parametrize(("state", "told"), [("ALARM", True), ("OK", False)])
def test_an_action_that_an_alarm_carries_out_is_in_its_history(topic: str, state: str, *, told: bool) -> None:
    # Given an alarm that notifies when it fires, and not when it recovers
    name = f"alarm-{next(_serial)}"
    alarm = {"AlarmName": name, "AlarmActions": [topic], "OKActions": []}

    cloudwatch._dispatch_alarm_actions(alarm, "INSUFFICIENT_DATA", state, "a reason")  # noqa: SLF001

    items = [item for item in cloudwatch._history_entries() if item["AlarmName"] == name]  # noqa: SLF001
    assert [(item["HistoryItemType"], item["HistorySummary"]) for item in items] == (
        [("Action", f"Successfully executed action {topic}")] if told else []
    )


def test_an_alarm_without_actions_carries_out_none(topic: str) -> None:
    name = f"alarm-{next(_serial)}"
    alarm = {"AlarmName": name, "ActionsEnabled": False, "AlarmActions": [topic]}

    cloudwatch._dispatch_alarm_actions(alarm, "OK", "ALARM", "a reason")  # noqa: SLF001

    assert not [item for item in cloudwatch._history_entries() if item["AlarmName"] == name]  # noqa: SLF001
