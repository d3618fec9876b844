"""What becomes of the files of an execution that timed out, was aborted or failed: the rule settles them."""

import json
from collections.abc import Callable

import pytest

from etl.synthesis.template import Template
from etl.workflow.definition import BATCH, DIRECT, SETTLE
from etl.workflow.failure import INCOMPLETE
from etl.workflow.settling import NO_OUTCOME
from etl.workflow.steps import TRANSACTION_CANCELED
from local.announcements import Announcements
from tests.workflow.files import Answer, Upload, acceptance_less_two_rows, refusal, upload
from tests.workflow.machine import Machine, Run, throws
from tests.workflow.scripts import (
    BROKEN,
    HANDLING,
    ROUTES,
    handling_without,
    not_called,
    process,
    recorded_by,
    settle,
    settling_input,
    statuses,
    texts,
)


def _ended_badly(machine: Machine, *files: Upload) -> Run:
    """Run an execution that ends before any of its files has an outcome, as one does that reaches its time limit."""
    return process(
        machine,
        *files,
        changes={
            "Transform": throws(BROKEN),
            **handling_without(*HANDLING, label=DIRECT),
            **handling_without(*HANDLING, label="unfinished"),
        },
    )


@pytest.mark.requirement("L2")
def test_a_timed_out_execution_has_its_files_failed_and_queued(machine: Machine, template: Template) -> None:
    file = upload()
    ended = _ended_badly(machine, file)
    assert statuses(machine, file)[-1] == "PROCESSING"

    run = settle(machine, template, ended)

    assert run.status == "SUCCEEDED"
    row = machine.row(file) or {}
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "FAILED"]
    assert (row["error"], row["execution"]) == (NO_OUTCOME, ended.arn)
    [letter] = machine.dead_letters(file)
    assert letter["body"] == file.event
    [text] = texts(machine, file)
    assert ended.arn in text


def test_a_settled_execution_that_goes_on_takes_its_rows_back(
    machine: Machine,
) -> None:
    # Given a run that somebody redrives when its file has been settled
    file, run, withdrawn = upload(), "redriven", "Rows.Withdrawn"
    settled = recorded_by(machine, file, run=run, status="FAILED")

    ended = process(machine, file, name=run, changes={**settled, "Withdraw after failure": throws(withdrawn)})

    assert set(ended.errors) == {TRANSACTION_CANCELED, withdrawn}
    assert statuses(machine, file) == ["FAILED", "FAILED"]
    assert len(machine.dead_letters(file)) == 1


@pytest.mark.requirement("L2")
def test_files_of_a_forgotten_execution_are_settled_if_named(machine: Machine) -> None:
    # Given a row whose execution Step Functions does not know any more, as the sweep finds one
    file, gone = upload(), machine.execution("forgotten")
    machine.put_row(
        file_id=file.file_id,
        status="PROCESSING",
        execution=gone,
        claim=f"{gone}#{file.file_id}",
        attempts=1,
        history=[{"status": "PROCESSING"}],
    )
    ended = {"executionArn": gone, "input": json.dumps({"files": [file.event]})}

    run = machine.run({"route": SETTLE, "ended": ended}, {})

    assert run.status == "SUCCEEDED"
    assert statuses(machine, file)[-1] == "FAILED"


def test_settling_an_execution_again_changes_nothing(machine: Machine, template: Template) -> None:
    file = upload()
    ended = _ended_badly(machine, file)
    settle(machine, template, ended)
    before = machine.row(file)

    run = settle(machine, template, ended)

    assert run.status == "SUCCEEDED"
    assert machine.row(file) == before
    assert len(machine.dead_letters(file)) == 1


def test_settling_leaves_files_with_an_outcome_or_another_holder(machine: Machine, template: Template) -> None:
    completed, held = upload(), upload()
    process(machine, completed)
    machine.put_row(file_id=held.file_id, status="PROCESSING", execution="another execution")
    before = [machine.row(completed), machine.row(held)]
    ended = process(machine, completed, held)

    run = settle(machine, template, ended)

    assert run.status == "SUCCEEDED"
    assert [machine.row(completed), machine.row(held)] == before


def test_a_failed_settling_execution_is_not_settled(machine: Machine, template: Template) -> None:
    file = upload()
    ended = _ended_badly(machine, file)
    settling = settling_input(template, ended, machine.input_of(ended))
    assert settling["route"] == SETTLE

    run = machine.run(settling_input(template, ended, json.dumps(settling)), {})

    assert (run.status, run.errors) == ("SUCCEEDED", ())
    assert statuses(machine, file)[-1] == "PROCESSING"


