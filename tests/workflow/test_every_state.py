"""Every state fails in turn, whatever its type: on both routes, around them, and where files are settled."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from etl.statuses import FINISHED, FileStatus
from etl.workflow.asl import EVALUATION_ERROR
from etl.workflow.definition import BATCH, DIRECT
from etl.workflow.failure import INCOMPLETE
from etl.workflow.settling import EVERY_FILE, LEFT_BEHIND, NO_OUTCOME
from local.announcements import Announcements
from proofs.template import Template, states_in
from tests.workflow import scenes
from tests.workflow.files import Upload, acceptance_less_two_rows, refusal, upload, validation
from tests.workflow.machine import CAUSE, Change, Machine, Run, breaks, dies, miscalculates, throws
from tests.workflow.scenes import Scene
from tests.workflow.scripts import (
    BROKEN,
    HANDLING,
    ROUTES,
    handling_without,
    not_called,
    process,
    settle,
    settling_input,
    statuses,
    texts,
)

MAPS = {DIRECT: "Process directly", BATCH: "Process the batch"}


def _rows_rejected(_machine: Machine) -> Scene:
    return Scene(validated=acceptance_less_two_rows())


def _failing(_machine: Machine) -> Scene:
    return Scene(changes={"Transform": throws(BROKEN)})


def _failing_without(part: str) -> Callable[[Machine], Scene]:
    return lambda _: Scene(changes={"Transform": throws(BROKEN), part: throws(BROKEN)})


def _disagreeing(_machine: Machine) -> Scene:
    other = validation(read=7)
    return Scene(changes={"Transform": {"Return": {"counts": other["counts"], "totals": [], "written": {}}}})


def _not_announced(_machine: Machine) -> Scene:
    return Scene(changes={"Announce": throws(BROKEN)})


def _version_of_a_failed_file(machine: Machine) -> Scene:
    older = upload()
    process(machine, older, changes={"Publish": throws(BROKEN)})
    return Scene(file=upload(key=older.key))


CHAIN: dict[str, Callable[[Machine], Scene]] = {
    "Identify": scenes.plain,
    "Work out the identity": scenes.plain,
    "Is it the first attempt?": scenes.plain,
    "Inspect": scenes.plain,
    "Which format?": scenes.plain,
    "Verdict": scenes.plain,
    "Does the first file stand?": scenes.duplicate,
    "Publish nothing": scenes.duplicate,
    "Reconcile": scenes.plain,
    "Unreconciled": _disagreeing,
    "Supersede": scenes.newer_version,
    "Not completed": _version_of_a_failed_file,
    "Is it published?": scenes.plain,
    "Which outcome?": scenes.refused_completion,
    "Has a newer version come?": scenes.refused_completion,
    "Are there rejected rows?": scenes.plain,
    "Is rejected rows a flood?": _rows_rejected,
    "Is rejection a flood?": scenes.rejected,
    "Is everything told?": scenes.rejected,
    "Not told": _not_announced,
    "Done": scenes.plain,
    "Could not keep": _failing_without("Keep for replay"),
    "Is failure a flood?": _failing,
    "Is the failure handled?": _failing,
    "Failure handled": _failing,
    "Failure not handled": _failing_without("Alert failure"),
}
"""The states of a file's chain that are no tasks: those fail in test_failures.py and test_telling.py."""

HELD = "Is it in process?"
"""Comes where another run has the file, which answers for it."""

AROUND = {
    "Which input?",
    "Take every file",
    "Is every file handled?",
    "Handling incomplete",
    "Done",
}
"""States around the files that calculate nothing, and do nothing for a file."""

SETTLING = {
    "Process directly",
    "Process the batch",
    "Read the ended execution",
    "Read its input",
    "Settle what is left behind",
    "Settle every file",
}
"""States around the files: each fails below."""


def _names(machine: Machine, label: str) -> set[str]:
    suffix = f" ({label})"
    return {
        name.removesuffix(suffix)
        for name, state in states_in(machine.definition)
        if state["Type"] != "Task" and name.endswith(suffix)
    }


def test_given_the_definition_when_its_states_are_listed_then_each_one_is_made_to_fail(machine: Machine) -> None:
    for route in ROUTES:
        assert _names(machine, route) == {*CHAIN, HELD}
    around = {name for name, _ in states_in(machine.definition) if not name.endswith(")")}
    assert around == AROUND | SETTLING


