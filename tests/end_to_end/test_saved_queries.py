"""Every saved query on a deployment of its own, where the files are few and the answers known."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest

from cli.doctor.checks import Finding, examine
from cli.tables import short_id
from deployment.athena import Row
from deployment.pipeline import Pipeline
from deployment.waiting import wait_until
from etl.saved_queries import read_queries
from local.batching import batching
from local.deploy import deploy, destroy
from local.emulator import Emulator
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from tests.end_to_end.conftest import CONTEXT
from tests.end_to_end.files import BAD_CELL, IBAN, Booking, alpine_csv, obie_json
from transactions.reports.page import NOT_PUBLISHED

SUFFIX = "queries"
QUERIES = read_queries()
RECORDED = "SELECT file_id, status, rows_in_other_files, conflicting_rows, overlapping_files FROM files"
SUMS = """
SELECT
    (SELECT count(*) FROM transactions) AS readable,
    (SELECT sum(amount) FROM transactions) AS readable_total,
    (SELECT sum(rows_published) FROM files) AS published,
    (SELECT sum(rows_accepted) FROM files) AS accepted,
    (SELECT sum(transactions_published) FROM file_totals) AS published_by_currency,
    (SELECT sum(total_published) FROM file_totals) AS published_total
"""


@dataclass(frozen=True)
class Answers:
    """The files' rows by name, every saved query's answer, what the tables sum up to, and each report's page."""

    files: dict[str, AuditRow]
    rows: dict[str, list[Row]]
    sums: dict[str, Decimal]
    pages: dict[str, str]
    transactions: list[Row]
    ledger: list[Row]
    recorded: dict[str, Row]
    findings: dict[str, Finding]


@pytest.fixture(scope="module")
def answers(emulator: Emulator) -> Iterator[Answers]:
    """Given two good files, one with a bad row, a rejected, a duplicate, one that was corrected, and one that overlaps.

    The last has a good file's first row again, and its second with another amount.
    """
    stack = deploy(emulator, SUFFIX, context=CONTEXT)
    pipeline = Pipeline(stack)
    upload = pipeline.upload
    first, last = Booking("2025-10-01", "10.10"), Booking("2025-10-02", "-0.10", "EUR")
    with batching(stack):
        files = {
            "alpine": upload("incoming/alpine/good.csv", alpine_csv("good", first, first, last)),
            "obie": upload("incoming/obie/good.json", obie_json("good", last)),
            "bad row": upload("incoming/alpine/bad.csv", alpine_csv("bad", first, Booking("2025-10-01", BAD_CELL))),
            "rejected": upload("incoming/alpine/empty.csv", b""),
            "wrong": upload("incoming/alpine/corrected.csv", alpine_csv("wrong", Booking("2025-10-01", "99.00"))),
        }
        pipeline.settle(files.values())
        files |= {
            "copy": upload("incoming/alpine/copy.csv", alpine_csv("good", first, first, last)),
            "corrected": upload("incoming/alpine/corrected.csv", alpine_csv("right", Booking("2025-10-01", "9.90"))),
            "overlapping": upload(
                "incoming/alpine/october.csv", alpine_csv("good", first, Booking("2025-10-01", "10.30"))
            ),
        }
        pipeline.settle(files.values())
        wait_until(
            "the overlapping file has its figures",
            lambda: pipeline.rows(files.values())[files["overlapping"]],
            lambda row: row.rows_in_other_files > 0,
        )
        rows = pipeline.rows(files.values())
        recorded = wait_until(
            "every outcome is recorded",
            lambda: {str(row["file_id"]): row for row in pipeline.athena.query(RECORDED)},
            lambda recorded: (
                {name: (row["status"], row["rows_in_other_files"]) for name, row in recorded.items()}
                == {row.file_id: (row.status, str(row.rows_in_other_files)) for row in rows.values()}
            ),
        )
    yield Answers(
        files={name: rows[file] for name, file in files.items()},
        rows={name: pipeline.athena.query(query.sql) for name, query in QUERIES.items()},
        sums={name: Decimal(str(value)) for name, value in pipeline.athena.query(SUMS)[0].items()},
        pages={name: (pipeline.processed(rows[file].report) or b"").decode() for name, file in files.items()},
        transactions=pipeline.athena.query("SELECT * FROM transactions"),
        ledger=pipeline.athena.query("SELECT * FROM ledger ORDER BY transaction_id, partner"),
        recorded=recorded,
        findings={finding.subject: finding for finding in examine(stack, pipeline)},
    )
    destroy(emulator, SUFFIX)


def test_daily_totals_count_each_transaction_once(answers: Answers) -> None:
    found = [tuple(row.values()) for row in answers.rows["daily-totals"]]
    assert [(*row[:4], *(Decimal(str(value)) for value in row[4:])) for row in found] == [
        ("2025-10-01", "alpine", "CHF", "4", Decimal("40.40"), Decimal(0), Decimal("40.40")),
        ("2025-10-02", "alpine", "EUR", "1", Decimal(0), Decimal("-0.10"), Decimal("-0.10")),
        ("2025-10-02", "obie", "EUR", "1", Decimal(0), Decimal("-0.10"), Decimal("-0.10")),
    ]


