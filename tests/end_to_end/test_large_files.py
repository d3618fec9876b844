"""A large file goes through the job, and comes out as any other: its rows, sums, report and event, once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from etl.workflow.large_files import LARGE_FILES
from local.emulator import Emulator
from local.session import deployed_pipeline
from pipeline.constants import FileStatus
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.files import Booking, alpine_csv, sums

THRESHOLD_BYTES = 1024**2


@pytest.fixture(scope="module")
def lowered(emulator: Emulator) -> Iterator[Deployment]:
    """Given a deployment whose large files have more than a megabyte."""
    context = {"largeThresholdBytes": str(THRESHOLD_BYTES)}
    with deployed_pipeline(emulator, "large", context=context) as deployed:
        yield Deployment.of(deployed)


@pytest.mark.requirement("L3")
def test_a_large_file_is_processed_by_the_job(lowered: Deployment) -> None:
    # Given a file above the threshold, with one row that is rejected
    bookings = [Booking(f"2025-10-{1 + number % 3:02}", f"{number}.37") for number in range(12_000)]
    content = alpine_csv("large", *bookings, Booking("2025-10-01", "no amount"))
    assert len(content) > THRESHOLD_BYTES
    # When it is uploaded
    (row,) = lowered.process(lowered.pipeline.upload("incoming/alpine/large.csv", content))
    # Then the job has processed it, and all of it is readable
    assert row.status is FileStatus.COMPLETED
    assert lowered.pipeline.route(row.execution) == LARGE_FILES
    assert row.large
    assert (row.rows_accepted, row.rows_rejected) == (12_000, 1)
    assert lowered.published([row]) == sums(*bookings)
    # And its event was sent, its report written, and nothing failed
    assert len(lowered.announcements.about(row.file_id)) == 1
    assert lowered.pipeline.processed(row.report.replace(".html", ".json"))
    assert lowered.pipeline.waiting_messages("DeadLetterQueue") == 0
    # And the job's log is in the stack's own group, without a cell of the file
    logged = list(lowered.log_events("job-large-files"))
    assert any("answered" in line for line in logged)
    assert not any("no amount" in line for line in logged)


@pytest.mark.requirement("L2", "L3")
def test_an_unreadable_large_file_fails_with_the_jobs_error(lowered: Deployment) -> None:
    content = alpine_csv("gone", *(Booking("2025-10-01", f"{number}.37") for number in range(12_000)))
    upload = lowered.pipeline.upload("incoming/alpine/gone.csv", content)
    lowered.client("s3").delete_object(
        Bucket=lowered.pipeline.outputs["RawBucket"], Key=upload.key, VersionId=upload.version_id
    )

    (row,) = lowered.process(upload)

    assert (row.status, row.error) == (FileStatus.FAILED, "ClientError")
    assert row.lease_ends is not None
    assert row.claimed_at is not None
    assert row.lease_ends - row.claimed_at > timedelta(hours=3)
    assert lowered.pipeline.waiting_messages("DeadLetterQueue") == 1
    assert lowered.alerts_about(row)
