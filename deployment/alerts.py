"""The alerts that a deployment has sent, read from the traces that sending leaves: SNS itself keeps no message.

- Of alerts on files, the logs of the state machines have every call of SNS in full (decision 0049).
- Of missing files, the function that looks for them logs each alert that it has sent.
- Of alarms, CloudWatch's history has every action that succeeded. AWS writes these messages, and keeps no text.

The message of the rule on failed crawls leaves no trace.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import NAMESPACE_URL, uuid5

from deployment.logs import LogLine, ReadsLogs, read_lines
from pipeline.missing_files import ALERT_SENT

KEPT: Final = timedelta(days=30)
"""How long the traces are kept: those in logs as the log groups say, an alarm's history by CloudWatch (CloudWatch user
guide, "Using Amazon CloudWatch alarms")."""

_CALLS_OF_SNS: Final = '{ $.details.resourceType = "sns" }'
_ALERTS_SENT: Final = f'{{ $.message = "{ALERT_SENT}" }}'
_SUCCEEDED: Final = "Successfully executed action"
_ALARMS_A_CALL: Final = 100


class ReadsAlarms(Protocol):
    """The part of the CloudWatch client that reads alarms and their history."""

    def get_paginator(self, operation_name: str, /) -> Any:
        """Page through an operation's results."""


@dataclass(frozen=True, kw_only=True)
class SentAlert:
    """One message that SNS has accepted; ``at`` is when.

    ``alert_id`` is SNS's id of the message; of an alarm, for which nobody keeps it, an id made of its name and time.
    ``severity``, ``status`` and ``partner`` are the message's attributes, empty where it has none. The ``text`` of an
    alarm is its reason and description.
    """

    alert_id: str
    at: datetime
    subject: str
    text: str
    severity: str = ""
    status: str = ""
    partner: str = ""


@dataclass(frozen=True, kw_only=True)
class SentAlerts:
    """Reads the traces of a deployment: the logs of its state machines and of one function, and its alarms' history."""

    logs: ReadsLogs
    cloudwatch: ReadsAlarms
    execution_logs: Sequence[str]
    missing_files_log: str
    alarms: Collection[str]
    topic: str

    def between(self, first: datetime, last: datetime) -> list[SentAlert]:
        """Return the alerts that were sent in this time, the newest first."""
        sent = [*self._of_files(first, last), *self._of_missing_files(first, last), *self._of_alarms(first, last)]
        # A log may have an event twice.
        once = {alert.alert_id: alert for alert in sent}
        return sorted(once.values(), key=lambda alert: alert.at, reverse=True)

    def _of_files(self, first: datetime, last: datetime) -> Iterator[SentAlert]:
        for group in self.execution_logs:
            lines = [
                line
                for line in read_lines(self.logs, group, first, last, filterPattern=_CALLS_OF_SNS)
                if line.document.get("details", {}).get("resourceType") == "sns"
            ]
            events = {_event(line, "id"): line for line in lines}
            for line in lines:
                if line.document["type"] == "TaskSucceeded" and (call := _scheduled(events, line)):
                    message_id = json.loads(line.document["details"]["output"])["MessageId"]
                    yield _alert(message_id, line.at, json.loads(call.document["details"]["parameters"]))

    def _of_missing_files(self, first: datetime, last: datetime) -> Iterator[SentAlert]:
        for line in read_lines(self.logs, self.missing_files_log, first, last, filterPattern=_ALERTS_SENT):
            if line.document.get("message") == ALERT_SENT:
                yield _alert(line.document["message_id"], line.at, line.document["alert"])

    def _of_alarms(self, first: datetime, last: datetime) -> Iterator[SentAlert]:
        pages = self.cloudwatch.get_paginator("describe_alarm_history").paginate(StartDate=first, EndDate=last)
        items = [item for page in pages for item in page["AlarmHistoryItems"] if item["AlarmName"] in self.alarms]
        sent = [item for item in items if item["HistorySummary"] == f"{_SUCCEEDED} {self.topic}"]
        descriptions = self._descriptions({item["AlarmName"] for item in sent})
        for item in sent:
            name, at = item["AlarmName"], item["Timestamp"]
            state = _state(items, item)
            yield SentAlert(
                alert_id=str(uuid5(NAMESPACE_URL, f"{name} {at.isoformat()}")),
                at=at,
                subject=f'{state.get("stateValue", "Change of state")}: "{name}"',
                text="\n".join(filter(None, (state.get("stateReason", ""), descriptions.get(name, "")))),
            )

    def _descriptions(self, names: Collection[str]) -> dict[str, str]:
        ordered = sorted(names)
        pages = self.cloudwatch.get_paginator("describe_alarms")
        return {
            alarm["AlarmName"]: alarm.get("AlarmDescription", "")
            for start in range(0, len(ordered), _ALARMS_A_CALL)
            for page in pages.paginate(AlarmNames=ordered[start : start + _ALARMS_A_CALL])
            for alarm in page["MetricAlarms"]
        }


def _event(line: LogLine, which: str) -> tuple[str, str]:
    return line.document["execution_arn"], str(line.document[which])


def _scheduled(events: Mapping[tuple[str, str], LogLine], line: LogLine) -> LogLine | None:
    """Return the event with which a call began; None if that lies before the time asked for."""
    found: LogLine | None = line
    while found and found.document["type"] != "TaskScheduled":
        found = events.get(_event(found, "previous_event_id"))
    return found


def _alert(message_id: str, at: datetime, message: Mapping[str, Any]) -> SentAlert:
    attributes = {name: attribute["StringValue"] for name, attribute in message["MessageAttributes"].items()}
    return SentAlert(
        alert_id=message_id, at=at, subject=message["Subject"], text=message["Message"], **_known(attributes)
    )


def _known(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: attributes[name] for name in ("severity", "status", "partner") if name in attributes}


def _state(items: Sequence[Mapping[str, Any]], action: Mapping[str, Any]) -> dict[str, str]:
    """Return the state of which an alarm's action told: the latest that it took until then."""
    changes = [
        item
        for item in items
        if item["HistoryItemType"] == "StateUpdate"
        and item["AlarmName"] == action["AlarmName"]
        and item["Timestamp"] <= action["Timestamp"]
    ]
    if not changes:
        return {}
    latest = max(changes, key=lambda item: item["Timestamp"])
    state: dict[str, str] = json.loads(latest["HistoryData"])["newState"]
    return state
