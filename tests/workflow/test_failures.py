"""What happens when a step fails: retried as declared, then kept, recorded and alerted; and nobody is left behind."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from etl.workflow.asl import ANY_ERROR, MAX_ATTEMPTS
from etl.workflow.definition import BATCH, DIRECT, LEASE_SECONDS, SETTLE
from etl.workflow.failure import INCOMPLETE
from etl.workflow.large_files import LARGE_FILES
from etl.workflow.settling import NO_OUTCOME
from pipeline.batches import Batches, read_messages
from pipeline.constants import FailedStep
from tests.unit.functions.fakes import FakeStepFunctions
from tests.workflow import scenes
from tests.workflow.changes import CAUSE
from tests.workflow.files import Upload, upload
from tests.workflow.machine import Machine, Run, Script, returns, throws
from tests.workflow.scripts import BROKEN, HANDLING, ROUTES, handling_without, not_called, process, statuses, texts

SCENES: dict[str, Callable[[Machine], scenes.Scene]] = {
    "Claim": scenes.plain,
    "Clear an earlier attempt": scenes.replayed,
    "Validate CSV": scenes.plain,
    "Validate JSON": scenes.of_json,
    "Check for a newer version": scenes.plain,
    "Check for a newer file": scenes.of_a_delivery,
    "Record rejection": scenes.rejected,
    "Claim the content": scenes.plain,
    "Read the content's owner": scenes.duplicate,
    "Read the owner's audit row": scenes.duplicate,
    "Check whether the content is free": scenes.duplicate,
    "Record duplicate": scenes.duplicate,
    "Take over the content": scenes.content_of_a_failed_file,
    "Transform": scenes.plain,
    "Claim the delivery": scenes.plain,
    "Publish": scenes.plain,
    "Record superseded version": scenes.newer_version,
    "Complete": scenes.plain,
    "Read the delivery's owner": scenes.refused_completion,
    "Withdraw": scenes.overtaken,
    "Record superseded": scenes.late,
}
"""Every task whose failure is the file's failure."""

STEPS: dict[str, FailedStep] = {
    "Claim": FailedStep.CLAIM,
    **dict.fromkeys(
        ("Clear an earlier attempt", "Validate CSV", "Validate JSON", "Check for a newer version", "Validate at scale"),
        FailedStep.VALIDATE,
    ),
    "Collect the validation": FailedStep.VALIDATE,
    "Record rejection": FailedStep.RECORD,
    **dict.fromkeys(
        ("Publish", "Claim the delivery", "Record superseded version", "Complete", "Read the delivery's owner"),
        FailedStep.PUBLISH,
    ),
    **dict.fromkeys(("Record duplicate", "Withdraw"), FailedStep.PUBLISH),
}
"""What a failed file's row names as the step, where it is not ``transform``."""

HELD = {"Read the current claim", "Retry after the lease"}
"""Tasks of a run that finds the file in another run's hands: whatever fails, the file is that run's."""

LOOK_UP = "Read the recorded outcome"
"""Comes after the write of an outcome without an answer: see test_notification.py."""

TAKE_BACK = "Withdraw after failure"
"""Comes before a failure is handled, where rows may have been published."""

HANDOVER = {"Start a large run", "Hand over to a large run"}
"""Tasks of a file that a function cannot process: see test_large_runs.py."""

AT_SCALE_SCENES: dict[str, Callable[[Machine], scenes.Scene]] = {
    **{step: scene for step, scene in SCENES.items() if step not in {"Validate CSV", "Validate JSON", "Transform"}},
    "Validate at scale": scenes.plain,
    "Collect the validation": scenes.plain,
    "Transform at scale": scenes.plain,
    "Collect the transformation": scenes.plain,
}
"""The same for a large file, which a job validates and transforms."""

REQUEUEING = {"Queue again", "Release the claim"}
"""Tasks of a file whose calls were throttled: see test_requeueing.py."""

AFTERWARDS = {"Send rejection alert", "Send row rejection alert", "Send event"}
"""Tasks that come after a file's outcome is recorded, and cannot change it: see test_notification.py."""

ALERT_LIMITS = {
    step
    for kind in ("failure", "rejection", "row rejection")
    for step in (f"Count {kind} alerts", f"Send {kind} alert limit notice")
}
"""Tasks that limit alerts: see test_alerts.py."""


REQUEST_ID = "0f6c2f64-4b29-4d0c-9a3e-6a1f3a5b7c9d"


