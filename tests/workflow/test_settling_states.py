"""The states around the files, and those that settle them, fail in turn: nobody is silent, and no alarm is false."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from etl.synthesis.template import Template
from etl.workflow.asl import EVALUATION_ERROR
from etl.workflow.definition import BATCH, DIRECT, SETTLE
from etl.workflow.failure import INCOMPLETE
from etl.workflow.large_files import LARGE_FILES
from etl.workflow.settling import EVERY_FILE, LEFT_BEHIND, NO_OUTCOME
from local.announcements import Announcements
from tests.workflow.changes import Change, breaks, dies, miscalculates
from tests.workflow.files import Upload, acceptance_less_two_rows, refusal, upload, validation
from tests.workflow.machine import Machine, Run, throws
from tests.workflow.scripts import (
    BROKEN,
    HANDLING,
    ROUTES,
    assert_nobody_is_silent,
    handling_without,
    not_called,
    process,
    settle,
    settling_input,
    statuses,
    texts,
)

MAPS = {DIRECT: "Process directly", BATCH: "Process the batch", LARGE_FILES: "Process at scale"}

AROUND = {
    "Which route?",
    "Select all files",
    "All files handled?",
    "Handling incomplete",
    "Done",
}
"""States around the files that calculate nothing, and do nothing for a file."""

SETTLING = {
    "Process directly",
    "Process the batch",
    "Process at scale",
    "Describe the ended execution",
    "Read the ended execution",
    "Read its input",
    "Settle unfinished files",
    "Settle all files",
}
"""States around the files: each fails below."""

WITHDRAWAL = {"Withdraw files"}
"""What fails within it is in test_withdrawal.py."""


def test_each_state_outside_the_chain_is_made_to_fail(
    machine: Machine,
) -> None:
    around = {name for name in machine.states() if not name.endswith(")")}

    assert around == AROUND | SETTLING | WITHDRAWAL


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("route", ROUTES)
def test_an_unidentified_file_of_an_execution_is_settled(machine: Machine, route: str) -> None:
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
def test_the_settle_rule_identifies_what_the_execution_could_not(
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
@pytest.mark.parametrize(
    "part", ["Send unidentified file to dead-letter queue", "Send unidentified file alert", "none"]
)
def test_unidentifiable_files_are_queued_and_alerted_without_id(
    machine: Machine, template: Template, part: str
) -> None:
    files = [upload(), upload()]
    ended = _aborted(machine, *files)

    with machine.changed(_unidentified(EVERY_FILE)):
        run = settle(machine, template, ended, changes={f"{part} ({EVERY_FILE})": throws(BROKEN)})

    is_kept_nowhere = part.endswith("to dead-letter queue")
    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    for file in files:
        letters = [(letter["reason"], letter["attempt"]) for letter in machine.dead_letters(file)]
        assert letters == ([] if is_kept_nowhere else [(EVALUATION_ERROR, "0")])
    alerts = machine.alerts_of_execution(ended.arn)
    assert len(alerts) == (0 if part.endswith("alert") else len(files))
    place = "sending to the dead-letter queue failed" if is_kept_nowhere else "the dead-letter queue"
    for alert in alerts:
        assert EVALUATION_ERROR in alert.message
        assert place in alert.message


def _unidentified(*labels: str) -> dict[str, Change]:
    return {f"Work out the identity ({label})": miscalculates for label in labels}


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("route", ROUTES)
def test_a_map_that_fails_as_a_whole_has_its_files_failed(machine: Machine, route: str) -> None:
    files = [upload(), upload()]

    with machine.changed({MAPS[route]: breaks}):
        run = process(machine, *files, route=route, changes={MAPS[route]: throws(BROKEN)})

    assert run.status == "SUCCEEDED"
    for file in files:
        assert statuses(machine, file) == ["RECEIVED", "FAILED"]
        assert len(machine.dead_letters(file)) == len(texts(machine, file)) == 1


@pytest.mark.parametrize("change", [miscalculates, breaks])
@pytest.mark.parametrize("route", ROUTES)
def test_a_failed_search_does_not_fail_completed_files(
    machine: Machine,
    announcements: Announcements,
    route: str,
    change: Change,
) -> None:
    # Given files of two partners, so that neither's content is a duplicate of the other's
    files = [upload(), upload(partner="obie")]

    with machine.changed({"Settle unfinished files": change}):
        run = process(machine, *files, route=route, changes={"Settle unfinished files": throws(BROKEN)})

    assert run.status == "SUCCEEDED"
    for file in files:
        assert statuses(machine, file)[-1] == "COMPLETED"
        # How far they came was not known then
        assert len(announcements.about(file.file_id)) == 2
        assert not machine.dead_letters(file)
        assert not machine.alerts(file)


@pytest.mark.parametrize("route", ROUTES)
def test_an_open_file_is_failed_if_the_search_for_it_fails(machine: Machine, route: str) -> None:
    dead, alive = upload(extension="json"), upload()
    killed = {"Validate JSON": throws(BROKEN), **handling_without(*HANDLING, label=route)}

    with machine.changed({"Settle unfinished files": miscalculates}):
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
    "Settle all files": validation,
    **{
        f"{step} ({EVERY_FILE})": validation
        for step in (
            "Identify",
            "Work out the identity",
            "Which outcome is recorded?",
            "Sending to dead-letter queue failed",
            "Failure alert limit reached?",
            "All failure steps done?",
            "Failure handled",
            "Failure not handled",
        )
    },
    **{
        f"{step} ({EVERY_FILE})": acceptance_less_two_rows
        for step in (
            "Any rejected rows?",
            "Row rejection alert limit reached?",
            "All notifications sent?",
            "Done",
            "Notifications incomplete",
        )
    },
    f"Rejection alert limit reached? ({EVERY_FILE})": refusal,
}
"""The states of a settling execution that are no tasks, and what the files were found to be."""

UNIDENTIFIED = {
    f"{step} ({EVERY_FILE})"
    for step in ("Mark as unidentified", "Sending unidentified file failed", "Unidentified file alert limit reached?")
}
"""Those that come where a file cannot even be identified."""


def test_each_state_of_the_settling_execution_is_made_to_fail(
    machine: Machine,
) -> None:
    of_files = {f"{name} ({EVERY_FILE})" for name in machine.states_of(EVERY_FILE)}

    around = {"Read the ended execution", "Read its input", "Settle all files"}
    assert set(SETTLED) == (of_files - UNIDENTIFIED) | around


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("step", SETTLED)
def test_a_state_of_settling_that_dies_leaves_no_file_silent(
    machine: Machine, template: Template, announcements: Announcements, step: str
) -> None:
    # Given an execution that ended badly: one of its files has no row, and of the outcome of another nobody was told
    unclaimed, untold = upload(), upload()
    silent = {"Send rejection alert": throws(BROKEN), "Send event": throws(BROKEN)}
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
        assert_nobody_is_silent(machine, announcements, file)


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("label", [LEFT_BEHIND, EVERY_FILE])
def test_an_unreadable_row_is_queued_recorded_and_alerted(machine: Machine, template: Template, label: str) -> None:
    file = upload()
    unreadable = {f"Read the audit row ({label})": throws(BROKEN)}
    killed = {"Validate CSV": throws(BROKEN), **handling_without(*HANDLING, label=BATCH)}

    if label == LEFT_BEHIND:
        run = process(machine, file, route=BATCH, changes={**killed, **unreadable})
    else:
        run = settle(machine, template, _aborted(machine, file), changes=unreadable)

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    assert statuses(machine, file)[-1] == "FAILED"
    assert [letter["reason"] for letter in machine.dead_letters(file)] == [BROKEN]
    assert len(texts(machine, file)) == 1


def test_a_completed_file_with_an_unreadable_row_stays_completed(machine: Machine, template: Template) -> None:
    file = upload()
    ended = process(machine, file, changes={"Send event": throws(BROKEN)})

    run = settle(machine, template, ended, changes={f"Read the audit row ({EVERY_FILE})": throws(BROKEN)})

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    assert statuses(machine, file)[-1] == "COMPLETED"
    assert not texts(machine, file)


def test_no_row_is_read_for_files_that_have_ended(machine: Machine) -> None:
    files = [upload() for _ in range(12)]

    run = process(machine, *files, route=BATCH, changes=not_called(f"Read the audit row ({LEFT_BEHIND})"))

    assert run.status == "SUCCEEDED"
    assert not any(machine.dead_letters(file) for file in files)


def test_an_input_of_settling_that_is_no_json_fails_loudly(
    machine: Machine,
) -> None:
    ended = {"executionArn": machine.execution("gone"), "input": "no JSON"}

    run = machine.run({"route": SETTLE, "ended": ended}, {})

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)


@pytest.mark.requirement("L2")
def test_an_execution_that_cannot_be_described_fails_loudly(
    machine: Machine,
) -> None:
    run = machine.run({"route": SETTLE, "ended": {"executionArn": machine.execution("gone"), "input": None}}, {})

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    assert set(run.errors) == {"Sfn.ExecutionDoesNotExist"}


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("step", sorted(UNIDENTIFIED))
def test_dying_on_unidentified_files_fails_the_execution(machine: Machine, template: Template, step: str) -> None:
    file = upload()
    ended = _aborted(machine, file)

    with machine.changed({step: dies, **_unidentified(EVERY_FILE)}):
        run = settle(
            machine,
            template,
            ended,
            changes={f"Send unidentified file to dead-letter queue ({EVERY_FILE})": throws(BROKEN)},
        )

    assert run.status == "FAILED"
    assert settle(machine, template, ended).status == "SUCCEEDED"
    assert statuses(machine, file) == ["RECEIVED", "FAILED"]
