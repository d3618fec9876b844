"""A full batch with the default settings: every file has its outcome, exact to the cent."""

from collections.abc import Iterator

import pytest

from deployment.pipeline import Pipeline
from deployment.waiting import wait_until
from etl.config import BATCH_SIZE, BATCH_WINDOW
from etl.workflow.definition import BATCH
from evidence.chaos.load import send
from local.emulator import Emulator
from local.session import LocalPipeline, deployed_pipeline

FULL = int(str(BATCH_SIZE.default))
CONTEXT = {BATCH_WINDOW.name: "300"}
"""Longer than the uploads take, so that the batch starts because it is full."""


@pytest.fixture(scope="module")
def deployed(emulator: Emulator) -> Iterator[LocalPipeline]:
    with deployed_pipeline(emulator, "full-batch", context=CONTEXT) as pipeline:
        yield pipeline


@pytest.mark.requirement("E1", "O2", "L2")
def test_a_full_batch_of_files_is_completed_by_one_execution(deployed: LocalPipeline) -> None:
    # Given as many small files as a batch holds, uploaded together
    pipeline = Pipeline(deployed.stack)
    # When they have been processed
    load = send(pipeline, files=FULL, seconds=0)
    wait_until("no execution runs", pipeline.running_executions, lambda running: running == 0)
    # Then each is completed with its own rows and sum
    assert [*load.differences] == []
    assert len(load.rows) == FULL
    # By one execution, which did not fail
    [execution] = {row.execution for row in load.rows}
    assert pipeline.route(execution) == BATCH
    described = deployed.stack.session.client("stepfunctions").describe_execution(executionArn=execution)
    assert described["status"] == "SUCCEEDED"
    # And nobody has anything to do
    assert load.dead_letters == 0
    assert deployed.alerts.received() == []
    assert list(pipeline.lost_files.letters()) == []
