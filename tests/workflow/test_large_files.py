"""Uploads whose size EventBridge may not be able to compare: taken by a rule of their own, and processed once."""

from dataclasses import replace

import pytest

from etl.workflow.definition import LARGE
from tests.workflow.files import upload
from tests.workflow.machine import Machine, throws
from tests.workflow.scripts import BROKEN, process, statuses


@pytest.mark.parametrize("size", [0, 4117, 10**9 - 1, 10**9])
def test_a_size_that_another_rule_has_taken_is_let_go(machine: Machine, size: int) -> None:
    file = replace(upload(), size=size)

    run = process(machine, file, route=LARGE)

    assert run.status == "SUCCEEDED"
    assert machine.row(file) is None


@pytest.mark.parametrize("size", [10**9 + 1, 2**30])
def test_a_size_that_no_other_rule_may_take_is_processed(machine: Machine, size: int) -> None:
    file = replace(upload(), size=size)

    run = process(machine, file, route=LARGE)

    row = machine.row(file)
    assert run.status == "SUCCEEDED"
    assert row is not None
    assert row["size"] == size
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "COMPLETED"]


@pytest.mark.parametrize("size", [2**30 + 1, 5 * 10**9 - 1, 5 * 10**9 + 1, 5 * 2**40])
def test_a_size_beyond_a_function_is_left_to_a_large_run(machine: Machine, size: int) -> None:
    file = replace(upload(), size=size)

    process(machine, file, route=LARGE, changes={"Start a large run": throws(BROKEN)})

    row = machine.row(file)
    assert row is not None
    assert (row["size"], row["error"]) == (size, BROKEN)
    assert statuses(machine, file) == ["RECEIVED", "FAILED"]
