"""Finds the files that were due and have not come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, Unpack
from zoneinfo import ZoneInfo

from pipeline.registry import KEPT, KeepsEntries, ReadsEntries, mark, read_entry
from transactions.layouts.layout import Due, Layout

if TYPE_CHECKING:
    from mypy_boto3_sns.type_defs import PublishInputTypeDef, PublishResponseTypeDef

ARRIVAL: Final = "arrival#"
"""Registry entries of the last arrivals begin so; a layout's name follows."""

MISSING: Final = "missing#"
"""Registry entries of the files that were alerted as missing; layout and due time follow."""

STATUS: Final = "MISSING"
"""Message attribute of the alert. It is no file's status: there is no file."""

ALERT_SENT: Final = "alert sent"
"""The line that is logged of each alert that SNS has accepted, with the alert: there is no other trace of it."""

RUNBOOK: Final = "docs/runbook.md#missing-file"

LOOK_BACK: Final = timedelta(hours=1)
"""How long after its due time a file is checked. The check runs every 15 minutes; a deployment alerts no older file."""

_WEEK: Final = 7


class Publishes(Protocol):
    """The part of the SNS client that alerts."""

    def publish(self, **request: "Unpack[PublishInputTypeDef]") -> "PublishResponseTypeDef":
        """Send a message to a topic."""


class Logs(Protocol):
    """The part of a logger that is told of alerts."""

    def info(self, msg: object, **fields: Any) -> None:
        """Write a line with these fields."""


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A file that was due ``due_at`` and has not come; ``last_came`` is None where none ever has."""

    layout: Layout
    due_at: datetime
    last_came: datetime | None


@dataclass(frozen=True, kw_only=True)
class AlertedFile:
    """A file that was alerted as missing: whose, of which layout, and when it was due."""

    partner: str
    layout: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class AlertedFiles:
    """The files that were alerted as missing, for as long as the registry keeps its marks."""

    dynamodb: ReadsEntries
    registry: str

    @staticmethod
    def known_since(now: datetime) -> datetime:
        """Return since when every file that was alerted is still known ``now``."""
        return now - KEPT

    def between(self, first: datetime, last: datetime, layouts: Iterable[Layout]) -> list[AlertedFile]:
        """List those of these layouts that were due in this time, the latest of each layout first."""
        return [
            AlertedFile(partner=layout.partner, layout=layout.name, due_at=due_at)
            for layout in layouts
            if layout.due
            for due_at in _due_between(layout.due, first, last)
            if read_entry(self.dynamodb, self.registry, _entry(layout, due_at)) is not None
        ]


@dataclass(frozen=True, kw_only=True)
class MissingFileCheck:
    """Looks up each due layout's last arrival, and alerts once for each due time."""

    dynamodb: KeepsEntries
    sns: Publishes
    logger: Logs
    registry: str
    topic: str
    suffix: str

    def run(self, layouts: Iterable[Layout], now: datetime) -> list[Missing]:
        """Alert the files that are missing ``now`` and were not alerted before; return them."""
        missing = [found for found in self._missing(layouts, now) if not self._alerted(found)]
        for found in missing:
            # The alert first: one that could not be sent is tried again by the next check.
            alert = message(found, self.suffix)
            answer = self.sns.publish(TopicArn=self.topic, **alert)
            self.logger.info(ALERT_SENT, message_id=answer["MessageId"], alert=alert)
            mark(self.dynamodb, self.registry, _entry(found.layout, found.due_at), now)
        return missing

    def _missing(self, layouts: Iterable[Layout], now: datetime) -> Iterator[Missing]:
        for layout in layouts:
            if layout.due is None:
                continue
            before, due_at = due_times(layout.due, now)
            if now - due_at > LOOK_BACK:
                continue
            last_came = self._last_arrival(layout.name)
            if last_came is None or last_came <= before:
                yield Missing(layout=layout, due_at=due_at, last_came=last_came)

    def _last_arrival(self, layout: str) -> datetime | None:
        item = read_entry(self.dynamodb, self.registry, f"{ARRIVAL}{layout}")
        return datetime.fromisoformat(item["uploaded_at"]["S"]) if item else None

    def _alerted(self, found: Missing) -> bool:
        return read_entry(self.dynamodb, self.registry, _entry(found.layout, found.due_at)) is not None


def due_times(due: Due, now: datetime) -> tuple[datetime, datetime]:
    """Return the last time at which a file was due, and the one before it; both in the zone in which it is due."""
    today = now.astimezone(ZoneInfo(due.time_zone))
    days = (today - timedelta(days=number) for number in range(2 * _WEEK + 1))
    times = (day.replace(hour=due.hour, minute=due.minute, second=0, microsecond=0) for day in days)
    last, before = [time for time in times if time <= today and f"{time:%a}" in due.days][:2]
    return before, last


def message(found: Missing, suffix: str) -> dict[str, Any]:
    """Write the alert."""
    layout, due = found.layout, found.due_at
    came = f"{found.last_came.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if found.last_came else "never"
    lines = (
        f"Partner:       {layout.partner}",
        f"Layout:        {layout.name} ({layout.title})",
        f"Due:           {due:%a %Y-%m-%d %H:%M} {due.tzinfo}",
        f"Last one came: {came}",
        "",
        "No file of this layout has been completed since the one before was due. Nothing is lost: there is none.",
        f"Next: see whether one was rejected or failed; if not, ask the partner. See {RUNBOOK}",
        f"    etl status --partner {layout.partner} --since 24h --suffix {suffix}",
    )
    return {
        "Subject": f"ETL {suffix}: file missing",
        "Message": "\n".join(lines),
        "MessageAttributes": {
            "status": {"DataType": "String", "StringValue": STATUS},
            "severity": {"DataType": "String", "StringValue": "error"},
            "partner": {"DataType": "String", "StringValue": layout.partner},
        },
    }


def _due_between(due: Due, first: datetime, last: datetime) -> Iterator[datetime]:
    _, due_at = due_times(due, last)
    while due_at >= first:
        yield due_at
        _, due_at = due_times(due, due_at - timedelta(minutes=1))


def _entry(layout: Layout, due_at: datetime) -> str:
    return f"{MISSING}{layout.name}#{due_at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
