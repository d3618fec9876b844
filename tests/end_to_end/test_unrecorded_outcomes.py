"""An outcome that cannot be recorded for analysts holds up no other, is found, and is recorded again."""

import pytest

from cli.doctor.checks import examine
from deployment.waiting import wait_until
from local.permissions import taken_away
from pipeline.audit_row import AuditRow
from pipeline.constants import FILES
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.files import Booking, alpine_csv


def _is_recorded(deployment: Deployment, row: AuditRow) -> bool:
    return any(row.file_id in key for key in deployment.processed_keys(FILES))


def _failed_batches(deployment: Deployment) -> int:
    return deployment.pipeline.waiting_messages("RecordFailures")


def _advice(deployment: Deployment) -> str:
    findings = {finding.subject: finding for finding in examine(deployment.stack, deployment.pipeline)}
    return findings["Unrecorded outcomes"].advice


@pytest.mark.requirement("L2")
def test_an_unrecorded_outcome_is_put_aside_and_told_again(deployment: Deployment) -> None:
    pipeline = deployment.pipeline
    # Given one file whose outcome may not be written, and another one
    bad, good = (
        pipeline.upload(f"incoming/alpine/{name}.csv", alpine_csv(name, Booking("2024-03-01", "1.00")))
        for name in ("unrecorded", "recorded")
    )
    outcome = f"arn:aws:s3:::{pipeline.outputs['ProcessedBucket']}/{FILES}*/{pipeline.file_id(bad)}.parquet"
    role = deployment.stack.physical_id("AWS::IAM::Role", "RecordRole")
    with taken_away(deployment.client("iam"), role, "s3:PutObject", outcome):
        # When both have an outcome
        unrecorded, recorded = deployment.process(bad, good)
        # Then the other is recorded, and the first ends in the queue of failures
        wait_until("the other is recorded", lambda: _is_recorded(deployment, recorded))
        wait_until("the first is put aside", lambda: _failed_batches(deployment), lambda waiting: waiting == 1)
        assert not _is_recorded(deployment, unrecorded)
        # And files that come later are recorded
        later = pipeline.upload("incoming/alpine/later.csv", alpine_csv("later", Booking("2024-03-01", "2.00")))
        [row] = deployment.process(later)
        wait_until("the later one is recorded", lambda: _is_recorded(deployment, row))
    # And the doctor says so
    assert "etl replay --outcomes" in _advice(deployment)
    # When the cause is mended, and outcomes are recorded again
    sent = pipeline.unrecorded.resend()
    # Then it is recorded, and nothing is left to do
    assert unrecorded.file_id in {row.file_id for row in sent}
    wait_until("the first is recorded", lambda: _is_recorded(deployment, unrecorded))
    assert _advice(deployment) == ""
