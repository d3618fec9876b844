"""Good and bad files of one batch, from upload to Athena; and a large one on the direct route."""

import pytest

from deployment.pipeline import Partition
from etl.workflow.definition import BATCH, DIRECT
from pipeline.constants import SERVICE_LEVEL, FileStatus
from tests.end_to_end.batch import AWKWARD_KEY, BAD_FILES, GOOD, Batch
from tests.end_to_end.conftest import DIRECT_THRESHOLD_BYTES
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.files import BAD_CELL, Booking, alpine_csv, obie_json, sums
from transactions.codes import FileCode, RowCode


@pytest.mark.requirement("E1", "O2", "W4")
def test_small_files_uploaded_together_travel_in_one_execution(deployment: Deployment, batch: Batch) -> None:
    # When the window has passed
    executions = {row.execution for row in batch.rows}
    # Then one execution of the batch route has handled all of them
    assert len(executions) == 1
    assert deployment.pipeline.route(executions.pop()) == BATCH


@pytest.mark.requirement("F1", "F2", "S1", "S2", "W1", "W2")
def test_a_good_file_of_the_batch_is_completed_and_readable(deployment: Deployment, batch: Batch) -> None:
    # Given a batch that is full of bad files, then the good one is completed
    assert batch.good.status is FileStatus.COMPLETED
    # And Athena returns its rows, to the last digit
    assert deployment.published([batch.good]) == sums(*GOOD)
    assert batch.good.sums == {currency: total for currency, (_, total) in sums(*GOOD).items()}


@pytest.mark.requirement("E2", "W2")
def test_a_key_of_any_characters_is_read_as_it_is(deployment: Deployment, batch: Batch) -> None:
    # Given a key with space, +, %, & and unicode, and an upper-case extension, then nothing of it was decoded
    assert batch.awkward.key == AWKWARD_KEY
    assert batch.awkward.status is FileStatus.COMPLETED
    assert deployment.published([batch.awkward]) == sums(*GOOD)


@pytest.mark.requirement("F1", "O1", "T1")
@pytest.mark.parametrize("code", BAD_FILES)
def test_a_bad_file_is_rejected_with_its_reason_and_an_alert(
    deployment: Deployment, batch: Batch, code: FileCode
) -> None:
    # Given a file that cannot be processed, then its row says why, for programs and for people
    row = batch.bad[code]
    assert row.status is FileStatus.REJECTED
    assert row.detail == code
    assert row.reason.startswith(code.meaning)
    # And one alert went out that names the file and the reason
    (alert,) = deployment.alerts_about(row)
    assert alert.attributes["status"] == FileStatus.REJECTED
    assert row.key in alert.message
    assert code in alert.message
    # And none of its rows is readable
    assert not deployment.published([row])


@pytest.mark.requirement("F2", "O1", "T1")
def test_a_bad_row_is_quarantined_and_the_others_are_published(deployment: Deployment, batch: Batch) -> None:
    # Given a file with one bad row, then it is completed without it
    row = batch.bad_row
    assert row.status is FileStatus.COMPLETED
    assert (row.rows_read, row.rows_accepted, row.rows_rejected) == (4, 3, 1)
    assert deployment.published([row]) == sums(*GOOD)
    # And the row is found in quarantine by its line, with the value masked
    (quarantined,) = deployment.pipeline.athena.query(f"SELECT * FROM quarantine WHERE file_id = '{row.file_id}'")  # noqa: S608
    assert quarantined["source_line"] == "5"
    assert quarantined["error_code"] == RowCode.AMOUNT_FORMAT
    assert BAD_CELL not in str(quarantined)
    # And one alert says how many
    (alert,) = deployment.alerts_about(row)
    assert alert.attributes["status"] == FileStatus.COMPLETED
    assert RowCode.AMOUNT_FORMAT in alert.message


@pytest.mark.requirement("O1")
def test_a_good_file_alerts_nobody(deployment: Deployment, batch: Batch) -> None:
    assert not deployment.alerts_about(batch.good)
    assert not deployment.alerts_about(batch.awkward)


@pytest.mark.requirement("E2")
@pytest.mark.usefixtures("batch")
def test_a_file_of_another_type_is_ignored(deployment: Deployment) -> None:
    # Given a .txt file uploaded after the others, which all have their outcome, then there is no row of it
    assert not [row for row in deployment.pipeline.audit.rows() if row.key.endswith(".txt")]


@pytest.mark.requirement("T3")
def test_the_history_has_every_status_with_its_time(batch: Batch) -> None:
    for row in batch.rows:
        assert [change.status for change in row.history] == [FileStatus.RECEIVED, FileStatus.PROCESSING, row.status]
        assert [change.at for change in row.history] == sorted(change.at for change in row.history)
        assert all(change.execution == row.execution for change in row.history)


@pytest.mark.requirement("O3")
def test_partitions_are_registered_when_a_file_is_completed(deployment: Deployment) -> None:
    # Given a file with a booking date that no other file has
    upload = deployment.pipeline.upload("incoming/alpine/new-day.csv", alpine_csv("new", Booking("2024-02-29", "1.00")))
    # When its row says COMPLETED
    (row,) = deployment.pipeline.settle([upload]).values()
    # Then its partition is in the catalog
    assert row.status is FileStatus.COMPLETED
    assert Partition("transactions", ("alpine", "2024-02-29")) in deployment.pipeline.partitions("transactions")


@pytest.mark.requirement("E1", "F2", "W1", "W2", "W4")
@pytest.mark.parametrize("write", [alpine_csv, obie_json], ids=["csv", "json"])
def test_a_large_file_starts_an_execution_of_its_own(deployment: Deployment, write: object) -> None:
    # Given files above the threshold
    bookings = [Booking(f"2025-10-{1 + number % 3:02}", f"{number}.37") for number in range(500)]
    maker, partner, extension = (alpine_csv, "alpine", "csv") if write is alpine_csv else (obie_json, "obie", "json")
    content = maker("large", *bookings)
    assert len(content) >= DIRECT_THRESHOLD_BYTES
    # When one is uploaded
    (row,) = deployment.process(deployment.pipeline.upload(f"incoming/{partner}/large.{extension}", content))
    # Then it went direct, and all of it is readable
    assert deployment.pipeline.route(row.execution) == DIRECT
    assert row.status is FileStatus.COMPLETED
    assert deployment.published([row]) == sums(*bookings)


@pytest.mark.requirement("L1")
def test_a_file_of_100_mb_is_done_well_inside_15_minutes(deployment: Deployment) -> None:
    # Given 100 MB of bookings over a month
    rows = 1_020_000
    bookings = [
        Booking(f"2025-06-{1 + number % 30:02}", f"{number % 9973}.{number % 100:02}") for number in range(rows)
    ]
    content = alpine_csv("month", *bookings)
    assert len(content) > 100_000_000
    # When they are uploaded as one file
    (row,) = deployment.process(deployment.pipeline.upload("incoming/alpine/month.csv", content))
    # Then every row is readable, to the last digit
    assert row.status is FileStatus.COMPLETED
    assert deployment.published([row]) == sums(*bookings)
    # And there is ample time left
    assert row.latency is not None
    assert row.latency < SERVICE_LEVEL / 3