def _tasks(machine: Machine, route: str) -> dict[str, dict[str, Any]]:
    label = f" ({route})"
    return {
        name.removesuffix(label): state
        for name, state in machine.states().items()
        if state["Type"] == "Task" and name.endswith(label)
    }


def _attempts(task: dict[str, Any]) -> int:
    [retrier] = [retrier for retrier in task["Retry"] if ANY_ERROR in retrier["ErrorEquals"]]
    return 1 + int(retrier["MaxAttempts"])


def test_each_task_has_a_scene_in_which_it_fails(
    machine: Machine,
) -> None:
    beside = {LOOK_UP, TAKE_BACK, *AFTERWARDS, *ALERT_LIMITS, *HELD, *HANDLING, *REQUEUEING}
    for route in ROUTES:
        assert set(_tasks(machine, route)) == set(SCENES) | beside | HANDOVER
    assert set(_tasks(machine, LARGE_FILES)) == set(AT_SCALE_SCENES) | beside


@pytest.mark.requirement("L2", "W3", "O1")
@pytest.mark.parametrize(
    ("route", "step"),
    [*((route, step) for route in ROUTES for step in SCENES), *((LARGE_FILES, step) for step in AT_SCALE_SCENES)],
)
def test_a_failing_task_leaves_a_queued_recorded_alerted_file(machine: Machine, route: str, step: str) -> None:
    scene = (AT_SCALE_SCENES if route == LARGE_FILES else SCENES)[step](machine)

    run = process(
        machine,
        scene.file,
        route=route,
        validated=scene.validated,
        changes={**scene.changes, step: throws(BROKEN)},
    )

    assert run.status == "SUCCEEDED"
    assert statuses(machine, scene.file)[-1] == "FAILED"
    row = machine.row(scene.file) or {}
    assert (row["error"], row["failed_step"]) == (BROKEN, STEPS.get(step, FailedStep.TRANSFORM))
    [letter] = machine.dead_letters(scene.file)
    assert letter["body"] == scene.file.event
    assert letter["reason"] == BROKEN
    [text] = texts(machine, scene.file)
    assert text.startswith("error ETL test: file failed")
    assert BROKEN in text
    assert "the dead-letter queue" in text


@pytest.mark.parametrize(
    ("cause", "request_id"),
    [
        (json.dumps({"errorMessage": CAUSE, "errorType": "KeyError", "requestId": REQUEST_ID}), REQUEST_ID),
        (json.dumps({"errorMessage": f"2025-10-06T08:00:00Z {REQUEST_ID} Task timed out after 300.00 s"}), REQUEST_ID),
        (json.dumps({"errorMessage": json.dumps({"requestId": REQUEST_ID})}), ""),
        (CAUSE, ""),
    ],
    ids=["an exception", "a timeout", "quoted by a message", "no function's"],
)
def test_a_failed_function_leaves_its_request_id(machine: Machine, cause: str, request_id: str) -> None:
    file = upload()

    process(machine, file, changes={"Transform": throws(BROKEN, cause)})

    assert (machine.row(file) or {})["request_id"] == request_id
    [text] = texts(machine, file)
    assert f"Step:          transform\nRequest id:    {request_id or 'not known'}\n" in text
    assert CAUSE not in text


@pytest.mark.requirement("L2", "O1")
@pytest.mark.parametrize("part", HANDLING)
@pytest.mark.parametrize("step", SCENES)
def test_one_failing_part_of_the_failure_path_stops_no_other(machine: Machine, step: str, part: str) -> None:
    scene = SCENES[step](machine)

    run = process(
        machine,
        scene.file,
        validated=scene.validated,
        changes={**scene.changes, step: throws(BROKEN), **handling_without(part, label=DIRECT)},
    )

    keep, record, alert = HANDLING
    assert statuses(machine, scene.file)[-1] == "FAILED"
    assert bool(machine.dead_letters(scene.file)) == (part != keep)
    assert bool(machine.alerts(scene.file)) == (part != alert)
    # A row that could not be written is written when the outcomes are read; what else is missing raises the alarm.
    assert (run.status, run.error) == (("SUCCEEDED", None) if part == record else ("FAILED", INCOMPLETE))


@pytest.mark.requirement("W3", "L2")
@pytest.mark.parametrize("step", SCENES)
def test_a_failing_task_is_called_as_often_as_declared(machine: Machine, step: str) -> None:
    scene = SCENES[step](machine)
    run = process(machine, scene.file, validated=scene.validated, changes={**scene.changes, step: throws(BROKEN)})

    assert run.errors.count(BROKEN) == _attempts(_tasks(machine, DIRECT)[step]) == 1 + MAX_ATTEMPTS


