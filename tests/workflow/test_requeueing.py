"""A file whose calls are throttled to the end waits for its turn again: it does not fail, and nobody is alerted."""

from typing import Any

import pytest

from etl.workflow.definition import BATCH
from tests.workflow import scenes
from tests.workflow.files import Upload, upload
from tests.workflow.machine import Machine, throws
from tests.workflow.scripts import BROKEN, ROUTES, process, statuses, texts
from tests.workflow.test_failures import SCENES

TOO_MANY = "Lambda.TooManyRequestsException"
THROTTLED = [
    TOO_MANY,
    "ThrottledError",
    "DynamoDB.ProvisionedThroughputExceededException",
    "DynamoDb.ThrottlingException",
    "DynamoDB.RequestLimitExceeded",
]
"""As Step Functions names them: of Lambda, of a function that was throttled, of DynamoDB, and of the SDK's DynamoDB."""


def _is_requeued(machine: Machine, file: Upload, before: int) -> bool:
    return machine.queued() == before + 1 and not machine.dead_letters(file) and not texts(machine, file)


@pytest.mark.requirement("W3")
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("step", SCENES)
def test_a_throttled_task_leaves_a_file_that_waits(machine: Machine, route: str, step: str) -> None:
    scene, before = SCENES[step](machine), machine.queued()

    changes = {**scene.changes, step: throws(TOO_MANY)}
    run = process(machine, scene.file, route=route, validated=scene.validated, changes=changes)

    assert run.status == "SUCCEEDED"
    assert _is_requeued(machine, scene.file, before)
    if step != "Claim":
        assert statuses(machine, scene.file)[-2:] == ["PROCESSING", "RECEIVED"]
        assert (machine.row(scene.file) or {})["history"][-1]["detail"] == TOO_MANY


@pytest.mark.parametrize("error", THROTTLED)
def test_the_next_message_completes_a_throttled_file(machine: Machine, error: str) -> None:
    file, before = upload(), machine.queued()
    process(machine, file, changes={"Transform": throws(error)})
    assert _is_requeued(machine, file, before)

    process(machine, file, route=BATCH)

    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "RECEIVED", "PROCESSING", "COMPLETED"]
    assert (machine.row(file) or {})["attempts"] == 2


def test_a_throttled_file_that_cannot_be_queued_fails(machine: Machine) -> None:
    file = upload()

    process(machine, file, changes={"Transform": throws(TOO_MANY), "Queue again": throws(BROKEN)})

    assert statuses(machine, file)[-1] == "FAILED"
    assert (machine.row(file) or {})["error"] == TOO_MANY
    assert len(machine.dead_letters(file)) == len(texts(machine, file)) == 1


def test_a_claim_that_cannot_be_released_ends_with_its_lease(machine: Machine) -> None:
    file, before = upload(), machine.queued()

    run = process(machine, file, changes={"Transform": throws(TOO_MANY), "Release the claim": throws(TOO_MANY)})

    assert run.status == "SUCCEEDED"
    assert _is_requeued(machine, file, before)
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING"]


def test_a_claim_of_another_run_is_not_released(machine: Machine) -> None:
    file = upload()
    row = scenes.claimed_by_another_run(machine, file)

    process(machine, file, changes={"Read the current claim": throws(TOO_MANY)})

    assert machine.row(file) == row


def test_a_file_that_was_throttled_300_times_fails(machine: Machine) -> None:
    file = upload()
    machine.put_row(file_id=file.file_id, status="RECEIVED", attempts=299, history=[{"status": "RECEIVED"}])

    process(machine, file, changes={"Transform": throws(TOO_MANY)})

    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "FAILED"]


def test_an_outcome_that_may_be_untold_fails_its_execution(machine: Machine) -> None:
    """Where nobody can look whether an outcome was recorded, settling looks, and tells of it."""
    file = upload()
    changes = {"Complete": throws(TOO_MANY), "Read the recorded outcome": throws(TOO_MANY)}

    run = process(machine, file, changes=changes)

    assert run.status == "FAILED"


@pytest.mark.parametrize(
    ("attempt", "shortest", "longest"),
    [(0, 15, 30), (1, 30, 60), (2, 60, 120), (3, 120, 240), (4, 150, 300), (50, 150, 300), (300, 150, 300)],
)
def test_the_delay_doubles_up_to_five_minutes(machine: Machine, attempt: int, shortest: int, longest: int) -> None:
    document: dict[str, Any] = {"file": {"event": upload().event, "attempt": {"number": str(attempt)}}}

    delays = {machine.parameters_of(f"Queue again ({BATCH})", document)["DelaySeconds"] for _ in range(20)}

    assert shortest <= min(delays) < max(delays) <= longest
    assert all(isinstance(delay, int) for delay in delays)
