"""The check for missing files: once for each due time, and only where a file was due."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from pipeline.missing_files import ALERT_SENT, ARRIVAL, AlertedFiles, MissingFileCheck, due_times
from tests.unit.functions.fakes import client_error
from transactions.layouts.catalog import LayoutCatalog
from transactions.layouts.layout import Due, Layout

WORDS = Path(__file__).parents[2] / "workflow" / "alerts" / "file-missing.txt"
WEEKDAYS = Due(by="09:30", time_zone="Europe/Zurich")
# A Monday; Zurich is an hour ahead of UTC in winter.
MONDAY = datetime(2025, 11, 3, tzinfo=UTC)
DUE_AT = MONDAY.replace(hour=8, minute=30)


def _layout(due: Due | None = WEEKDAYS) -> Layout:
    return msgspec.structs.replace(LayoutCatalog.load().get("alpine-2025"), due=due)


@dataclass
class Registry:
    """Entries by their keys."""

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)

    def get_item(self, **request: Any) -> Any:
        entry = request["Key"]["entry"]["S"]
        return {"Item": self.entries[entry]} if entry in self.entries else {}

    def put_item(self, **request: Any) -> Any:
        self.entries[request["Item"]["entry"]["S"]] = request["Item"]

    def arrived(self, at: datetime) -> "Registry":
        self.entries[f"{ARRIVAL}alpine-2025"] = {"uploaded_at": {"S": f"{at:%Y-%m-%dT%H:%M:%SZ}"}}
        return self


@dataclass
class Topic:
    """The messages sent. Fails with the ``errors`` first, one for each call."""

    errors: list[str] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def publish(self, **request: Any) -> Any:
        if self.errors:
            raise client_error(self.errors.pop(0))
        self.messages.append(request)
        return {"MessageId": f"message {len(self.messages)}"}


@dataclass
class Log:
    """The lines of a function's log, by what they say."""

    lines: list[tuple[object, dict[str, Any]]] = field(default_factory=list)

    def info(self, msg: object, **fields: Any) -> None:
        self.lines.append((msg, fields))


def _check(registry: Registry, topic: Topic, log: Log | None = None) -> MissingFileCheck:
    return MissingFileCheck(
        dynamodb=registry, sns=topic, logger=log or Log(), registry="registry", topic="arn:topic", suffix="test"
    )


def _alerts(registry: Registry, *times: datetime, due: Due | None = WEEKDAYS) -> Sequence[dict[str, Any]]:
    topic = Topic()
    for now in times:
        _check(registry, topic).run([_layout(due)], now)
    return topic.messages


def test_a_missing_file_is_alerted_once_word_by_word() -> None:
    # Given that Friday's file was the last one
    registry = Registry().arrived(datetime(2025, 10, 31, 8, 12, tzinfo=UTC))

    # When the check runs every quarter of an hour
    quarters = [DUE_AT + timedelta(minutes=15 * number) for number in range(8)]
    [alert] = _alerts(registry, *quarters)

    # Then people are notified once
    attributes = {name: attribute["StringValue"] for name, attribute in alert["MessageAttributes"].items()}
    text = f"Subject: {alert['Subject']}\nSeverity: {attributes['severity']}\n\n{alert['Message']}\n"
    assert text == WORDS.read_text(encoding="utf-8")
    assert attributes == {"status": "MISSING", "severity": "error", "partner": "alpine"}


@pytest.mark.parametrize(
    ("arrived", "alerted"),
    [
        (DUE_AT - timedelta(minutes=1), False),
        (datetime(2025, 10, 31, 8, 31, tzinfo=UTC), False),  # over the weekend counts for Monday
        (datetime(2025, 10, 31, 8, 30, tzinfo=UTC), True),  # at Friday's due time it was Friday's file
        (DUE_AT + timedelta(minutes=1), False),  # late, but here
    ],
)
def test_only_an_arrival_since_the_previous_due_time_counts(arrived: datetime, *, alerted: bool) -> None:
    assert bool(_alerts(Registry().arrived(arrived), DUE_AT + timedelta(minutes=5))) == alerted


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (DUE_AT - timedelta(minutes=1), WEEKDAYS),  # not yet
        (DUE_AT + timedelta(hours=1, seconds=1), WEEKDAYS),  # a deployment asks for no older file
        (DUE_AT, None),  # never due
        (DUE_AT - timedelta(days=1), WEEKDAYS),  # a Sunday
    ],
)
def test_nobody_is_notified_when_nothing_was_due(now: datetime, due: Due | None) -> None:
    assert _alerts(Registry(), now, due=due) == []


def test_an_alert_that_could_not_be_sent_is_sent_once_later() -> None:
    registry, topic = Registry(), Topic(errors=["InternalError"])

    with pytest.raises(ClientError):
        _check(registry, topic).run([_layout()], DUE_AT)
    for _ in range(2):
        _check(registry, topic).run([_layout()], DUE_AT + timedelta(minutes=15))

    assert len(topic.messages) == 1
    assert "Last one came: never" in topic.messages[0]["Message"]


def test_each_alert_that_sns_has_accepted_is_logged_with_its_id() -> None:
    registry, topic, log = Registry(), Topic(errors=["InternalError"]), Log()

    with pytest.raises(ClientError):
        _check(registry, topic, log).run([_layout()], DUE_AT)
    assert log.lines == []
    _check(registry, topic, log).run([_layout()], DUE_AT)

    [(said, fields)] = log.lines
    assert (said, fields["message_id"]) == (ALERT_SENT, "message 1")
    assert topic.messages == [{"TopicArn": "arn:topic", **fields["alert"]}]


def test_a_file_that_was_alerted_is_found_by_its_due_time() -> None:
    registry, week = Registry(), timedelta(days=7)
    _alerts(registry, DUE_AT)
    alerted = AlertedFiles(dynamodb=registry, registry="registry")

    found = alerted.between(DUE_AT - week, DUE_AT + week, [_layout(), _layout(due=None)])

    assert [(file.partner, file.layout, file.due_at) for file in found] == [("alpine", "alpine-2025", DUE_AT)]
    assert alerted.between(DUE_AT + timedelta(minutes=1), DUE_AT + week, [_layout()]) == []
    assert alerted.known_since(DUE_AT) == DUE_AT - 2 * week


@given(
    now=st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    due=st.builds(
        Due,
        by=st.times().map(lambda time: f"{time:%H:%M}"),
        time_zone=st.sampled_from(["UTC", "Europe/Zurich", "America/New_York", "Pacific/Auckland"]),
        days=st.lists(st.sampled_from(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]), min_size=1, unique=True).map(
            tuple
        ),
    ),
)
def test_a_due_time_holds_its_day_and_hour_across_summer_time(now: datetime, due: Due) -> None:
    before, last = due_times(due, now)

    assert before < last
    assert last.astimezone(UTC) <= now + timedelta(hours=1)  # an hour that summer time leaves out
    assert {f"{before:%a}", f"{last:%a}"} <= set(due.days)
    assert f"{before:%H:%M}" == f"{last:%H:%M}" == due.by
    assert last.tzinfo == ZoneInfo(due.time_zone)
    assert (now - last) < timedelta(days=7, hours=2)
