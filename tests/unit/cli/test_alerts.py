"""``etl alerts``: what was sent, and the text of one alert."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from typer.testing import CliRunner, Result

from cli import main
from cli.commands import alerts as command
from cli.exit_codes import ExitCode
from cli.options import UsageError
from deployment.alerts import SentAlert
from tests.unit.cli.rows import UPLOADED

TEXT = f"File:          incoming/alpine/statement-of-october-2025.csv\n\nNext: fix the cause.\n    etl audit {'f' * 64}"
FAILED = SentAlert(
    alert_id="95743357-70f1-5138-bf7c-83309e314269",
    at=UPLOADED,
    subject="ETL qa: file failed",
    text=TEXT,
    severity="error",
    status="FAILED",
    partner="alpine",
)
ALARM = SentAlert(
    alert_id="957433ab-02e7-4cbf-9669-b9a62bb8945e",
    at=UPLOADED - timedelta(hours=1),
    subject='ALARM: "alarm-dead-letters-qa"',
    text="Threshold crossed.\nSee docs/runbook.md#dead-letters",
)


@dataclass
class FakePipeline:
    """A deployment that has sent these alerts."""

    sent: list[SentAlert]
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def alerts(self) -> "FakePipeline":
        return self

    def between(self, first: datetime, last: datetime) -> list[SentAlert]:
        self.asked.append((first, last))
        return self.sent

    def has_uploads(self, partner: str) -> bool:
        return partner == "alpine"


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> FakePipeline:
    pipeline = FakePipeline([FAILED, ALARM])
    monkeypatch.setattr(command, "connect", lambda _suffix: pipeline)
    return pipeline


def _alerts(*arguments: str, columns: int = 0) -> Result:
    return CliRunner().invoke(main.app, ["alerts", *arguments], env={"COLUMNS": str(columns)} if columns else {})


@pytest.mark.usefixtures("pipeline")
def test_the_list_shows_of_each_alert_what_it_is_about() -> None:
    shown = " ".join(_alerts(columns=200).stdout.split())

    assert "10-06 08:00:00 95743357 error alpine ETL qa: file failed" in shown
    assert "File: incoming/alpine/statement-of-october-2025.csv" in shown
    assert '10-06 07:00:00 957433ab ALARM: "alarm-dead-letters-qa" Threshold crossed.' in shown
    assert re.search(r"2 alerts since \d{4}-\d\d-\d\d \d\d:\d\d UTC$", shown)


@pytest.mark.usefixtures("pipeline")
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_no_word_of_the_list_is_cut_in_two(columns: int) -> None:
    lines = _alerts(columns=columns).stdout.splitlines()

    assert all(len(line) <= columns for line in lines)
    shown = "\n".join(lines)
    for word in ("95743357", "error", "alpine", "october-", '"alarm-dead-letters-qa"', "crossed."):
        assert word in shown


@pytest.mark.usefixtures("pipeline")
def test_an_alert_is_shown_as_it_was_sent() -> None:
    assert _alerts("95743357").stdout == f"Sent:    2025-10-06 08:00:00 UTC\nSubject: ETL qa: file failed\n\n{TEXT}\n"


@pytest.mark.usefixtures("pipeline")
def test_a_command_can_be_copied_from_a_narrow_terminal() -> None:
    assert f"    etl audit {'f' * 64}" in _alerts("95743357", columns=60).stdout.splitlines()


def test_nothing_sent_is_said_with_the_time_looked_at(pipeline: FakePipeline) -> None:
    pipeline.sent.clear()

    result = _alerts("--since", "2h")

    assert result.exit_code == ExitCode.OK
    assert result.stdout.startswith("0 alerts since ")
    ((first, last),) = pipeline.asked
    assert last - first == timedelta(hours=2)


@pytest.mark.usefixtures("pipeline")
def test_alarms_are_of_no_partner() -> None:
    (printed,) = json.loads(_alerts("--partner", "alpine", "--json").stdout)

    assert printed == {
        "id": FAILED.alert_id,
        "at": "2025-10-06T08:00:00+00:00",
        "subject": "ETL qa: file failed",
        "severity": "error",
        "status": "FAILED",
        "partner": "alpine",
        "text": TEXT,
    }


@pytest.mark.usefixtures("pipeline")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["957433"], f"'957433' fits {FAILED.alert_id}, {ALARM.alert_id}: give one of these"),
        (["95743"], "give its first 6 digits or more"),
        (["abcdef"], "--since 30d looks through all"),
        (["--since", "31d"], "give --since 30d, or less"),
        (["--partner", "alpin"], "did you mean alpine?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_not_there_or_not_kept_is_incorrect_usage(arguments: list[str], says: str) -> None:
    error = _alerts(*arguments).exception

    assert isinstance(error, UsageError)
    assert says in str(error)
