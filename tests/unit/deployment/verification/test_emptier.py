"""The function that empties buckets is asked about a bucket that does not exist, and must refuse."""

import io
import json
from dataclasses import dataclass
from typing import Any

import pytest

from deployment.verification import emptier
from deployment.verification.check import Finding, Verdict, make
from tests.unit.deployment.verification.account import STACK, Account

FUNCTION = "lambda-empty-buckets-test"


class _MissingError(Exception):
    """S3's error for a missing object."""


@dataclass(frozen=True)
class _Exceptions:
    NoSuchKey: type[Exception] = _MissingError


class _Pipeline:
    outputs = {"ProcessedBucket": "processed", "RawBucket": "raw"}  # noqa: RUF012 - read only


class _Scenario:
    class files:  # noqa: N801 - an attribute
        run = "20260301T120000-abcd"


def _make(answer: str | None, *, status: str = "UPDATE_COMPLETE", **called: str) -> tuple[Finding, list[Any]]:
    events: list[Any] = []

    def invoke(FunctionName: str, Payload: bytes) -> dict[str, str]:  # noqa: N803 - AWS's names
        assert FunctionName == FUNCTION
        events.append(json.loads(Payload))
        return called

    def read(**_: Any) -> dict[str, Any]:
        if answer is None:
            raise _MissingError
        document = {"Status": answer, "RequestId": _Scenario.files.run, "Reason": "why"}
        return {"Body": io.BytesIO(json.dumps(document).encode())}

    s3 = {"generate_presigned_url": "https://answer", "get_object": read, "delete_object": {}}
    account = Account(
        resources={("AWS::Lambda::Function", "EmptyBuckets"): (FUNCTION, {})},
        status=status,
        pipeline=_Pipeline(),
        services={"lambda": {"invoke": invoke}, "s3": s3},
    )
    subject = account.subject()
    client: Any = subject.client("s3")
    client.__dict__["exceptions"] = _Exceptions()
    client.__dict__["generate_presigned_url"] = lambda *_, **__: "https://answer"
    subject.__dict__["scenario"] = _Scenario()
    [check] = [check for check in emptier.CHECKS if check.name == "emptier"]
    return make(check, subject), events


def test_an_answer_of_success_proves_that_it_refused() -> None:
    finding, [event] = _make("SUCCESS")

    assert finding.verdict is Verdict.PROVED
    # It is asked in this stack's name, about no bucket of this stack
    assert (event["RequestType"], event["StackId"]) == ("Delete", STACK)
    assert event["ResourceProperties"]["BucketName"] not in _Pipeline.outputs.values()


@pytest.mark.parametrize("answer", ["FAILED", None])
def test_any_other_answer_is_refuted(answer: str | None) -> None:
    assert _make(answer)[0].verdict is Verdict.REFUTED


def test_a_failed_call_is_refuted() -> None:
    assert _make("SUCCESS", FunctionError="Unhandled")[0].verdict is Verdict.REFUTED


@pytest.mark.parametrize("status", ["DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "UPDATE_IN_PROGRESS"])
def test_it_is_never_asked_while_the_stack_changes(status: str) -> None:
    finding, events = _make("SUCCESS", status=status)

    assert (finding.verdict, events) == (Verdict.NOT_CHECKABLE, [])


@pytest.mark.parametrize(
    ("called", "error", "verdict"),
    [
        ({"FunctionError": "Unhandled"}, "KeyError", Verdict.PROVED),
        ({"FunctionError": "Unhandled"}, "Runtime.HandlerError", Verdict.REFUTED),
        ({}, "KeyError", Verdict.REFUTED),
        ({}, None, Verdict.REFUTED),
    ],
)
def test_an_error_without_its_name_is_refuted(called: dict[str, str], error: str | None, verdict: Verdict) -> None:
    payload = json.dumps({"errorType": error}).encode() if error else b"{}"
    account = Account(
        resources={("AWS::Lambda::Function", "EmptyBuckets"): (FUNCTION, {})},
        services={"lambda": {"invoke": {**called, "Payload": io.BytesIO(payload)}}},
    )
    [check] = [check for check in emptier.CHECKS if check.name == "error-names"]

    assert make(check, account.subject()).verdict is verdict
