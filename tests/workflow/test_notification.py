"""An outcome that is recorded is told at least once, also where no answer to its record came back."""

from collections.abc import Callable

import pytest

from etl.workflow.failure import INCOMPLETE
from etl.workflow.steps import TRANSACTION_CANCELED
from local.announcements import Announcements
from tests.workflow.files import Answer, acceptance_less_two_rows, refusal, upload, validation
from tests.workflow.machine import Machine, returns, throws
from tests.workflow.scripts import BROKEN, ROUTES, not_called, process, recorded_by, statuses, texts

NO_ANSWER = "States.Timeout"
ERRORS = [NO_ANSWER, TRANSACTION_CANCELED]
"""What a write ends with that was carried out: no answer came, and then the next attempt may find it done."""


@pytest.mark.parametrize("error", ERRORS)
def test_a_completion_with_a_lost_answer_is_notified(
    machine: Machine, announcements: Announcements, error: str
) -> None:
    file, run = upload(), f"completed-{error}"
    recorded = recorded_by(machine, file, run=run, status="COMPLETED")

    ended = process(
        machine,
        file,
        name=run,
        validated=acceptance_less_two_rows(),
        changes={"Complete": throws(error), **recorded, **not_called("Withdraw after failure", "Withdraw")},
    )

    assert set(ended.errors) == {error}
    assert len(announcements.about(file.file_id)) == 1
    [text] = texts(machine, file)
    assert text.startswith("info ETL test: rows rejected")
    assert not machine.dead_letters(file)


@pytest.mark.parametrize("error", ERRORS)
def test_a_lost_completion_leaves_its_rows_to_a_newer_version(machine: Machine, error: str) -> None:
    file, run = upload(), f"overtaken-{error}"
    machine.put_entry(entry=file.key_entry, latest="F" * 64, file_id="newer", published=["newer"])
    overtaken = {
        "Check for a newer version": returns({}),
        "Claim the delivery": returns({"Attributes": {"published": {"L": [{"S": file.file_id}]}}}),
        "Complete": throws(error),
        **recorded_by(machine, file, run=run, status="COMPLETED"),
        **not_called("Withdraw after failure", "Withdraw", "Record superseded"),
    }

    ended = process(machine, file, name=run, changes=overtaken)

    assert set(ended.errors) == {error}


def test_a_rejection_with_lost_answers_is_alerted(machine: Machine) -> None:
    file, run = upload(), "rejected"
    recorded = recorded_by(machine, file, run=run, status="REJECTED")

    process(
        machine,
        file,
        name=run,
        validated=refusal(),
        changes={"Record rejection": throws(NO_ANSWER), **recorded},
    )

    [text] = texts(machine, file)
    assert text.startswith("warning ETL test: file rejected")
    assert not machine.dead_letters(file)


@pytest.mark.parametrize("status", ["DUPLICATE", "SUPERSEDED"])
def test_an_outcome_without_notification_ends_quietly(
    machine: Machine, announcements: Announcements, status: str
) -> None:
    file, run = upload(), f"quiet-{status}"
    recorded = recorded_by(machine, file, run=run, status=status)

    ended = process(
        machine,
        file,
        name=run,
        changes={"Complete": throws(NO_ANSWER), **recorded, **not_called("Withdraw after failure", "Withdraw")},
    )

    assert set(ended.errors) == {NO_ANSWER}
    assert announcements.about(file.file_id) == []
    assert not machine.alerts(file)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("write", "answer"), [("Complete", validation), ("Record rejection", refusal)], ids=["completing", "rejecting"]
)
def test_an_unanswered_write_of_an_unreadable_row_fails_the_file(
    machine: Machine, route: str, write: str, answer: Callable[[], Answer]
) -> None:
    file = upload()
    unanswered = {write: throws(NO_ANSWER), "Read the recorded outcome": throws(BROKEN)}

    run = process(
        machine,
        file,
        route=route,
        validated=answer(),
        changes={**unanswered, **not_called("Withdraw after failure", "Withdraw")},
    )

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    assert statuses(machine, file)[-1] == "FAILED"
    assert len(machine.dead_letters(file)) == len(texts(machine, file)) == 1


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("step", "answer", "outcome"),
    [
        ("Send rejection alert", refusal, "REJECTED"),
        ("Send row rejection alert", acceptance_less_two_rows, "COMPLETED"),
        ("Send event", validation, "COMPLETED"),
    ],
)
def test_a_notification_that_fails_leaves_the_outcome_as_it_is(
    machine: Machine, route: str, step: str, answer: Callable[[], Answer], outcome: str
) -> None:
    file = upload()

    run = process(machine, file, route=route, validated=answer(), changes={step: throws(BROKEN)})

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    assert statuses(machine, file)[-1] == outcome
    assert not machine.dead_letters(file)


def test_rejected_rows_are_alerted_even_if_the_event_fails(
    machine: Machine,
) -> None:
    file = upload()

    process(machine, file, validated=acceptance_less_two_rows(), changes={"Send event": throws(BROKEN)})

    assert len(texts(machine, file)) == 1
