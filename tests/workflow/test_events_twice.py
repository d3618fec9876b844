"""An event that is in an execution twice, as one that people start: its file is processed once."""

import pytest

from etl.workflow.definition import BATCH
from local.announcements import Announcements
from tests.workflow.files import upload
from tests.workflow.machine import Machine, throws
from tests.workflow.scripts import BROKEN, HANDLING, ROUTES, handling_without, process, statuses, texts


@pytest.mark.parametrize("route", ROUTES)
def test_a_repeated_event_of_an_execution_processes_a_file_once(
    machine: Machine, announcements: Announcements, route: str
) -> None:
    file = upload()

    run = process(machine, file, file, route=route)

    assert run.status == "SUCCEEDED"
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "COMPLETED"]
    assert len(announcements.about(file.file_id)) == 1
    assert not machine.dead_letters(file)
    assert not machine.alerts(file)


def test_a_repeated_event_of_an_unfinished_file_fails_it_once(
    machine: Machine,
) -> None:
    file = upload()
    killed = {"Validate CSV": throws(BROKEN), **handling_without(*HANDLING, label=BATCH)}

    run = process(machine, file, file, route=BATCH, changes=killed)

    assert run.status == "SUCCEEDED"
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "FAILED"]
    assert len(machine.dead_letters(file)) == len(texts(machine, file)) == 1