def _settled(machine: Machine, template: Template, run: Run) -> None:
    """Settle an execution as the rule does, if it has failed."""
    if run.status == "FAILED":
        assert settle(machine, template, run).status == "SUCCEEDED"


def _assert_nobody_is_silent(machine: Machine, announcements: Announcements, file: Upload) -> None:
    """Whatever happened: the file has an outcome, somebody was told of it, and a failure is kept."""
    row = machine.row(file) or {}
    assert row["status"] in FINISHED
    told = texts(machine, file)
    if row["status"] == FileStatus.FAILED:
        assert any("file failed" in text for text in told)
        assert machine.dead_letters(file) or any("NOWHERE" in text for text in told)
    if row["status"] == FileStatus.REJECTED:
        assert any("file rejected" in text for text in told)
    if row["status"] == FileStatus.COMPLETED:
        assert announcements.about(file.file_id)
        assert bool(row["rows_rejected"]) <= any("rows rejected" in text for text in told)
    assert CAUSE not in str([row, told, machine.dead_letters(file)])


@pytest.mark.requirement("L2", "O1")
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("step", CHAIN)
def test_given_a_state_of_a_files_chain_when_it_dies_there_then_the_file_has_an_outcome_and_nobody_is_silent(
    machine: Machine, template: Template, announcements: Announcements, route: str, step: str
) -> None:
    scene = CHAIN[step](machine)

    with machine.changed({f"{step} ({route})": dies}):
        run = process(machine, scene.file, route=route, validated=scene.validated, changes=scene.changes)
    _settled(machine, template, run)

    _assert_nobody_is_silent(machine, announcements, scene.file)


@pytest.mark.parametrize("route", ROUTES)
def test_given_a_file_in_another_runs_hands_when_the_run_that_finds_it_dies_then_it_is_left_to_the_other(
    machine: Machine, route: str
) -> None:
    file = upload()
    row = scenes.claimed_by_another_run(machine, file)

    with machine.changed({f"{HELD} ({route})": dies}):
        run = process(machine, file, route=route)

    assert run.status == "SUCCEEDED"
    assert machine.row(file) == row


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("route", ROUTES)
def test_given_a_supersession_that_cannot_be_worked_out_when_its_retries_are_used_up_then_the_file_fails_by_that(
    machine: Machine, route: str
) -> None:
    scene = scenes.newer_version(machine)

    with machine.changed({f"Supersede ({route})": miscalculates}):
        process(machine, scene.file, route=route)

    assert (machine.row(scene.file) or {})["error"] == EVALUATION_ERROR
    assert len(machine.dead_letters(scene.file)) == len(texts(machine, scene.file)) == 1


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("route", ROUTES)
def test_given_a_file_that_cannot_be_identified_on_its_way_when_it_is_settled_then_it_is_failed_kept_and_alerted(
    machine: Machine, route: str
) -> None:
    files = [upload(), upload()]

    with machine.changed(_unidentified(route)):
        run = process(machine, *files, route=route)

    assert run.status == "SUCCEEDED"
    for file in files:
        assert statuses(machine, file) == ["RECEIVED", "FAILED"]
        [letter] = machine.dead_letters(file)
        assert letter["reason"] == NO_OUTCOME
        assert len(texts(machine, file)) == 1


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("route", ROUTES)
def test_given_a_file_that_its_execution_cannot_identify_when_the_rule_settles_it_then_it_is_failed_kept_and_alerted(
    machine: Machine, template: Template, route: str
) -> None:
    file = upload()

    with machine.changed(_unidentified(route, LEFT_BEHIND)):
        run = process(machine, file, route=route)
    settled = settle(machine, template, run)

    assert (run.status, run.error, settled.status) == ("FAILED", INCOMPLETE, "SUCCEEDED")
    assert statuses(machine, file) == ["RECEIVED", "FAILED"]
    assert len(machine.dead_letters(file)) == len(texts(machine, file)) == 1


