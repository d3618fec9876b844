"""The embedded AWS judges the state machine's calls by its role, as AWS does."""

import pytest

from etl.synthesis.template import Template
from etl.workflow.definition import BATCH, DIRECT
from etl.workflow.failure import INCOMPLETE
from etl.workflow.settling import NO_OUTCOME
from local.permissions import taken_away
from tests.workflow.files import upload
from tests.workflow.machine import Machine
from tests.workflow.scripts import process, settle, statuses


@pytest.mark.requirement("P1")
@pytest.mark.parametrize(
    ("action", "error"),
    [
        ("dynamodb:PutItem", "DynamoDB.AmazonDynamoDBException"),
        ("dynamodb:GetItem", "DynamoDB.AmazonDynamoDBException"),
    ],
)
@pytest.mark.parametrize("route", [DIRECT, BATCH])
def test_a_role_without_a_permission_fails_the_file_as_on_aws(
    machine: Machine, route: str, action: str, error: str
) -> None:
    file = upload()

    with taken_away(machine.iam, machine.role, action):
        run = process(machine, file, route=route)

    assert run.status == "SUCCEEDED"
    assert (machine.row(file) or {})["error"] == error
    assert len(machine.dead_letters(file)) == len(machine.alerts(file)) == 1


@pytest.mark.requirement("P1")
def test_a_role_that_may_not_start_children_fails_all_files(
    machine: Machine,
) -> None:
    file = upload()

    with taken_away(machine.iam, machine.role, "states:StartExecution"):
        process(machine, file, route=BATCH)

    assert statuses(machine, file) == ["RECEIVED", "FAILED"]
    assert (machine.row(file) or {})["error"] == NO_OUTCOME
    assert len(machine.dead_letters(file)) == 1


@pytest.mark.requirement("P1", "L2")
@pytest.mark.parametrize("action", ["states:DescribeExecution", "kms:Decrypt"])
def test_no_input_is_read_of_an_execution_without_permission(machine: Machine, template: Template, action: str) -> None:
    ended = process(machine, upload())

    with taken_away(machine.iam, machine.role, action):
        run = settle(machine, template, ended)

    assert (run.status, run.error) == ("FAILED", INCOMPLETE)
    assert "Sfn.SfnException" in run.errors