@pytest.mark.parametrize("route", ROUTES)
def test_no_trace_of_a_failure_quotes_its_cause(machine: Machine, route: str) -> None:
    file = upload()

    process(machine, file, route=route, changes={"Transform": throws(BROKEN)})

    for trace in (machine.row(file), machine.dead_letters(file), texts(machine, file)):
        assert trace
        assert CAUSE not in str(trace)


def _dispatched(*bodies: dict[str, Any]) -> Any:
    """Make of a queue's messages what the dispatch function makes of them: an execution's input."""
    records = [{"messageId": str(number), "body": json.dumps(body)} for number, body in enumerate(bodies)]
    messages, unreadable = read_messages(records)
    step_functions = FakeStepFunctions()
    batches = Batches(
        step_functions=step_functions,
        state_machine="any",
        batch=BATCH,
        direct=DIRECT,
        settle=SETTLE,
        direct_threshold_bytes=16 * 1024**2,
    )
    batches.start(messages)
    assert not unreadable
    [document] = step_functions.inputs.values()
    return json.loads(document)


@pytest.mark.parametrize("route", ROUTES)
def test_a_replayed_file_completes_and_has_both_attempts(machine: Machine, route: str) -> None:
    file = upload()
    process(machine, file, route=route, changes={"Publish": throws(BROKEN)})
    [letter] = machine.dead_letters(file)

    assert _dispatched(letter["body"]) == {"route": BATCH, "files": [file.event]}
    process(machine, file, route=BATCH)

    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "FAILED", "PROCESSING", "COMPLETED"]
    assert (machine.row(file) or {})["attempts"] == 2


@pytest.mark.parametrize("route", ROUTES)
def test_one_bad_file_does_not_stop_the_others_of_its_batch(machine: Machine, route: str) -> None:
    bad, good = upload(extension="json"), upload()

    process(machine, bad, good, route=route, changes={"Validate JSON": throws(BROKEN)})

    assert statuses(machine, bad)[-1] == "FAILED"
    assert statuses(machine, good)[-1] == "COMPLETED"


def _fail(machine: Machine, file: Upload, *, route: str, without: Script) -> Run:
    """Let a file fail where parts of handling its failure fail too."""
    return process(machine, file, route=route, changes={"Transform": throws(BROKEN), **without})


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("route", ROUTES)
def test_a_queue_that_refuses_fails_the_execution(machine: Machine, route: str) -> None:
    file = upload()

    run = _fail(machine, file, route=route, without=handling_without("Send to dead-letter queue", label=route))

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    assert statuses(machine, file)[-1] == "FAILED"
    [text] = texts(machine, file)
    assert "sending to the dead-letter queue failed" in text
    assert not machine.dead_letters(file)


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("route", ROUTES)
def test_a_topic_that_refuses_fails_the_execution(machine: Machine, route: str) -> None:
    file = upload()

    run = _fail(machine, file, route=route, without=handling_without("Send failure alert", label=route))

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    assert statuses(machine, file)[-1] == "FAILED"
    assert len(machine.dead_letters(file)) == 1
    assert not machine.alerts(file)


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("route", ROUTES)
def test_a_table_that_refuses_once_is_written_afterwards(machine: Machine, route: str) -> None:
    file = upload()

    _fail(machine, file, route=route, without=handling_without("Record failure", label=route))

    assert statuses(machine, file)[-1] == "FAILED"
    assert {letter["reason"] for letter in machine.dead_letters(file)} == {BROKEN, NO_OUTCOME}
    assert len(texts(machine, file)) == 2


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("route", ROUTES)
def test_a_table_that_refuses_always_fails_the_execution(machine: Machine, route: str) -> None:
    file = upload()

    nowhere = {
        **handling_without("Record failure", label=route),
        **handling_without("Record failure", label="unfinished"),
    }

    run = _fail(machine, file, route=route, without=nowhere)

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    assert statuses(machine, file)[-1] == "PROCESSING"
    assert machine.dead_letters(file)
    assert machine.alerts(file)


@pytest.mark.parametrize("route", ROUTES)
def test_the_file_of_a_child_without_an_outcome_is_settled(machine: Machine, route: str) -> None:
    dead, alive = upload(extension="json"), upload()

    process(
        machine,
        dead,
        alive,
        route=route,
        changes={"Validate JSON": throws(BROKEN), **handling_without(*HANDLING, label=route)},
    )

    assert statuses(machine, alive)[-1] == "COMPLETED"
    assert statuses(machine, dead)[-1] == "FAILED"
    assert [letter["reason"] for letter in machine.dead_letters(dead)] == [NO_OUTCOME]
    assert len(texts(machine, dead)) == 1