@pytest.mark.requirement("L2", "O1")
@pytest.mark.parametrize("part", ["Keep unidentified file", "Alert unidentified file", "none"])
def test_given_files_that_nobody_can_identify_when_they_are_settled_then_each_is_kept_and_alerted_without_an_id(
    machine: Machine, template: Template, part: str
) -> None:
    files = [upload(), upload()]
    ended = _aborted(machine, *files)

    with machine.changed(_unidentified(EVERY_FILE)):
        run = settle(machine, template, ended, changes={f"{part} ({EVERY_FILE})": throws(BROKEN)})

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    for file in files:
        letters = [(letter["reason"], letter["attempt"]) for letter in machine.dead_letters(file)]
        assert letters == ([] if part.startswith("Keep") else [(EVALUATION_ERROR, "0")])
    alerts = machine.alerts_of_execution(ended.arn)
    assert len(alerts) == (0 if part.startswith("Alert") else len(files))
    place = "NOWHERE but the raw bucket" if part.startswith("Keep") else "the dead-letter queue"
    for alert in alerts:
        assert EVALUATION_ERROR in alert.message
        assert place in alert.message


def _unidentified(*labels: str) -> dict[str, Change]:
    return {f"Work out the identity ({label})": miscalculates for label in labels}


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("route", ROUTES)
def test_given_a_map_that_fails_as_a_whole_when_its_files_are_settled_then_each_is_failed_kept_and_alerted(
    machine: Machine, route: str
) -> None:
    files = [upload(), upload()]

    with machine.changed({MAPS[route]: breaks}):
        run = process(machine, *files, route=route, changes={MAPS[route]: throws(BROKEN)})

    assert run.status == "SUCCEEDED"
    for file in files:
        assert statuses(machine, file) == ["RECEIVED", "FAILED"]
        assert len(machine.dead_letters(file)) == len(texts(machine, file)) == 1


@pytest.mark.parametrize("change", [miscalculates, breaks])
@pytest.mark.parametrize("route", ROUTES)
def test_given_files_that_are_all_completed_when_it_cannot_be_found_which_are_left_then_the_execution_does_not_fail(
    machine: Machine,
    announcements: Announcements,
    route: str,
    change: Change,
) -> None:
    # Given files of two partners, so that neither's content is a duplicate of the other's
    files = [upload(), upload(partner="obie")]

    with machine.changed({"Settle what is left behind": change}):
        run = process(machine, *files, route=route, changes={"Settle what is left behind": throws(BROKEN)})

    assert run.status == "SUCCEEDED"
    for file in files:
        assert statuses(machine, file)[-1] == "COMPLETED"
        # How far they came was not known then
        assert len(announcements.about(file.file_id)) == 2
        assert not machine.dead_letters(file)
        assert not machine.alerts(file)


@pytest.mark.parametrize("route", ROUTES)
def test_given_a_file_without_an_outcome_when_it_cannot_be_found_which_are_left_then_it_is_failed_all_the_same(
    machine: Machine, route: str
) -> None:
    dead, alive = upload(extension="json"), upload()
    killed = {"Validate JSON": throws(BROKEN), **handling_without(*HANDLING, label=route)}

    with machine.changed({"Settle what is left behind": miscalculates}):
        run = process(machine, dead, alive, route=route, changes=killed)

    assert run.status == "SUCCEEDED"
    assert [statuses(machine, file)[-1] for file in (dead, alive)] == ["FAILED", "COMPLETED"]
    assert len(machine.dead_letters(dead)) == len(texts(machine, dead)) == 1


def _aborted(machine: Machine, *files: Upload) -> Run:
    """Run an execution that ends before it comes to its files."""
    with machine.changed({"Process the batch": dies}):
        return process(machine, *files, route=BATCH)


SETTLED: dict[str, Callable[[], dict[str, Any]]] = {
    "Read the ended execution": validation,
    "Read its input": validation,
    "Settle every file": validation,
    **{
        f"{step} ({EVERY_FILE})": validation
        for step in (
            "Identify",
            "Work out the identity",
            "What does the row say?",
            "Could not keep",
            "Is failure a flood?",
            "Is the failure handled?",
            "Failure handled",
            "Failure not handled",
        )
    },
    **{
        f"{step} ({EVERY_FILE})": acceptance_less_two_rows
        for step in ("Are there rejected rows?", "Is rejected rows a flood?", "Is everything told?", "Done", "Not told")
    },
    f"Is rejection a flood? ({EVERY_FILE})": refusal,
}
"""The states of a settling execution that are no tasks, and what the files were found to be."""

