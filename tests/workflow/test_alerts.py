"""What people are sent: every kind of message word by word, and no flood of them."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.workflow.alerting import ALERTS_PER_HOUR
from etl.workflow.definition import BATCH, SETTLE
from etl.workflow.settling import EVERY_FILE
from local.alerts import Alert
from pipeline.constants import FileStatus
from tests.workflow.changes import miscalculates
from tests.workflow.files import Upload, upload, validation
from tests.workflow.machine import Machine, throws
from tests.workflow.scripts import BROKEN, ROUTES, process

ALERTS = Path(__file__).parent / "alerts"


def _rejected(machine: Machine, file: Upload, route: str) -> None:
    refused = validation(verdict="REJECTED", reason_code="HEADER_MISMATCH", read=0)
    process(machine, file, route=route, validated=refused)


def _rows_rejected(machine: Machine, file: Upload, route: str) -> None:
    process(machine, file, route=route, validated=validation(verdict="VALID_WITH_REJECTED_ROWS", read=5, rejected=2))


def _failed(machine: Machine, file: Upload, route: str) -> None:
    process(machine, file, route=route, changes={"Transform": throws(BROKEN)})


KINDS: dict[str, Callable[[Machine, Upload, str], None]] = {
    "file-rejected": _rejected,
    "rows-rejected": _rows_rejected,
    "file-failed": _failed,
}


def _text(alert: Alert) -> str:
    """Write a message down as a person reads it, with what differs from run to run named."""
    return f"Subject: {alert.subject}\nSeverity: {alert.attributes['severity']}\n\n{alert.message}\n"


@pytest.mark.requirement("O1")
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_alert_has_its_exact_words(machine: Machine, kind: str, route: str) -> None:
    file = upload()

    KINDS[kind](machine, file, route)

    [alert] = machine.alerts(file)
    execution = str((machine.row(file) or {})["execution"])
    text = _text(alert).replace(file.file_id, "<file id>").replace(file.key, "<key>").replace(execution, "<execution>")
    assert text == (ALERTS / f"{kind}.txt").read_text(encoding="utf-8")


@pytest.mark.requirement("O1")
def test_the_alert_on_an_unidentified_file_has_its_exact_words(
    machine: Machine,
) -> None:
    ended = machine.execution("of a file that nobody can identify")
    document = json.dumps({"route": BATCH, "files": [upload().event]})

    with machine.changed({f"Work out the identity ({EVERY_FILE})": miscalculates}):
        machine.run({"route": SETTLE, "ended": {"executionArn": ended, "input": document}}, {})

    [alert] = machine.alerts_of_execution(ended)
    expected = (ALERTS / "file-unidentified.txt").read_text(encoding="utf-8")
    assert _text(alert).replace(ended, "<execution>") == expected


@pytest.mark.requirement("O1")
def test_of_fifty_rejected_files_ten_are_alerted(
    machine: Machine,
) -> None:
    # Given a partner whose files are all of a wrong header
    partner = "flooding"
    files = [upload(partner=partner) for _ in range(50)]
    refused = validation(verdict="REJECTED", reason_code="HEADER_MISMATCH", read=0)

    # When 50 of them come in one batch
    run = process(machine, *files, route=BATCH, validated=refused)

    # Then every one is recorded
    assert run.status == "SUCCEEDED"
    rows = [machine.row(file) or {} for file in files]
    assert {row["status"] for row in rows} == {FileStatus.REJECTED}
    # And of each hour, the first ones are alerted, and one more message says that the limit is reached
    hours = Counter(str(row["updated_at"])[:13] for row in rows)
    sent = Counter(alert.subject for alert in machine.alerts_of(partner))
    assert sent["ETL test: file rejected"] == sum(min(ALERTS_PER_HOUR, number) for number in hours.values())
    assert sent["ETL test: alert limit reached"] == sum(number > ALERTS_PER_HOUR for number in hours.values())
    # And it says what to do
    texts = {_text(alert) for alert in machine.alerts_of(partner) if alert.subject.endswith("alert limit reached")}
    assert texts == {(ALERTS / "alert-limit-reached.txt").read_text(encoding="utf-8")}


def test_a_rejected_file_is_alerted_if_it_cannot_be_counted(
    machine: Machine,
) -> None:
    file = upload()
    refused = validation(verdict="REJECTED", reason_code="HEADER_MISMATCH", read=0)

    run = process(machine, file, validated=refused, changes={"Count rejection alerts": throws(BROKEN)})

    assert run.status == "SUCCEEDED"
    assert [alert.subject for alert in machine.alerts(file)] == ["ETL test: file rejected"]
