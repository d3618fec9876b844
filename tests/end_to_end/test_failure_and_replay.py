"""When a function fails: nothing is lost, people are told, and moving the message back completes the file."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from deployment.pipeline import Upload
from deployment.waiting import wait_until
from etl.saved_queries import read_queries
from etl.workflow.settling import NO_OUTCOME
from local.permissions import taken_away
from pipeline.audit_row import AuditRow
from pipeline.constants import FailedStep, FileStatus
from tests.end_to_end.conftest import DIRECT_THRESHOLD_BYTES
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.failures import ROWS, Failed, take_dead_letters, transform_may_not_write
from tests.end_to_end.files import Booking, alpine_csv, sums

LATE_FILES = read_queries()["late-files"].sql
NEWER = (Booking("2025-08-03", "7.77"),)


def _replay(deployment: Deployment, message: dict[str, Any]) -> None:
    deployment.client("sqs").send_message(
        QueueUrl=deployment.pipeline.outputs["BatchingQueue"], MessageBody=message["Body"]
    )


def _wait_for(deployment: Deployment, upload: Upload, status: FileStatus) -> AuditRow:
    row = wait_until(
        f"{upload.key} is {status}",
        lambda: deployment.pipeline.rows([upload])[upload],
        lambda row: row.status is status,
        describe=lambda row: row.status,
    )
    deployment.wait_until_quiet()
    return row


@pytest.mark.requirement("L2", "O1", "P1", "T3")
def test_a_failure_is_recorded_alerted_and_queued(deployment: Deployment, failed: Failed) -> None:
    assert {upload.key for upload in failed.uploads.values()} == failed.letters.keys()
    for row in failed.rows.values():
        # Then the row says so
        assert row.status is FileStatus.FAILED
        assert row.history[-1].status is FileStatus.FAILED
        assert row.error
        # And one alert went out
        (alert,) = deployment.alerts_about(row)
        assert alert.attributes["status"] == FileStatus.FAILED
        # And the message kept is the one that the batching queue had delivered
        assert json.loads(failed.letters[row.key]["Body"]) == deployment.event_of(row)
        # And nothing of it is readable
        assert not deployment.published([row])


@pytest.mark.requirement("L2", "O2")
def test_a_message_moved_back_completes_the_file(deployment: Deployment, failed: Failed) -> None:
    # When the message goes back to the batching queue
    upload = failed.uploads["replayed"]
    _replay(deployment, failed.letters[upload.key])
    # Then the file is completed, and counted once
    row = _wait_for(deployment, upload, FileStatus.COMPLETED)
    assert deployment.published([row]) == sums(*ROWS)
    # And its history has both runs
    statuses = [change.status for change in row.history]
    assert statuses == ["RECEIVED", "PROCESSING", "FAILED", "PROCESSING", "COMPLETED"]
    # And the saved query of late files names it, as a file that took more than one attempt
    late = wait_until(
        "the outcome is recorded",
        lambda: {found["key"]: found for found in deployment.pipeline.athena.query(LATE_FILES)},
        lambda late: late.get(row.key, {}).get("status") == FileStatus.COMPLETED,
    )
    assert late[row.key]["attempts"] == "2"


@pytest.mark.requirement("L2", "O2")
def test_the_documented_drill_fails_a_file_and_replays_it(deployment: Deployment) -> None:
    # Given a transform function whose handler does not exist, as the page on replaying has it
    functions, name = deployment.client("lambda"), deployment.stack.physical_id("AWS::Lambda::Function", "Transform")
    handler = functions.get_function_configuration(FunctionName=name)["Handler"]
    functions.update_function_configuration(FunctionName=name, Handler="handlers.drill.handler")
    # When a file is sent, then it fails in that step
    upload = deployment.pipeline.upload("incoming/alpine/drill.csv", alpine_csv("drill", *ROWS))
    (row,) = deployment.process(upload)
    assert (row.status, row.failed_step) == (FileStatus.FAILED, FailedStep.TRANSFORM)
    # And with the handler back, a replay completes it
    functions.update_function_configuration(FunctionName=name, Handler=handler)
    deployment.pipeline.dead_letters.replay(lambda letter: letter.file_id == row.file_id)
    assert deployment.published([_wait_for(deployment, upload, FileStatus.COMPLETED)]) == sums(*ROWS)


@pytest.mark.requirement("T1", "T3")
def test_an_older_version_that_comes_late_is_not_published(deployment: Deployment, failed: Failed) -> None:
    # Given a newer version that is completed
    late = failed.uploads["overtaken"]
    (newer,) = deployment.process(deployment.pipeline.upload(late.key, alpine_csv("overtaken", *NEWER)))
    assert newer.status is FileStatus.COMPLETED
    # When the older one is replayed
    _replay(deployment, failed.letters[late.key])
    # Then it is superseded at once, and only the newer one is readable
    older = _wait_for(deployment, late, FileStatus.SUPERSEDED)
    assert deployment.published([older, newer]) == sums(*NEWER)


@pytest.mark.requirement("T1")
def test_two_executions_at_once_count_a_file_once(deployment: Deployment, failed: Failed) -> None:
    # When two executions are started for one file at the same time
    upload = failed.uploads["started-twice"]
    event = json.loads(failed.letters[upload.key]["Body"])
    start = deployment.client("stepfunctions").start_execution
    with ThreadPoolExecutor() as pool:
        for _ in range(2):
            pool.submit(
                start,
                stateMachineArn=deployment.pipeline.outputs["StateMachine"],
                input=json.dumps({"route": "direct", "files": [event]}),
            )
    # Then one of them has the file, and the other has left it alone
    row = _wait_for(deployment, upload, FileStatus.COMPLETED)
    assert [change.status for change in row.history].count(FileStatus.PROCESSING) == 2  # the failed run, and one more
    assert deployment.published([row]) == sums(*ROWS)
    assert upload.key not in take_dead_letters(deployment)


@pytest.mark.requirement("E1", "L2", "P1")
def test_an_undelivered_event_is_queued_and_completes_by_replay(deployment: Deployment) -> None:
    # Given rules that may not start executions
    bookings = [Booking("2025-08-04", f"{number}.11") for number in range(500)]
    content = alpine_csv("undelivered", *bookings)
    assert len(content) >= DIRECT_THRESHOLD_BYTES
    # When a large file comes
    with taken_away(
        deployment.client("iam"), deployment.stack.physical_id("AWS::IAM::Role", "Rules"), "states:StartExecution"
    ):
        upload = deployment.pipeline.upload("incoming/alpine/undelivered.csv", content)
        letters = wait_until("its event is kept", lambda: take_dead_letters(deployment))
    # Then its event is kept as S3 sent it, and says which rule failed and why
    letter = letters[upload.key]
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert attributes["ERROR_CODE"] == "NO_PERMISSIONS"
    assert "states:StartExecution" in attributes["ERROR_MESSAGE"]
    # And moved back, it completes
    _replay(deployment, letter)
    (row,) = deployment.process(upload)
    assert row.status is FileStatus.COMPLETED
    assert deployment.published([row]) == sums(*bookings)


@pytest.mark.requirement("L2", "O1")
def test_files_of_an_aborted_execution_complete_by_replay(deployment: Deployment) -> None:
    # Given a file whose transformation is tried again and again
    bookings = [Booking("2025-08-05", f"{number}.22") for number in range(500)]
    content = alpine_csv("aborted", *bookings)
    assert len(content) >= DIRECT_THRESHOLD_BYTES
    step_functions = deployment.client("stepfunctions")

    def running() -> list[dict[str, Any]]:
        listed = step_functions.list_executions(
            stateMachineArn=deployment.pipeline.outputs["StateMachine"], statusFilter="RUNNING"
        )
        executions: list[dict[str, Any]] = listed["executions"]
        return executions

    # When its execution is aborted, as a person may in the console
    with transform_may_not_write(deployment):
        upload = deployment.pipeline.upload("incoming/alpine/aborted.csv", content)
        (execution,) = wait_until("its execution runs", running)
        wait_until("its row is there", lambda: deployment.pipeline.rows([upload]))
        step_functions.stop_execution(executionArn=execution["executionArn"])
        (row,) = deployment.process(upload)
    # Then another execution has failed it in its name, and one alert went out
    assert row.status is FileStatus.FAILED
    assert (row.error, row.execution) == (NO_OUTCOME, execution["executionArn"])
    assert len(deployment.alerts_about(row)) == 1
    # And it completes when it is replayed
    (letter,) = deployment.pipeline.dead_letters.replay(lambda letter: letter.file_id == row.file_id)
    assert letter.reason == NO_OUTCOME
    row = _wait_for(deployment, upload, FileStatus.COMPLETED)
    assert deployment.published([row]) == sums(*bookings)
