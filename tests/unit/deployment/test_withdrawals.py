"""A file is withdrawn by an execution that names the file as S3 did, the reason, and who asks."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from deployment.withdrawals import WithdrawalError, Withdrawals
from pipeline.raw_bucket import identify
from tests.unit.cli.rows import audit_row

MACHINE = "arn:aws:states:eu-central-1:000000000000:stateMachine:m"


@dataclass
class FakeStepFunctions:
    """Takes executions, which run for one look and end in ``end``."""

    end: str = "SUCCEEDED"
    started: list[dict[str, Any]] = field(default_factory=list)
    looks: int = 0

    def start_execution(self, **request: Any) -> Any:
        self.started.append(request)
        return {"executionArn": "arn:execution"}

    def describe_execution(self, **request: Any) -> Any:
        assert request == {"executionArn": "arn:execution"}
        self.looks += 1
        return {"status": "RUNNING" if self.looks == 1 else self.end}


class FakeCaller:
    def get_caller_identity(self) -> Any:
        return {"Arn": "arn:user"}


def test_an_execution_withdraws_the_file_that_s3_announced() -> None:
    row = audit_row(bucket="raw", version_id="v1", sequencer="0A")
    machine = FakeStepFunctions()

    _withdrawals(machine).withdraw(row, "sent twice")

    [started] = machine.started
    document = json.loads(started["input"])
    [file] = document["files"]
    assert started["stateMachineArn"] == MACHINE
    assert (document["route"], document["reason"], document["by"]) == ("withdraw", "sent twice", "arn:user")
    assert identify(file["bucket"], file["object"]["key"], file["object"]["version-id"]) == identify(
        "raw", row.key, "v1"
    )
    assert machine.looks == 2
    # The publish function needs each of these of a file
    assert {"key", "size", "etag", "version-id", "sequencer"} <= file["object"].keys()


@pytest.mark.parametrize("end", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_an_execution_that_fails_is_to_be_tried_again(end: str) -> None:
    with pytest.raises(WithdrawalError, match="withdraw the file again"):
        _withdrawals(FakeStepFunctions(end=end)).withdraw(audit_row(), "why")


def _withdrawals(machine: FakeStepFunctions) -> Withdrawals:
    return Withdrawals(step_functions=machine, sts=FakeCaller(), state_machine=MACHINE)
