"""The command line as people use it, on a deployed stack: from an upload to its report and its rows."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.exit_codes import ExitCode
from cli.main import app
from tests.end_to_end.deployment import Deployment
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
    findings = {finding["subject"]: finding["advice"] for finding in json.loads(etl("doctor", "--json").stdout)}
    # Then all is well, but for the crawler, which has not run yet, and letters that other tests leave
    assert {subject for subject, advice in findings.items() if advice} - {"Dead letters"} == {"Crawler"}


def test_what_does_not_exist_is_one_line_with_the_next_step(etl: Etl) -> None:
    for arguments, says in (
        (["audit", "incoming/alpine/never.csv"], "no file incoming/alpine/never.csv"),
        (["status", "--suffix", "nowhere"], "no stack etl-pipeline-nowhere"),
    ):
        assert says in str(etl(*arguments).exception)
