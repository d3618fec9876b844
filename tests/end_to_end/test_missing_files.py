"""A file that was due and has not come, on a deployment whose package has a layout that says when."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deployment.waiting import wait_until
from etl.package import ROOT
from local.layouts import with_layout
from pipeline.missing_files import STATUS
from tests.end_to_end.deployment import Deployment

PARTNER = "punctual"


def _layout(due_at: datetime) -> str:
    """Write a layout of another partner, whose file is due every day at that minute."""
    text = (ROOT / "layouts" / "alpine-2025.yaml").read_text(encoding="utf-8").replace("alpine", PARTNER)
    return f'{text}due: {{by: "{due_at:%H:%M}", days: [Mon, Tue, Wed, Thu, Fri, Sat, Sun]}}\n'


@pytest.fixture
def check(deployment: Deployment) -> Iterator[Callable[[], Any]]:
    """Given that one more layout is in the package of the check, and a file of it was due a minute ago."""
    function = deployment.stack.physical_id("AWS::Lambda::Function", "CheckArrivals")
    layout = _layout(datetime.now(UTC) - timedelta(minutes=1))
    with with_layout(deployment.stack, ["CheckArrivals"], f"{PARTNER}-2025.yaml", layout):
        yield lambda: deployment.client("lambda").invoke(FunctionName=function, Payload=b"{}")


def test_a_file_that_was_due_and_has_not_come_is_alerted_once(deployment: Deployment, check: Callable[[], Any]) -> None:
    # When the check runs twice
    answers = [check(), check()]
    # Then it had every right that it needs
    assert ["FunctionError" not in answer for answer in answers] == [True, True]
    # And one alert went out
    alerts = wait_until(
        "the missing file is alerted",
        lambda: [alert for alert in deployment.inbox.received() if alert.attributes.get("partner") == PARTNER],
        lambda alerts: alerts != [],
    )
    assert [alert.attributes["status"] for alert in alerts] == [STATUS]
    assert f"{PARTNER}-2025" in alerts[0].message
    assert "Last one came: never" in alerts[0].message
    # And it is listed among those that were sent
    now = datetime.now(UTC)
    sent = deployment.pipeline.alerts.between(now - timedelta(hours=1), now)
    assert [alert.text for alert in sent if alert.partner == PARTNER] == [alerts[0].message]