UNIDENTIFIED = {
    f"{step} ({EVERY_FILE})"
    for step in ("Without an identity", "Could not keep unidentified file", "Is unidentified file a flood?")
}
"""Those that come where a file cannot even be identified."""


def test_given_the_settling_execution_when_its_states_are_listed_then_each_one_is_made_to_fail(
    machine: Machine,
) -> None:
    of_files = {f"{name} ({EVERY_FILE})" for name in _names(machine, EVERY_FILE)}

    around = {"Read the ended execution", "Read its input", "Settle every file"}
    assert set(SETTLED) == (of_files - UNIDENTIFIED) | around


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("step", SETTLED)
def test_given_a_settling_execution_when_a_state_of_it_dies_then_it_fails_or_its_files_are_settled(
    machine: Machine, template: Template, announcements: Announcements, step: str
) -> None:
    # Given an execution that ended badly: one of its files has no row, and of the outcome of another nobody was told
    unclaimed, untold = upload(), upload()
    silent = {"Alert rejection": throws(BROKEN), "Announce": throws(BROKEN)}
    ended = process(machine, untold, validated=SETTLED[step](), changes=silent)
    assert ended.status == "FAILED"
    document = json.dumps({"route": DIRECT, "files": [unclaimed.event, untold.event]})
    settling = settling_input(template, ended, document)

    with machine.changed({step: dies}):
        run = machine.run(settling, {})

    # Then all is well, or its alarm speaks, and it is started anew
    if run.status == "FAILED":
        assert machine.run(settling, {}).status == "SUCCEEDED"
    for file in (unclaimed, untold):
        _assert_nobody_is_silent(machine, announcements, file)


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("label", [LEFT_BEHIND, EVERY_FILE])
def test_given_a_row_that_cannot_be_read_when_a_file_is_settled_then_it_is_kept_recorded_and_alerted_and_nothing_hidden(
    machine: Machine, template: Template, label: str
) -> None:
    file = upload()
    unreadable = {f"Read the row ({label})": throws(BROKEN)}
    killed = {"Validate CSV": throws(BROKEN), **handling_without(*HANDLING, label=BATCH)}

    if label == LEFT_BEHIND:
        run = process(machine, file, route=BATCH, changes={**killed, **unreadable})
    else:
        run = settle(machine, template, _aborted(machine, file), changes=unreadable)

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    assert statuses(machine, file)[-1] == "FAILED"
    assert [letter["reason"] for letter in machine.dead_letters(file)] == [BROKEN]
    assert len(texts(machine, file)) == 1


def test_given_a_completed_file_when_its_row_cannot_be_read_as_it_is_settled_then_it_stays_completed(
    machine: Machine, template: Template
) -> None:
    file = upload()
    ended = process(machine, file, changes={"Announce": throws(BROKEN)})

    run = settle(machine, template, ended, changes={f"Read the row ({EVERY_FILE})": throws(BROKEN)})

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    assert statuses(machine, file)[-1] == "COMPLETED"
    assert not texts(machine, file)


@pytest.mark.parametrize("route", ROUTES)
def test_given_an_event_that_is_twice_in_an_execution_when_it_runs_then_its_file_is_processed_once(
    machine: Machine, announcements: Announcements, route: str
) -> None:
    file = upload()

    run = process(machine, file, file, route=route)

    assert run.status == "SUCCEEDED"
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "COMPLETED"]
    assert len(announcements.about(file.file_id)) == 1
    assert not machine.dead_letters(file)
    assert not machine.alerts(file)


def test_given_an_event_that_is_twice_in_an_execution_when_its_file_is_left_behind_then_it_fails_once(
    machine: Machine,
) -> None:
    file = upload()
    killed = {"Validate CSV": throws(BROKEN), **handling_without(*HANDLING, label=BATCH)}

    run = process(machine, file, file, route=BATCH, changes=killed)

    assert run.status == "SUCCEEDED"
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "FAILED"]
    assert len(machine.dead_letters(file)) == len(texts(machine, file)) == 1