def test_the_alert_of_an_archived_upload_says_how_to_restore_it(machine: Machine) -> None:
    file = upload()

    process(machine, file, changes={"Validate CSV": throws("UploadArchivedError")})

    [text] = texts(machine, file)
    assert "UploadArchivedError (restore the upload first: etl replay --restore)" in text


@pytest.mark.parametrize("route", ROUTES)
def test_a_file_without_a_row_gets_one_when_its_child_dies(machine: Machine, route: str) -> None:
    file = upload()

    process(machine, file, route=route, changes={"Claim": throws(BROKEN), **handling_without(*HANDLING, label=route)})

    assert statuses(machine, file) == ["RECEIVED", "FAILED"]
    assert (machine.row(file) or {})["error"] == NO_OUTCOME


@pytest.mark.parametrize("route", ROUTES)
def test_a_file_held_by_another_run_is_retried_after_the_lease(machine: Machine, route: str) -> None:
    file = upload()
    row = scenes.claimed_by_another_run(machine, file, seconds_ago=LEASE_SECONDS - 60)
    before = machine.queued()

    run = process(machine, file, route=route, changes=not_called("Validate CSV"))

    assert run.status == "SUCCEEDED"
    assert machine.row(file) == row
    assert not machine.dead_letters(file)
    assert machine.queued() == before + 1


@pytest.mark.parametrize("step", sorted(HELD))
def test_a_held_file_that_cannot_be_delayed_is_queued(machine: Machine, step: str) -> None:
    file = upload()
    row = scenes.claimed_by_another_run(machine, file)

    run = process(machine, file, changes={step: throws(BROKEN)})

    assert run.status == "SUCCEEDED"
    assert machine.row(file) == row
    assert len(machine.dead_letters(file)) == 1


def test_the_next_run_takes_a_file_over_after_the_lease(machine: Machine) -> None:
    file = upload()
    scenes.claimed_by_another_run(machine, file, seconds_ago=LEASE_SECONDS + 60)

    process(machine, file)

    assert statuses(machine, file) == ["PROCESSING", "PROCESSING", "COMPLETED"]
    assert (machine.row(file) or {})["attempts"] == 2


@pytest.mark.parametrize(("ends_in_seconds", "taken"), [(60, False), (-60, True)])
def test_a_claim_holds_until_the_time_that_it_says(machine: Machine, ends_in_seconds: int, *, taken: bool) -> None:
    file = upload()
    scenes.claimed_by_another_run(machine, file, seconds_ago=2 * LEASE_SECONDS, ends_in_seconds=ends_in_seconds)

    process(machine, file)

    assert (statuses(machine, file)[-1] == "COMPLETED") is taken


def test_a_claim_says_that_it_holds_for_15_minutes(machine: Machine) -> None:
    file = upload()

    process(machine, file)

    row = machine.row(file) or {}
    claimed_at, ends = (datetime.fromisoformat(row[name]) for name in ("claimed_at", "lease_ends"))
    # From the moment before, when the file is identified: the time limit of its execution runs already
    assert timedelta(minutes=14, seconds=30) < ends - claimed_at <= timedelta(minutes=15)


LOST_CLAIMS: dict[str, Callable[[Machine], scenes.Scene]] = {
    "completing": scenes.plain,
    "rejecting": scenes.rejected,
    "recording a duplicate": scenes.duplicate,
    "recording a late version": scenes.late,
    "failing": lambda _: scenes.Scene(changes={"Transform": throws(BROKEN)}),
}


@pytest.mark.parametrize("name", LOST_CLAIMS)
def test_a_run_that_lost_its_claim_ends_quietly(machine: Machine, name: str) -> None:
    scene = LOST_CLAIMS[name](machine)
    row = scenes.claimed_by_another_run(machine, scene.file)
    claimed = returns({"Attributes": {"attempts": {"N": "1"}}})

    run = process(
        machine,
        scene.file,
        validated=scene.validated,
        changes={"Claim": claimed, **scene.changes, **not_called("Withdraw", TAKE_BACK)},
    )

    assert run.status == "SUCCEEDED"
    assert machine.row(scene.file) == row
    assert not machine.alerts(scene.file)