def test_rejections_count_files_and_rows_by_code(answers: Answers) -> None:
    found = {(row["rejected"], row["partner"], row["field"], row["code"]): row for row in answers.rows["rejections"]}
    assert found.keys() == {
        ("file", "alpine", None, "EMPTY_FILE"),
        ("row", "alpine", "amount", "AMOUNT_FORMAT"),
    }
    assert {(row["errors"], row["files"]) for row in found.values()} == {("1", "1")}


def test_no_file_was_late(answers: Answers) -> None:
    assert answers.rows["late-files"] == []


def test_duplicate_and_superseded_files_name_their_replacement(answers: Answers) -> None:
    files = answers.files
    found = {(row["status"], row["file_id"], row["standing_file_id"]) for row in answers.rows["repeated-files"]}
    assert found == {
        (FileStatus.DUPLICATE, files["copy"].file_id, files["alpine"].file_id),
        (FileStatus.SUPERSEDED, files["wrong"].file_id, files["corrected"].file_id),
    }


@pytest.mark.requirement("T1")
def test_published_rows_are_those_that_can_be_read(answers: Answers) -> None:
    sums = answers.sums
    assert sums["readable"] == sums["published"] == sums["published_by_currency"] == 8
    assert sums["readable_total"] == sums["published_total"] == Decimal("60.40")
    # Those of the copy and of the wrong file are accepted, and cannot be read
    assert sums["accepted"] == 12


def test_the_page_of_an_unpublished_file_says_so(answers: Answers) -> None:
    files, pages = answers.files, answers.pages
    assert {name for name, page in pages.items() if NOT_PUBLISHED in page} == {"rejected", "wrong", "copy"}
    assert files["alpine"].file_id in pages["copy"]
    assert files["corrected"].file_id in pages["wrong"]
    assert all(pages.values())


def test_every_file_reconciles_to_the_last_digit(answers: Answers) -> None:
    files, rows = answers.files, answers.rows["reconciliation"]
    assert {row["verdict"] for row in rows} == {"AGREES"}
    assert {(row["file_id"], row["currency"], Decimal(str(row["promised_total"]))) for row in rows} == {
        (files["alpine"].file_id, "CHF", Decimal("20.20")),
        (files["alpine"].file_id, "EUR", Decimal("-0.10")),
        (files["obie"].file_id, "EUR", Decimal("-0.10")),
        (files["bad row"].file_id, "CHF", Decimal("10.10")),
        (files["corrected"].file_id, "CHF", Decimal("9.90")),
        (files["overlapping"].file_id, "CHF", Decimal("20.40")),
    }


def test_overlaps_name_their_files_and_conflicts_first(answers: Answers) -> None:
    names = ("verdict", "transaction_id", "amount", "in_ledger", "key", "file_id")
    found = [tuple(row[name] for name in names) for row in answers.rows["overlaps"]]

    good, october = answers.files["alpine"], answers.files["overlapping"]
    assert found == [
        ("CONFLICT", "good-1", "10.30000", "yes", october.key, october.file_id),
        ("CONFLICT", "good-1", "10.10000", "no", good.key, good.file_id),
        ("SAME", "good-0", "10.10000", "yes", october.key, october.file_id),
        ("SAME", "good-0", "10.10000", "no", good.key, good.file_id),
    ]
    assert {(row["account_id"], row["booking_date"], row["currency"]) for row in answers.rows["overlaps"]} == {
        (IBAN, "2025-10-01", "CHF")
    }


def test_a_completed_file_says_what_other_files_have_too(answers: Answers) -> None:
    october, good = answers.files["overlapping"], answers.files["alpine"]
    assert (october.rows_in_other_files, october.conflicting_rows) == (2, 1)
    assert october.overlapping_files == (good.file_id,)
    # The file that came first says nothing of one that came after it
    assert good.overlaps_at is None
    row = answers.recorded[october.file_id]
    assert (row["rows_in_other_files"], row["conflicting_rows"], row["overlapping_files"]) == ("2", "1", "1")
    assert "2 rows also in 1 other file, 1 of them with another amount" in answers.pages["overlapping"]
    assert short_id(october.file_id) in answers.findings["Files in conflict"].seen


def test_the_ledger_has_each_transaction_once(answers: Answers) -> None:
    assert len(answers.transactions) == 8
    assert [(row["transaction_id"], row["partner"], row["file_id"]) for row in answers.ledger] == [
        ("bad-0", "alpine", answers.files["bad row"].file_id),
        ("good-0", "alpine", answers.files["overlapping"].file_id),
        ("good-0", "obie", answers.files["obie"].file_id),
        ("good-1", "alpine", answers.files["overlapping"].file_id),
        ("good-2", "alpine", answers.files["alpine"].file_id),
        ("right-0", "alpine", answers.files["corrected"].file_id),
    ]
    assert all(row in answers.transactions for row in answers.ledger)
