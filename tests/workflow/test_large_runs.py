"""Files that outgrow a function: a state machine of their own runs them as a job, by size or handed over once."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from etl.synthesis.template import Template
from etl.workflow.definition import BATCH, DIRECT, LARGE
from etl.workflow.large_files import JOB_FAILURE, LARGE_FILES
from etl.workflow.settling import NO_OUTCOME
from pipeline.large_files import RunFailedError
from tests.workflow.files import Upload, upload
from tests.workflow.machine import Machine, Run, returns, throws
from tests.workflow.scripts import (
    BROKEN,
    HANDLING,
    ROUTES,
    handling_without,
    not_called,
    process,
    settle,
    statuses,
    texts,
)

THRESHOLD = 2**30
OUT_OF_TIME = ["States.Timeout", "Sandbox.Timedout", "Lambda.Unknown"]
OUT_OF_MEMORY = ["Runtime.ExitError", "Runtime.OutOfMemory", "MemoryError", "OutOfMemoryException"]
OUTGROWN = [*OUT_OF_TIME, *OUT_OF_MEMORY]
JOB_FAILED = "States.TaskFailed"
READERS = not_called("Claim", "Validate CSV", "Transform")


def _large(size: int = THRESHOLD + 1) -> Upload:
    return replace(upload(), size=size)


def _job_fails(message: str) -> dict[str, Any]:
    """Fail as the job does, whose run Step Functions gives as the cause."""
    cause = json.dumps({"JobRunState": "FAILED", "ErrorMessage": message}, separators=(",", ":"))
    return {"Throw": {"Error": JOB_FAILED, "Cause": cause}}


@pytest.mark.parametrize("route", [*ROUTES, LARGE])
def test_a_large_file_is_left_to_a_large_run(machine: Machine, route: str) -> None:
    file = _large()

    run = process(machine, file, route=route, changes=READERS)

    assert run.status == "SUCCEEDED"
    assert machine.row(file) is None
    assert not machine.dead_letters(file)


@pytest.mark.parametrize("route", ROUTES)
def test_a_file_of_the_threshold_is_processed_by_functions(machine: Machine, route: str) -> None:
    file = _large(THRESHOLD)

    process(machine, file, route=route, changes=not_called("Start a large run"))

    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "COMPLETED"]


def test_a_large_run_has_a_name_of_its_file_and_execution(machine: Machine) -> None:
    file = _large()
    asked = [
        machine.parameters_of(
            f"Start a large run ({DIRECT})",
            {"file": {"file_id": file.file_id, "event": file.event, "execution": execution}},
        )
        for execution in ("arn:1", "arn:1", "arn:2")
    ]

    assert asked[0] == asked[1]
    assert asked[0]["Name"] != asked[2]["Name"]
    assert all(one["Name"].startswith(f"{file.file_id}-") and len(one["Name"]) == 80 for one in asked)
    assert asked[0]["Input"] == {"route": "large files", "files": [file.event]}


def test_the_large_run_is_started_with_the_files_event(machine: Machine) -> None:
    file = _large()

    run = process(machine, file, changes={"Start a large run": None})

    assert run.status == "SUCCEEDED"
    assert [json.loads(document) for document in machine.large_runs(file)] == [
        {"route": "large files", "files": [file.event]}
    ]


def test_a_large_run_that_was_started_before_is_no_failure(machine: Machine) -> None:
    file = _large()
    started = throws("StepFunctions.ExecutionAlreadyExistsException")

    run = process(machine, file, changes={"Start a large run": started})

    assert (run.status, len(run.errors)) == ("SUCCEEDED", 1)
    assert machine.row(file) is None


@pytest.mark.requirement("L2", "O1")
@pytest.mark.parametrize("route", ROUTES)
def test_a_large_run_that_does_not_start_fails_the_file(machine: Machine, route: str) -> None:
    file = _large()

    process(machine, file, route=route, changes={"Start a large run": throws(BROKEN)})

    assert statuses(machine, file) == ["RECEIVED", "FAILED"]
    assert len(machine.dead_letters(file)) == len(texts(machine, file)) == 1


@pytest.mark.requirement("L3")
def test_a_large_file_completes_and_is_held_for_four_hours(machine: Machine) -> None:
    file = _large()

    run = process(machine, file, route=LARGE_FILES, changes=not_called("Start a large run"))

    row = machine.row(file) or {}
    assert run.status == "SUCCEEDED"
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "COMPLETED"]
    assert row["rows_accepted"] == 3
    held = datetime.fromisoformat(row["lease_ends"]) - datetime.fromisoformat(row["claimed_at"])
    assert timedelta(hours=3, minutes=59) < held <= timedelta(hours=4)


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("step", ["Validate CSV", "Transform"])
@pytest.mark.parametrize("error", OUTGROWN)
def test_a_file_that_outgrows_a_function_is_handed_over(machine: Machine, route: str, step: str, error: str) -> None:
    file = upload()

    run = process(machine, file, route=route, changes={step: throws(error)})

    assert run.status == "SUCCEEDED"
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "RECEIVED"]
    assert (machine.row(file) or {})["history"][-1]["detail"] == f"handed over to a large run: {error}"
    assert not machine.dead_letters(file)
    assert not texts(machine, file)


@pytest.mark.parametrize("step", ["Validate CSV", "Transform"])
@pytest.mark.parametrize(
    ("error", "calls"), [*((error, 1) for error in OUT_OF_TIME), *((error, 4) for error in OUT_OF_MEMORY)]
)
def test_no_second_call_of_five_minutes_is_made(machine: Machine, step: str, error: str, calls: int) -> None:
    run = process(machine, upload(), changes={step: throws(error)})

    assert run.errors == (error,) * calls


@pytest.mark.requirement("L3")
def test_a_file_that_was_handed_over_is_completed(machine: Machine) -> None:
    file = upload()
    process(machine, file, changes={"Transform": throws("Sandbox.Timedout")})

    process(machine, file, route=LARGE_FILES)

    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "RECEIVED", "PROCESSING", "COMPLETED"]
    assert (machine.row(file) or {})["attempts"] == 2


@pytest.mark.requirement("L2", "O1")
@pytest.mark.parametrize("route", ROUTES)
def test_a_file_that_cannot_be_handed_over_fails(machine: Machine, route: str) -> None:
    file = upload()

    changes = {"Transform": throws("Sandbox.Timedout"), "Start a large run": throws(BROKEN)}
    process(machine, file, route=route, changes=changes)

    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "RECEIVED", "FAILED"]
    assert (machine.row(file) or {})["error"] == BROKEN
    assert len(machine.dead_letters(file)) == len(texts(machine, file)) == 1


@pytest.mark.requirement("L2", "O1")
def test_a_handover_that_is_not_recorded_fails_the_file(machine: Machine) -> None:
    file = upload()

    changes = {"Transform": throws("Sandbox.Timedout"), "Hand over to a large run": throws(BROKEN)}
    process(machine, file, changes=changes)

    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "FAILED"]
    assert len(machine.dead_letters(file)) == len(texts(machine, file)) == 1


@pytest.mark.parametrize("step", ["Collect the validation", "Collect the transformation"])
@pytest.mark.parametrize("error", OUTGROWN)
def test_a_large_run_hands_nothing_over(machine: Machine, step: str, error: str) -> None:
    file = _large()

    process(machine, file, route=LARGE_FILES, changes={step: throws(error)})

    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "FAILED"]
    assert (machine.row(file) or {})["error"] == error


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("step", ["Validate at scale", "Transform at scale"])
@pytest.mark.parametrize(
    ("message", "error"),
    [
        (f"{JOB_FAILURE}: UploadArchivedError", "UploadArchivedError"),
        (f"Error Category: UNCLASSIFIED_ERROR; {JOB_FAILURE}: KeyError", "KeyError"),
        ("Command failed with exit code 10", JOB_FAILED),
    ],
)
def test_a_failed_job_is_paid_once_and_names_its_error(machine: Machine, step: str, message: str, error: str) -> None:
    file = _large()

    run = process(machine, file, route=LARGE_FILES, changes={step: _job_fails(message)})

    assert run.errors == (JOB_FAILED,)
    assert (machine.row(file) or {})["error"] == error
    [letter] = machine.dead_letters(file)
    assert letter["reason"] == error


def test_the_job_raises_what_the_state_machine_looks_for() -> None:
    assert RunFailedError.__name__ == JOB_FAILURE


@pytest.mark.parametrize("step", ["Validate at scale", "Transform at scale"])
@pytest.mark.parametrize("error", ["Glue.ConcurrentRunsExceededException", "Glue.ResourceNumberLimitExceededException"])
def test_a_large_file_waits_for_its_turn_at_the_job(machine: Machine, step: str, error: str) -> None:
    file, before = _large(), machine.queued()

    process(machine, file, route=LARGE_FILES, changes={step: throws(error)})

    assert machine.queued() == before + 1
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "RECEIVED"]


def test_a_run_that_did_not_start_is_started_again(machine: Machine) -> None:
    error = "Glue.InternalServiceException"

    run = process(machine, _large(), route=LARGE_FILES, changes={"Validate at scale": throws(error)})

    assert run.errors == (error,) * 4


GIB = 2**30


@pytest.mark.parametrize(
    ("size", "workers"),
    [(0, 2), (GIB + 1, 2), (2 * GIB, 2), (2 * GIB + 1, 3), (10 * GIB, 3), (5 * 1024 * GIB, 3)],
)
def test_a_larger_file_has_more_workers(machine: Machine, size: int, workers: int) -> None:
    asked = machine.parameters_of(f"Validate at scale ({LARGE_FILES})", _at_the_job(_large(size)))

    assert (asked["NumberOfWorkers"], asked["WorkerType"]) == (workers, "G.1X")
    assert isinstance(asked["NumberOfWorkers"], int)


@pytest.mark.parametrize(
    ("step", "layout"), [("validate", "-"), ("transform", "alpine-2025")], ids=["validate", "transform"]
)
def test_the_job_is_told_what_to_do_with_which_file(machine: Machine, step: str, layout: str) -> None:
    document = _at_the_job(replace(_large(), key='incoming/alpine/a b+c%é%7B 你 "q" 😀.csv'))

    asked = machine.parameters_of(f"{step.title()} at scale ({LARGE_FILES})", document)

    arguments = asked["Arguments"]
    assert asked["JobName"] == "job-large-files-test"
    file = arguments.pop("--file")
    assert file.isascii()
    assert json.loads(unquote(file, errors="strict")) == document["file"]
    answer = arguments.pop("--answer")
    assert arguments == {"--step": step, "--layout": layout}
    assert answer.startswith(f"answers/{document['file']['file_id']}/")
    assert answer.endswith(f"-{step}.json")


def _at_the_job(file: Upload) -> dict[str, Any]:
    identified = {"file_id": file.file_id, "size": file.size, "event": file.event}
    return {"file": identified, "inspected": {"validation": {"layout": "alpine-2025"}}}


@pytest.mark.requirement("L2")
def test_a_large_run_that_ended_badly_is_settled(machine: Machine, template: Template) -> None:
    file = _large()
    ended = _ended_badly(machine, file)
    assert statuses(machine, file)[-1] == "PROCESSING"

    run = settle(machine, template, ended)

    assert run.status == "SUCCEEDED"
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "FAILED"]
    assert (machine.row(file) or {})["error"] == NO_OUTCOME
    assert len(machine.dead_letters(file)) == 1


def _ended_badly(machine: Machine, file: Upload) -> Run:
    broken = {**handling_without(*HANDLING, label=LARGE_FILES), **handling_without(*HANDLING, label="unfinished")}
    return process(machine, file, route=LARGE_FILES, changes={"Transform at scale": throws(BROKEN), **broken})


def test_a_replayed_large_file_takes_the_large_route(machine: Machine) -> None:
    file = _large()
    process(machine, file, route=LARGE_FILES, changes={"Publish": throws(BROKEN)})

    replayed = process(machine, file, route=BATCH, changes={**READERS, "Start a large run": returns({})})
    process(machine, file, route=LARGE_FILES)

    assert replayed.status == "SUCCEEDED"
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "FAILED", "PROCESSING", "COMPLETED"]
