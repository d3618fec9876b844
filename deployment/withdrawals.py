"""Withdraws published files, through the state machine as every other change of a file."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Unpack

from deployment.audit import upload_event
from deployment.waiting import PATIENCE_SECONDS, wait_until
from etl.workflow.definition import WITHDRAW
from pipeline.audit_row import AuditRow

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.type_defs import (
        DescribeExecutionInputTypeDef,
        DescribeExecutionOutputTypeDef,
        StartExecutionInputTypeDef,
        StartExecutionOutputTypeDef,
    )
    from mypy_boto3_sts.type_defs import GetCallerIdentityResponseTypeDef


class RunsExecutions(Protocol):
    """The part of the Step Functions client that starts executions and follows them."""

    def start_execution(self, **request: "Unpack[StartExecutionInputTypeDef]") -> "StartExecutionOutputTypeDef":
        """Start an execution."""

    def describe_execution(
        self, **request: "Unpack[DescribeExecutionInputTypeDef]"
    ) -> "DescribeExecutionOutputTypeDef":
        """Describe an execution."""


class KnowsCaller(Protocol):
    """The part of the STS client that identifies the caller."""

    def get_caller_identity(self) -> "GetCallerIdentityResponseTypeDef":
        """Return the ARN of the caller, among others."""


class WithdrawalError(Exception):
    """The rows of a file may still be there. The message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Withdrawals:
    """Withdraws files of one deployment."""

    step_functions: RunsExecutions
    sts: KnowsCaller
    state_machine: str

    def withdraw(self, row: AuditRow, reason: str, *, patience: float = PATIENCE_SECONDS) -> None:
        """Remove a file's rows, and wait until they are gone.

        Parameters
        ----------
        row
            The file's audit row, which identifies the file; the raw object may have been deleted.
        reason
            Recorded in the history, with the caller's ARN.

        Raises
        ------
        WithdrawalError
            If the execution failed.
        NotInTimeError
            If it has not ended within ``patience`` seconds.
        """
        document = {
            "route": WITHDRAW,
            # The object is not read, so its ETag is not needed.
            "files": [upload_event(row, etag="")],
            "reason": reason,
            "by": self.sts.get_caller_identity()["Arn"],
        }
        started = self.step_functions.start_execution(stateMachineArn=self.state_machine, input=json.dumps(document))
        execution = started["executionArn"]

        def status() -> str:
            return self.step_functions.describe_execution(executionArn=execution)["status"]

        ended = wait_until(f"{execution} has ended", status, lambda status: status != "RUNNING", patience=patience)
        if ended != "SUCCEEDED":
            raise WithdrawalError(f"{execution} has {ended}: the rows may still be there; withdraw the file again")
