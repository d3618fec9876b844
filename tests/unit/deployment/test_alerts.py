"""The alerts that were sent, read from the traces that sending leaves."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployment.alerts import SentAlert, SentAlerts
from pipeline.missing_files import ALERT_SENT

NOON = datetime(2025, 11, 3, 12, tzinfo=UTC)
TOPIC = "arn:aws:sns:us-east-1:111122223333:topic-alerts-qa"
ALARM = "alarm-latency-qa"
FILES, LARGE_FILES, ARRIVALS = "/states/files", "/states/large-files", "/lambda/check-arrivals"

Line = tuple[datetime, dict[str, Any]]


@dataclass
class FakeLogs:
    """Log groups of lines in JSON. Like the emulator, and unlike AWS, it does not choose by a pattern."""

    groups: dict[str, list[Line]]

    def get_paginator(self, operation_name: str, /) -> "FakeLogs":
        assert operation_name == "filter_log_events"
        return self

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        for at, document in self.groups.get(request["logGroupName"], []):
            timestamp = int(at.timestamp() * 1000)
            if request["startTime"] <= timestamp <= request["endTime"]:
                message = json.dumps(document)
                yield {"events": [{"timestamp": timestamp, "logStreamName": "s", "message": message}]}


@dataclass
class FakeAlarms:
    """Alarms with a description each, and their history; a page has one item."""

    history: list[dict[str, Any]] = field(default_factory=list)

    def get_paginator(self, operation_name: str, /) -> Any:
        return {"describe_alarm_history": _Pages(self._history), "describe_alarms": _Pages(self._alarms)}[
            operation_name
        ]

    def _history(self, **request: Any) -> Iterator[dict[str, Any]]:
        for item in self.history:
            if request["StartDate"] <= item["Timestamp"] <= request["EndDate"]:
                yield {"AlarmHistoryItems": [item]}

    def _alarms(self, **request: Any) -> Iterator[dict[str, Any]]:
        for name in request["AlarmNames"]:
            yield {"MetricAlarms": [{"AlarmName": name, "AlarmDescription": f"What {name} is about."}]}


@dataclass(frozen=True)
class _Pages:
    paginate: Any


def _message(text: str, **attributes: str) -> dict[str, Any]:
    return {
        "TopicArn": TOPIC,
        "Subject": "ETL qa: file failed",
        "Message": text,
        "MessageAttributes": {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
    }


def _event(number: int, previous: int, kind: str, execution: str = "arn:1", **details: str) -> dict[str, Any]:
    return {
        "id": str(number),
        "previous_event_id": str(previous),
        "type": kind,
        "execution_arn": execution,
        "details": {"resource": "publish", "resourceType": "sns", **details},
    }


def _call(
    text: str = "", *, number: int = 1, execution: str = "arn:1", end: str = "TaskSucceeded", **attributes: str
) -> list[Line]:
    """Write down the events of a call, a second each; ``text`` is the message and its id."""
    told = {"output": json.dumps({"MessageId": text})} if end == "TaskSucceeded" else {"error": "SNS.Throttled"}
    parameters = json.dumps(_message(text, **attributes))
    events = [
        _event(number, number - 1, "TaskScheduled", execution, parameters=parameters),
        _event(number + 1, number, "TaskStarted", execution),
        _event(number + 2, number + 1, end, execution, **told),
    ]
    return [(NOON + timedelta(seconds=second), event) for second, event in enumerate(events)]


def _item(kind: str, summary: str, second: int = 0, name: str = ALARM, **data: Any) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "Timestamp": NOON + timedelta(seconds=second),
        "HistoryItemType": kind,
        "HistorySummary": summary,
        "HistoryData": json.dumps(data),
    }


def _change(state: str, second: int = 0) -> dict[str, Any]:
    new = {"stateValue": state, "stateReason": f"Why {state}."}
    return _item("StateUpdate", f"Alarm updated from x to {state}", second, newState=new)


def _action(second: int = 0, topic: str = TOPIC, name: str = ALARM) -> dict[str, Any]:
    return _item("Action", f"Successfully executed action {topic}", second, name)


def _sent(
    groups: Mapping[str, list[Line]], *history: dict[str, Any], since: datetime = NOON, until: datetime | None = None
) -> list[SentAlert]:
    alerts = SentAlerts(
        logs=FakeLogs(dict(groups)),
        cloudwatch=FakeAlarms(list(history)),
        execution_logs=[FILES, LARGE_FILES],
        missing_files_log=ARRIVALS,
        alarms={ALARM},
        topic=TOPIC,
    )
    return alerts.between(since, until or NOON + timedelta(hours=1))


def test_a_call_of_sns_that_succeeded_is_an_alert() -> None:
    (alert,) = _sent({FILES: _call("File: a.csv", severity="error", status="FAILED", partner="alpine")})

    assert alert == SentAlert(
        alert_id="File: a.csv",
        at=NOON + timedelta(seconds=2),
        subject="ETL qa: file failed",
        text="File: a.csv",
        severity="error",
        status="FAILED",
        partner="alpine",
    )


@pytest.mark.parametrize("end", ["TaskFailed", "TaskTimedOut"])
def test_a_call_that_failed_sent_nothing_but_its_retry_did(end: str) -> None:
    assert _sent({FILES: _call("lost", end=end)}) == []
    (alert,) = _sent({FILES: [*_call("retried", end=end), *_call("retried", number=4)]})
    assert alert.text == "retried"


def test_calls_of_other_services_are_no_alerts() -> None:
    lines = _call("a call of DynamoDB")
    for _, event in lines:
        event["details"]["resourceType"] = "dynamodb"

    assert _sent({FILES: [*lines, (NOON, {"type": "ExecutionStarted", "details": {}})]}) == []


@given(st.data())
def test_calls_at_one_time_are_told_apart(data: st.DataObject) -> None:
    # Given executions with calls that succeeded or failed, whose events come in any order, some twice
    ends = data.draw(st.lists(st.lists(st.sampled_from(["TaskSucceeded", "TaskFailed"]), max_size=4), max_size=4))
    calls = [
        (f"{execution}-{place}", _call(f"{execution}-{place}", number=1 + 3 * place, execution=str(execution), end=end))
        for execution, of_one in enumerate(ends)
        for place, end in enumerate(of_one)
    ]
    lines = [line for _, events in calls for line in events]
    twice = data.draw(st.lists(st.sampled_from(lines), max_size=3)) if lines else []
    # Then each that succeeded is an alert with its own text
    found = _sent({FILES: data.draw(st.permutations([*lines, *twice]))})
    assert sorted((alert.alert_id, alert.text) for alert in found) == sorted(
        (text, text) for text, events in calls if events[-1][1]["type"] == "TaskSucceeded"
    )


def test_large_files_have_a_log_of_their_own() -> None:
    assert [alert.text for alert in _sent({FILES: _call("small"), LARGE_FILES: _call("large")})] == ["small", "large"]


def test_a_missing_file_is_read_from_its_functions_log() -> None:
    message = _message("Due: today", severity="error", status="MISSING", partner="alpine")
    sent = {"message": ALERT_SENT, "message_id": "m-1", "alert": message}
    checked: dict[str, Any] = {"message": "checked"}

    (alert,) = _sent({ARRIVALS: [(NOON, checked), (NOON, sent)]})

    assert (alert.alert_id, alert.text, alert.status, alert.partner) == ("m-1", "Due: today", "MISSING", "alpine")


def test_an_alarm_tells_its_state_reason_and_description() -> None:
    rang, ended = _sent({}, _change("OK", 60), _action(60), _action(5), _change("ALARM", 5))[::-1]

    assert rang.subject == f'ALARM: "{ALARM}"'
    assert rang.text == f"Why ALARM.\nWhat {ALARM} is about."
    assert ended.subject == f'OK: "{ALARM}"'
    assert rang.alert_id != ended.alert_id
    assert rang.partner == ""


def test_an_alarm_whose_change_came_earlier_is_told_still() -> None:
    (alert,) = _sent({}, _change("ALARM", -1), _action())

    assert (alert.subject, alert.text) == (f'Change of state: "{ALARM}"', f"What {ALARM} is about.")


@pytest.mark.parametrize(
    "item",
    [
        _item("Action", f"Failed to execute action {TOPIC}. Received error"),
        _action(topic="arn:aws:sns:us-east-1:111122223333:topic-alerts-dev"),
        _action(name="alarm-latency-dev"),
        _item("ConfigurationUpdate", "Alarm updated"),
    ],
    ids=["failed", "other topic", "other alarm", "other item"],
)
def test_what_did_not_reach_this_topic_is_no_alert(item: dict[str, Any]) -> None:
    assert _sent({}, _change("ALARM"), item) == []


def test_the_newest_alert_comes_first_wherever_it_is_from() -> None:
    missing = {"message": ALERT_SENT, "message_id": "m", "alert": _message("missing")}
    groups = {FILES: _call("file"), ARRIVALS: [(NOON + timedelta(seconds=1), missing)]}

    alerts = _sent(groups, _change("ALARM", 9), _action(9))

    assert [alert.text.split("\n")[0] for alert in alerts] == ["Why ALARM.", "file", "missing"]


def test_only_alerts_of_the_time_asked_for_are_read() -> None:
    groups, history = {FILES: _call("file")}, [_change("ALARM", 3), _action(3)]

    assert len(_sent(groups, *history)) == 2
    assert _sent(groups, *history, until=NOON + timedelta(seconds=1)) == []
    assert _sent(groups, *history, since=NOON + timedelta(seconds=4)) == []
    # And a call that had begun before counts to the time before
    assert len(_sent(groups, *history, since=NOON + timedelta(seconds=1))) == 1
