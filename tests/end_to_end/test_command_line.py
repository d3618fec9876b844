"""The command line as people use it, on a deployed stack: from an upload to its report and its rows."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.exit_codes import ExitCode
from cli.main import app
from cli.options import UsageError
from cli.tables import short_id
from deployment.waiting import wait_until
from etl.package import ROOT
from pipeline.constants import FailedStep
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.failures import Failed
from tests.end_to_end.files import BAD_CELL, Booking, alpine_csv

Etl = Callable[..., Result]
ROWS = (Booking("2025-05-01", "10.00"), Booking("2025-05-02", "-2.50"))


@pytest.fixture
def etl(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Etl:
    """Run a command in a shell whose environment points at the deployment."""
    for name, value in deployment.emulator.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ETL_SUFFIX", deployment.stack.name.rpartition("-")[2])
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, *bookings: Booking) -> Path:
        path = tmp_path / f"{name}.csv"
        path.write_bytes(alpine_csv(name, *bookings))
        return path

    return write


@pytest.mark.requirement("O1", "T1", "T3")
def test_a_rejected_file_is_explained_corrected_and_accepted(
    etl: Etl, file: Callable[..., Path], tmp_path: Path
) -> None:
    # When a file with a bad row is submitted
    bad = file("person", *ROWS, Booking("2025-05-03", BAD_CELL))
    submitted = etl("submit", bad, "--partner", "alpine", "--wait", "--json")
    # Then the exit code and the row say that it is to be looked at
    assert submitted.exit_code == ExitCode.NOTICE, submitted.output
    (row,) = json.loads(submitted.stdout)
    assert (row["status"], row["rows_rejected"]) == ("COMPLETED", 1)
    # And the report names the line, for people and for programs
    page = tmp_path / "report.html"
    assert etl("report", row["file_id"], "--out", page).exit_code == ExitCode.OK
    assert "AMOUNT_FORMAT" in page.read_text()
    assert json.loads(etl("report", row["key"], "--json").stdout)["verdict"] == "VALID_WITH_REJECTED_ROWS"
    rows = tmp_path / "rows.csv"
    assert etl("report", row["key"], "--rows", rows).exit_code == ExitCode.OK
    assert [line["code"] for line in csv.DictReader(rows.read_text().splitlines())] == ["AMOUNT_FORMAT"]
    # When the corrected file is submitted under the same name
    file("person", *ROWS, Booking("2025-05-03", "7.77"))
    corrected = etl("submit", bad, "--partner", "alpine", "--wait")
    # Then all is well
    assert corrected.exit_code == ExitCode.OK, corrected.output
    # And the trail tells both versions, and where the rows lie
    told = json.loads(etl("audit", row["key"], "--json").stdout)
    assert told["row"]["status"] == "COMPLETED"
    assert [(version["file_id"], version["status"]) for version in told["versions"]] == [(row["file_id"], "SUPERSEDED")]
    assert [item["rows"] for item in told["objects"]] == [1, 1, 1]
    assert "SUPERSEDED" in etl("audit", row["file_id"]).stdout
    # And Athena counts the corrected rows once
    sql = f"SELECT count(*) AS n, sum(amount) AS total FROM transactions WHERE file_id = '{told['row']['file_id']}'"  # noqa: S608
    assert json.loads(etl("query", sql, "--json").stdout) == [{"n": "3", "total": "15.27000"}]
    # And so does the ledger, here as a file
    counted = tmp_path / "ledger.csv"
    assert etl("query", sql.replace("transactions", "ledger"), "--out", counted).exit_code == ExitCode.OK
    assert counted.read_text().splitlines() == ["n,total", "3,15.27000"]


@pytest.mark.requirement("M1", "O1")
def test_a_failed_files_logs_have_the_traceback_of_its_step(etl: Etl, failed: Failed) -> None:
    # Given a file whose transform function could not write
    row = failed.rows["overtaken"]
    # Then its row says in which step it failed, and its trail says what to look at
    assert row.failed_step == FailedStep.TRANSFORM
    assert f"etl logs {short_id(row.file_id)};" in etl("audit", row.file_id).stdout
    # And its logs have what each function said of it, and the traceback
    lines = json.loads(etl("logs", row.file_id, "--json").stdout)
    said = {(line["group"].rpartition("/")[2].split("-")[1], line["text"]) for line in lines}
    assert {("validate", "started"), ("validate", "validated"), ("transform", "started")} <= said
    assert {"Traceback", "AccessDenied"} <= {word for _, text in said for word in re.findall(r"\w+", text)}
    # And nothing of another file
    assert {line["fields"]["file_id"] for line in lines if "file_id" in line["fields"]} == {row.file_id}


@pytest.mark.requirement("O1")
@pytest.mark.usefixtures("batch", "failed")
def test_the_alerts_listed_are_those_that_subscribers_received(etl: Etl, deployment: Deployment) -> None:
    # Given files that were refused, that lost rows, and that failed
    received = sorted((alert.subject, alert.message) for alert in deployment.inbox.received() if alert.attributes)
    assert {subject.rpartition(": ")[2] for subject, _ in received} >= {"file rejected", "rows rejected", "file failed"}
    # Then each alert is listed once, as it was received
    listed = [alert for alert in json.loads(etl("alerts", "--json").stdout) if alert["severity"]]
    assert sorted((alert["subject"], alert["text"]) for alert in listed) == received
    # And the newest comes first, and is found by the beginning of its id
    assert [alert["at"] for alert in listed] == sorted((alert["at"] for alert in listed), reverse=True)
    assert listed[0]["text"].splitlines()[-1] in etl("alerts", listed[0]["id"][:8]).stdout


@pytest.fixture
def ringing(deployment: Deployment) -> Iterator[str]:
    """Given an alarm that fires; its name."""
    name = next(one for one in deployment.stack.physical_ids("AWS::CloudWatch::Alarm") if "-queue-age-" in one)
    set_state = deployment.client("cloudwatch").set_alarm_state
    set_state(AlarmName=name, StateValue="ALARM", StateReason="practice")
    yield name
    set_state(AlarmName=name, StateValue="OK", StateReason="practice is over")


def test_an_alarm_that_has_notified_is_listed(etl: Etl, ringing: str) -> None:
    # Then it is listed with its reason and its section of the runbook
    (listed,) = [alert for alert in json.loads(etl("alerts", "--json").stdout) if ringing in alert["subject"]]
    assert listed["subject"] == f'ALARM: "{ringing}"'
    assert listed["text"].startswith("practice\n")
    assert listed["text"].endswith("docs/runbook.md#queue-age")


@pytest.mark.usefixtures("batch")
def test_status_finds_files_by_status_partner_and_age(etl: Etl) -> None:
    # Given files of every kind
    def keys(*arguments: str) -> set[str]:
        return {row["key"] for row in json.loads(etl("status", "--json", "--limit", "1000", *arguments).stdout)}

    # Then each filter shows those that it names, and no others
    assert "incoming/alpine/empty.csv" in keys("--status", "rejected")
    assert "incoming/alpine/bad-row.csv" not in keys("--status", "rejected")
    assert all(key.startswith("incoming/obie/") for key in keys("--partner", "obie"))
    assert keys("--since", "1h") > keys("--since", "1h", "--partner", "obie") > set()
    assert keys("--older-than", "1h") == set()
    assert "REJECTED" in etl("status", "--partner", "nobody").stdout


def test_the_doctor_examines_a_deployment(etl: Etl) -> None:
    levels = {finding["subject"]: finding["level"] for finding in json.loads(etl("doctor", "--json").stdout)}
    # Then there is no problem but letters that other tests leave; that the crawler has not run yet is a note
    assert {subject for subject, level in levels.items() if level == "problem"} <= {"Dead letters"}
    assert levels["Crawler"] == "note"


@pytest.mark.usefixtures("batch")
def test_a_file_is_found_by_what_people_have_of_it(etl: Etl) -> None:
    rows = json.loads(etl("status", "--json", "--partner", "obie").stdout)
    row = rows[-1]
    # Then its whole id, the beginning of it, its key and its name lead to the same file
    for file in (row["file_id"], row["file_id"][:12], row["key"], row["key"].rpartition("/")[2]):
        assert json.loads(etl("audit", file, "--json").stdout)["row"]["key"] == row["key"]
    # And the summary counts what the list leaves out
    assert f"{len(rows)} files:" in etl("status", "--partner", "obie", "--limit", "1").stdout


def test_a_dry_run_uploads_nothing(etl: Etl, file: Callable[..., Path]) -> None:
    told = etl("submit", file("dry", *ROWS), "--partner", "alpine", "--dry-run", "--json")

    assert json.loads(told.stdout) == [{"key": "incoming/alpine/dry.csv", "replaces": ""}]
    assert isinstance(etl("audit", "incoming/alpine/dry.csv").exception, UsageError)


def test_a_deployment_says_where_it_is(etl: Etl, deployment: Deployment) -> None:
    told = json.loads(etl("info", "--json").stdout)

    assert (told["stack"], told["embedded"], told["links"]) == (deployment.stack.name, True, {})
    assert told["outputs"] == deployment.stack.outputs


def test_the_overview_has_figures_sums_and_reports(deployment: Deployment, etl: Etl, tmp_path: Path) -> None:
    # Given a partner's file with a rejected row, whose outcome is in the tables
    submitted = etl("submit", ROOT / "layouts" / "wise-statement.sample.csv", "--partner", "wise", "--wait", "--json")
    (row,) = json.loads(submitted.stdout)
    recorded = f"SELECT file_id FROM files WHERE file_id = '{row['file_id']}'"  # noqa: S608
    wait_until("the outcome is recorded", lambda: deployment.pipeline.athena.query(recorded), bool)
    # When the overview is written
    answer = etl("overview", "--out", tmp_path, "--days", "2", "--json")
    # Then it has the partner's day and its exact sum
    assert answer.exit_code == ExitCode.OK, answer.output
    told = json.loads(answer.stdout)
    (day,) = [day for day in told["days"] if day["partner"] == "wise"]
    assert (day["files"], day["completed"], day["rows_published"], day["rows_rejected"]) == (1, 1, 4, 1)
    (total,) = [total for total in told["sums"] if total["partner"] == "wise"]
    assert (total["currency"], total["transactions"], Decimal(total["total"])) == ("EUR", 4, Decimal("-102.00"))
    # And the sums of all partners are those of each, added up
    of_euros = [Decimal(total["total"]) for total in told["sums"] if total["currency"] == "EUR"]
    assert sum(of_euros[:-1]) == of_euros[-1]
    # And the page lists the file among those to look at, and leads to its report
    (file,) = [file for file in told["listed"] if file["file_id"] == row["file_id"]]
    assert (file["noteworthy"], file["late"]) == (True, False)
    link = f"reports/{row['file_id']}.html"
    assert f'<a href="{link}">wise-statement.sample.csv</a>' in (tmp_path / "index.html").read_text()
    assert "ID_MISSING" in (tmp_path / link).read_text()


def test_what_does_not_exist_is_one_line_with_the_next_step(etl: Etl) -> None:
    for arguments, says in (
        (["audit", "incoming/alpine/never.csv"], "no file incoming/alpine/never.csv"),
        (["status", "--suffix", "nowhere"], "no stack etl-pipeline-nowhere"),
    ):
        assert says in str(etl(*arguments).exception)