def test_given_files_that_came_to_their_end_when_the_rest_is_looked_for_then_no_row_is_read(machine: Machine) -> None:
    files = [upload() for _ in range(12)]

    run = process(machine, *files, route=BATCH, changes=not_called(f"Read the row ({LEFT_BEHIND})"))

    assert run.status == "SUCCEEDED"
    assert not any(machine.dead_letters(file) for file in files)


PLAIN = re.compile(r"\{% \$states(\.\w+)+ %\}|\$\$?(\.\w+|\[\d+\]|\[\*\])*")
"""Paths without functions, in JSONata and in JSONPath: nothing is worked out."""


def _expressions(state: dict[str, Any]) -> Iterator[str]:
    """List the expressions of a state itself, and not of those in it."""
    inner = {"ItemProcessor", "Branches", "Retry", "Comment", "Resource"}
    yield from _texts({field: value for field, value in state.items() if field not in inner})


def _texts(value: Any, field: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, field)
    elif isinstance(value, str) and (value.startswith("{%") or field.endswith((".$", "Path"))):
        yield value


def _can_fail(state: dict[str, Any]) -> bool:
    return any(not PLAIN.fullmatch(text) for text in _expressions(state))


def _machines(machine: dict[str, Any], around: tuple[dict[str, Any], ...] = ()) -> Iterator[tuple[str, Any, Any]]:
    """List the states with those around them, the nearest last."""
    for name, state in machine["States"].items():
        yield name, state, around
        for inner in (state.get("ItemProcessor"), *state.get("Branches", [])):
            if inner:
                yield from _machines(inner, (*around, state))


def _retries_and_catches(state: dict[str, Any]) -> bool:
    retried = {error for entry in state.get("Retry", []) if entry["MaxAttempts"] for error in entry["ErrorEquals"]}
    caught = {error for entry in state.get("Catch", []) for error in entry["ErrorEquals"]}
    return bool(retried & {"States.ALL", EVALUATION_ERROR}) and "States.ALL" in caught


@pytest.mark.requirement("W3", "L2")
def test_given_a_state_that_works_something_out_when_that_fails_then_it_is_retried_and_caught(
    template: Template,
) -> None:
    listed = [entry for entry in _machines(template.definition()) if _can_fail(entry[1])]

    assert {"Work out the identity (batch)", "Settle what is left behind"} <= {name for name, _, _ in listed}
    for name, state, around in listed:
        # A branch of a Parallel state ends with it; an item of a map must not end the other items.
        nearest = [around[-1]] if around and around[-1]["Type"] == "Parallel" else []
        assert any(map(_retries_and_catches, [state, *nearest])) or _is_caught_around(state, around), name


def _is_caught_around(state: dict[str, Any], around: tuple[dict[str, Any], ...]) -> bool:
    """Whether a task retries by itself, and the file that it stands for ends in the catch of a state around it."""
    return (
        state["Type"] == "Task"
        and bool(state["Retry"])
        and any("States.ALL" in entry["ErrorEquals"] for entry in around[-1].get("Catch", []))
    )


@pytest.mark.requirement("L2")
def test_given_the_states_around_the_files_when_they_are_read_then_only_maps_and_guarded_branches_work_something_out(
    template: Template,
) -> None:
    working = {name: state["Type"] for name, state in template.definition()["States"].items() if _can_fail(state)}

    assert working == {"Settle what is left behind": "Map"}


def test_given_a_settling_input_that_is_no_json_when_it_is_settled_then_that_fails_loudly(
    machine: Machine,
) -> None:
    ended = {"executionArn": machine.execution("gone"), "input": "no JSON"}

    run = machine.run({"route": "settle", "ended": ended}, {})

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("step", sorted(UNIDENTIFIED))
def test_given_files_that_nobody_can_identify_when_a_state_dies_there_too_then_the_execution_fails(
    machine: Machine, template: Template, step: str
) -> None:
    file = upload()
    ended = _aborted(machine, file)

    with machine.changed({step: dies, **_unidentified(EVERY_FILE)}):
        run = settle(machine, template, ended, changes={f"Keep unidentified file ({EVERY_FILE})": throws(BROKEN)})

    assert run.status == "FAILED"
    assert settle(machine, template, ended).status == "SUCCEEDED"
    assert statuses(machine, file) == ["RECEIVED", "FAILED"]
