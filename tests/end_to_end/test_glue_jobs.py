"""The stand-in for Glue runs the job that is packaged, says truly how it ended, and ends it with its execution."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from local.emulator import Emulator
from local.permissions import taken_away
from local.processes import running_processes
from pipeline.large_files import NO_LAYOUT
from tests.end_to_end.glue_job import BUCKET, JOB, LOG_GROUP, SLEEPER, WAITS, Jobs
from transactions.results import Validation

SAMPLE = Path(__file__).parents[2] / "layouts" / "alpine-2025.sample.csv"
KEY = 'incoming/alpine/a b+c%é "quoted".csv'
ANSWER = "answers/one/execution-validate.json"


@pytest.fixture(scope="module")
def jobs(emulator: Emulator) -> Jobs:
    return Jobs(emulator=emulator).create()


def _arguments(jobs: Jobs, *, etag: str = "") -> dict[str, str]:
    """Upload a file, and return what the state machine says of it."""
    put = jobs.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=SAMPLE.read_bytes())
    file = {
        "file_id": "0" * 64,
        "bucket": BUCKET,
        "key": KEY,
        "version_id": "",
        "etag": etag or put["ETag"].strip('"'),
        "size": SAMPLE.stat().st_size,
        "uploaded_at": "2025-11-03T14:05:12Z",
        "partner": "alpine",
        "file_name": KEY.rpartition("/")[2],
        "format": "csv",
        "execution": "arn:aws:states:us-east-1:000000000000:execution:large:1",
    }
    return {"--step": "validate", "--file": quote(json.dumps(file)), "--layout": NO_LAYOUT, "--answer": ANSWER}


def _log(jobs: Jobs, run: dict[str, Any]) -> list[str]:
    events = jobs.client("logs").get_log_events(logGroupName=LOG_GROUP, logStreamName=run["Id"])["events"]
    return [event["message"] for event in events]


def test_the_packaged_job_answers_to_a_machine_that_waits(jobs: Jobs) -> None:
    with jobs.waiting(JOB, _arguments(jobs)) as execution:
        ended = jobs.ended(execution)

    assert ended["status"] == "SUCCEEDED", ended
    run = json.loads(ended["output"])
    assert (run["JobRunState"], run["NumberOfWorkers"]) == ("SUCCEEDED", 3)
    answer = jobs.client("s3").get_object(Bucket=BUCKET, Key=ANSWER)["Body"].read()
    assert msgspec.json.decode(answer, type=Validation).size == SAMPLE.stat().st_size
    assert json.loads(_log(jobs, run)[-1])["message"] == "answered"


def test_a_failed_run_fails_its_task_with_the_errors_name(jobs: Jobs) -> None:
    with jobs.waiting(JOB, _arguments(jobs, etag="another")) as execution:
        ended = jobs.ended(execution)

    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    run = json.loads(ended["cause"])
    assert run["JobRunState"] == jobs.last_run(JOB)["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == "pipeline.large_files.RunFailedError: ClientError"


@pytest.mark.parametrize("right", ["s3:GetObject", "s3:PutObject"])
def test_a_run_has_its_roles_rights_and_no_others(jobs: Jobs, right: str) -> None:
    arguments = _arguments(jobs)

    with taken_away(jobs.client("iam"), "glue-job", right), jobs.waiting(JOB, arguments) as execution:
        ended = jobs.ended(execution)

    message = json.loads(ended["cause"])["ErrorMessage"]
    assert message.startswith("LAUNCH ERROR | s3://") is (right == "s3:GetObject")
    assert message.endswith(("AccessDenied", "RunFailedError: ClientError"))


@pytest.mark.parametrize("right", ["glue:StartJobRun", "glue:GetJobRun"])
def test_a_machine_that_may_not_wait_starts_nothing(jobs: Jobs, right: str) -> None:
    before = jobs.client("glue").get_job_runs(JobName=JOB)["JobRuns"]

    with jobs.waiting(JOB, rights=tuple(each for each in WAITS if each != right)) as execution:
        ended = jobs.ended(execution)

    assert (ended["status"], ended["error"]) == ("FAILED", "Glue.AccessDeniedException")
    assert len(jobs.client("glue").get_job_runs(JobName=JOB)["JobRuns"]) == len(before)


def test_a_run_ends_with_its_stopped_execution(jobs: Jobs) -> None:
    # Given an execution that waits for a run with processes of its own
    with jobs.waiting(SLEEPER) as execution:
        pids = jobs.sleeping()

        # When it is stopped
        jobs.client("stepfunctions").stop_execution(executionArn=execution)

        # Then the run is, with all that it has started
        assert jobs.last_run(SLEEPER)["JobRunState"] == "STOPPED"
        assert jobs.ended(execution)["status"] == "ABORTED"
    assert not {process.pid for process in running_processes()} & set(pids)


def test_a_run_outlives_an_execution_that_may_not_stop_it(jobs: Jobs) -> None:
    with jobs.waiting(SLEEPER, rights=WAITS[:2], TimeoutSeconds=2) as execution:
        pids = jobs.sleeping()
        ended = jobs.ended(execution)

    assert (ended["status"], ended["error"]) == ("FAILED", "States.Timeout")
    run = jobs.client("glue").get_job_runs(JobName=SLEEPER)["JobRuns"][-1]
    assert run["JobRunState"] == "RUNNING"
    assert set(pids) <= {process.pid for process in running_processes()}

    # And it is stopped by somebody who may
    jobs.client("glue").batch_stop_job_run(JobName=SLEEPER, JobRunIds=[run["Id"]])
    assert jobs.last_run(SLEEPER)["JobRunState"] == "STOPPED"


def test_a_task_whose_time_is_over_stops_its_run(jobs: Jobs) -> None:
    with jobs.waiting(SLEEPER, TimeoutSeconds=2) as execution:
        ended = jobs.ended(execution)

    assert (ended["status"], ended["error"]) == ("FAILED", "States.Timeout")
    assert jobs.last_run(SLEEPER)["JobRunState"] == "STOPPED"
    # It may have had the time to say that it sleeps.
    jobs.client("s3").delete_object(Bucket=BUCKET, Key="pids")


def test_a_job_has_no_more_runs_than_it_allows(jobs: Jobs) -> None:
    glue = jobs.client("glue")
    first = glue.start_job_run(JobName=SLEEPER)["JobRunId"]
    jobs.sleeping()

    with jobs.waiting(SLEEPER) as execution:
        ended = jobs.ended(execution)
    glue.batch_stop_job_run(JobName=SLEEPER, JobRunIds=[first])

    assert (ended["status"], ended["error"]) == ("FAILED", "Glue.ConcurrentRunsExceededException")
    assert jobs.last_run(SLEEPER)["JobRunState"] == "STOPPED"