def test_settling_an_execution_without_files_ends_at_once(machine: Machine, template: Template) -> None:
    ended = process(machine)

    run = settle(machine, template, ended)

    assert run.status == "SUCCEEDED"


@pytest.mark.requirement("O1")
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("step", "answer"), [("Send rejection alert", refusal), ("Send row rejection alert", acceptance_less_two_rows)]
)
def test_settling_sends_a_missing_alert_on_an_outcome(
    machine: Machine, template: Template, route: str, step: str, answer: Callable[[], Answer]
) -> None:
    # Given what the alert says where nothing breaks
    whole = upload()
    process(machine, whole, route=route, validated=answer())
    [expected] = texts(machine, whole)
    # And a file whose run ends between its record and its alert
    file = upload()
    ended = process(machine, file, route=route, validated=answer(), changes={step: throws(BROKEN)})
    before = machine.row(file)
    assert not machine.alerts(file)

    run = settle(machine, template, ended)

    assert run.status == "SUCCEEDED"
    [text] = texts(machine, file)
    assert text == expected.replace(whole.file_id, file.file_id).replace(whole.key, file.key)
    assert machine.row(file) == before
    assert not machine.dead_letters(file)


@pytest.mark.parametrize("route", ROUTES)
def test_settling_sends_a_missing_alert_on_a_failure(machine: Machine, template: Template, route: str) -> None:
    file = upload()
    broken = {"Transform": throws(BROKEN), **handling_without("Send failure alert", label=route)}
    ended = process(machine, file, route=route, changes=broken)
    assert not machine.alerts(file)

    run = settle(machine, template, ended)

    assert run.status == "SUCCEEDED"
    [text] = texts(machine, file)
    assert text.startswith("error ETL test: file failed")
    for fact in (BROKEN, ended.arn, "Attempt:       1", "etl replay --lost"):
        assert fact in text
    assert len(machine.dead_letters(file)) == 1


@pytest.mark.parametrize("route", ROUTES)
def test_settling_sends_a_missing_event(
    machine: Machine, template: Template, announcements: Announcements, route: str
) -> None:
    file, validated = upload(), acceptance_less_two_rows()
    ended = process(machine, file, route=route, validated=validated, changes={"Send event": throws(BROKEN)})
    assert announcements.about(file.file_id) == []

    run = settle(machine, template, ended)

    assert run.status == "SUCCEEDED"
    [announced] = announcements.about(file.file_id)
    assert {fact: announced[fact] for fact in ("layout", "counts", "totals")} == {
        fact: validated[fact] for fact in ("layout", "counts", "totals")
    }


def _superseded(machine: Machine, file: Upload) -> Run:
    """Run a file whose event cannot be sent, and then a newer version."""
    ended = process(machine, file, changes={"Send event": throws(BROKEN)})
    process(machine, upload(key=file.key))
    return ended


def _told_by_another_run(machine: Machine, file: Upload) -> Run:
    process(machine, file)
    return process(machine, file)


@pytest.mark.parametrize("prepare", [_superseded, _told_by_another_run])
def test_settling_notifies_nothing_where_nothing_is_missing(
    machine: Machine, template: Template, announcements: Announcements, prepare: Callable[[Machine, Upload], Run]
) -> None:
    file = upload()
    ended = prepare(machine, file)
    before = announcements.about(file.file_id)

    run = settle(machine, template, ended, changes=not_called("Send event (all files)"))

    assert run.status == "SUCCEEDED"
    assert announcements.about(file.file_id) == before


@pytest.mark.parametrize("step", ["Read the audit row", "Send event", "Send row rejection alert"])
def test_settling_fails_if_an_outcome_cannot_be_notified(machine: Machine, template: Template, step: str) -> None:
    validated = acceptance_less_two_rows()
    ended = process(machine, upload(), validated=validated, changes={"Send event": throws(BROKEN)})

    run = settle(machine, template, ended, changes={f"{step} (all files)": throws(BROKEN)})

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)


def test_a_failed_alert_does_not_stop_the_other_files(
    machine: Machine,
) -> None:
    files = [upload() for _ in range(3)]
    dead = {"Validate CSV": throws(BROKEN), **handling_without(*HANDLING, label=BATCH)}

    run = process(
        machine, *files, route=BATCH, changes={**dead, **handling_without("Send failure alert", label="unfinished")}
    )

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    assert [statuses(machine, file)[-1] for file in files] == ["FAILED"] * 3
    assert [len(machine.dead_letters(file)) for file in files] == [1] * 3


def test_no_path_of_a_file_ends_in_a_fail_state(
    machine: Machine,
) -> None:
    failing = {name for name, state in machine.states().items() if state["Type"] == "Fail"}

    assert failing == {"Handling incomplete"}
