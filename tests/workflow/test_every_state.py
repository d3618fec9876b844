"""Every state of a file's chain fails in turn, whatever its type, and nobody is silent."""

from collections.abc import Callable

import pytest

from etl.synthesis.template import Template
from etl.workflow.asl import EVALUATION_ERROR
from etl.workflow.large_files import LARGE_FILES
from etl.workflow.settling import NO_OUTCOME
from etl.workflow.steps import TRANSACTION_CANCELED
from local.announcements import Announcements
from tests.workflow import scenes
from tests.workflow.changes import DIED, dies, miscalculates
from tests.workflow.files import Upload, acceptance_less_two_rows, upload, validation
from tests.workflow.machine import Machine, Run, throws
from tests.workflow.scenes import Scene
from tests.workflow.scripts import BROKEN, ROUTES, assert_nobody_is_silent, process, settle, texts


def _rows_rejected(_machine: Machine) -> Scene:
    return Scene(validated=acceptance_less_two_rows())


def _failing(_machine: Machine) -> Scene:
    return Scene(changes={"Transform": throws(BROKEN)})


def _failing_without(part: str) -> Callable[[Machine], Scene]:
    return lambda _: Scene(changes={"Transform": throws(BROKEN), part: throws(BROKEN)})


def _disagreeing(_machine: Machine) -> Scene:
    other = validation(read=7)
    return Scene(changes={"Transform": {"Return": {"counts": other["counts"], "totals": [], "written": {}}}})


def _contended(machine: Machine) -> Scene:
    scene = scenes.content_of_a_failed_file(machine)
    changes = {"Take over the content": throws(TRANSACTION_CANCELED)}
    return Scene(file=scene.file, validated=scene.validated, changes=changes)


def _not_announced(_machine: Machine) -> Scene:
    return Scene(changes={"Send event": throws(BROKEN)})


def _version_of_a_failed_file(machine: Machine) -> Scene:
    older = upload()
    process(machine, older, changes={"Publish": throws(BROKEN)})
    return Scene(file=upload(key=older.key))


CHAIN: dict[str, Callable[[Machine], Scene]] = {
    "Identify": scenes.plain,
    "Work out the identity": scenes.plain,
    "Large file?": scenes.plain,
    "First attempt?": scenes.plain,
    "Inspect": scenes.plain,
    "Which format?": scenes.plain,
    "Verdict": scenes.plain,
    "Newer file?": scenes.plain,
    "Is the content free?": scenes.duplicate,
    "Publish nothing": scenes.duplicate,
    "Reconcile": scenes.plain,
    "Unreconciled": _disagreeing,
    "Content contended": _contended,
    "Throttled?": _failing,
    "Describe the failure": _failing,
    "Find step and request": _failing,
    "Supersede": scenes.newer_version,
    "Not completed": _version_of_a_failed_file,
    "Published or retired?": scenes.plain,
    "Which outcome?": scenes.refused_completion,
    "Newer file of the delivery?": scenes.refused_completion,
    "Any rejected rows?": scenes.plain,
    "Row rejection alert limit reached?": _rows_rejected,
    "Rejection alert limit reached?": scenes.rejected,
    "All notifications sent?": scenes.rejected,
    "Notifications incomplete": _not_announced,
    "Done": scenes.plain,
    "Sending to dead-letter queue failed": _failing_without("Send to dead-letter queue"),
    "Failure alert limit reached?": _failing,
    "All failure steps done?": _failing,
    "Failure handled": _failing,
    "Failure not handled": _failing_without("Send failure alert"),
}
"""The states of a file's chain that are not tasks: tasks fail in test_failures.py and test_notification.py."""

AT_SCALE = {
    **{step: scene for step, scene in CHAIN.items() if step not in {"Which format?", "Large file?"}},
    "Read the job's error": _failing,
    "Work out the job's error": _failing,
}
"""The same for a large file."""

HELD = "Still being processed?"
"""Comes where another run has the file, which answers for it."""


def test_each_state_has_a_scene_in_which_it_fails(machine: Machine) -> None:
    for route in ROUTES:
        assert machine.states_of(route) == {*CHAIN, HELD}
    assert machine.states_of(LARGE_FILES) == {*AT_SCALE, HELD}


def _settled(machine: Machine, template: Template, run: Run) -> None:
    """Settle an execution as the rule does, if it has failed."""
    if run.status == "FAILED":
        assert settle(machine, template, run).status == "SUCCEEDED"


def _came_to_it(machine: Machine, run: Run, file: Upload) -> bool:
    """Whether something died: an inline map, a child, or a branch whose file then failed by it."""
    row = machine.row(file) or {}
    return "Select all files" in run.entered or run.children_failed or row.get("error") in {DIED, NO_OUTCOME}


@pytest.mark.requirement("L2", "O1")
@pytest.mark.parametrize(
    ("route", "step"),
    [*((route, step) for route in ROUTES for step in CHAIN), *((LARGE_FILES, step) for step in AT_SCALE)],
)
def test_a_file_whose_state_dies_has_an_outcome_and_an_alert(
    machine: Machine, template: Template, announcements: Announcements, route: str, step: str
) -> None:
    scene = (AT_SCALE if route == LARGE_FILES else CHAIN)[step](machine)

    with machine.changed({f"{step} ({route})": dies}):
        run = process(machine, scene.file, route=route, validated=scene.validated, changes=scene.changes)
    _settled(machine, template, run)

    assert _came_to_it(machine, run, scene.file)
    assert_nobody_is_silent(machine, announcements, scene.file)


@pytest.mark.parametrize("route", ROUTES)
def test_a_dying_run_leaves_a_file_to_the_run_that_holds_it(machine: Machine, route: str) -> None:
    file = upload()
    row = scenes.claimed_by_another_run(machine, file)

    with machine.changed({f"{HELD} ({route})": dies}):
        run = process(machine, file, route=route)

    assert run.status == "SUCCEEDED"
    assert machine.row(file) == row


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("route", ROUTES)
def test_a_failed_supersession_fails_the_file_with_that_error(machine: Machine, route: str) -> None:
    scene = scenes.newer_version(machine)

    with machine.changed({f"Supersede ({route})": miscalculates}):
        process(machine, scene.file, route=route)

    assert (machine.row(scene.file) or {})["error"] == EVALUATION_ERROR
    assert len(machine.dead_letters(scene.file)) == len(texts(machine, scene.file)) == 1
