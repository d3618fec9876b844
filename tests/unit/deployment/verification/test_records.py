"""Logs, traces and reports that are missing, or show a function at its limit, are refuted."""

from typing import Any

import pytest

from deployment.verification import records
from deployment.verification.check import Finding, Verdict, make
from tests.unit.deployment.verification.account import Account
from tests.unit.deployment.verification.run import Run

GROUP = "/aws/vendedlogs/states/state-machine-files-test"
REPORT = (
    "REPORT RequestId: 1\tDuration: {duration} ms\tBilled Duration: 1 ms\tMemory Size: 3072 MB\t"
    "Max Memory Used: {used} MB\tInit Duration: 2 ms\t\n"
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_PATIENCE_SECONDS", 0)
    monkeypatch.setattr(records, "_POLL_SECONDS", 0)


def _make(name: str, messages: list[str], traces: int = 1) -> Finding:
    def events(logGroupName: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - AWS's name
        assert logGroupName == GROUP or logGroupName.startswith("/aws/lambda/lambda-")
        return {"events": [{"message": message} for message in messages]}

    functions: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
        ("AWS::Lambda::Function", purpose): (f"lambda-{purpose}-test", {})
        for purpose in ("validate", "transform", "publish")
    }
    account = Account(
        resources={**functions, ("AWS::Logs::LogGroup", "WorkflowLogs"): (GROUP, {})},
        services={
            "logs": {"filter_log_events": events},
            "xray": {"get_trace_summaries": {"TraceSummaries": [{}] * traces}},
        },
    )
    subject = account.subject()
    subject.__dict__["scenario"] = Run()
    [check] = [check for check in records.CHECKS if check.name == name]
    return make(check, subject)


@pytest.mark.parametrize(("messages", "verdict"), [(["a line"], Verdict.PROVED), ([], Verdict.REFUTED)])
def test_a_function_without_a_log_is_refuted(messages: list[str], verdict: Verdict) -> None:
    assert _make("function-logs", messages).verdict is verdict


@pytest.mark.parametrize(
    ("messages", "verdict"),
    [
        (['{"type":"ExecutionSucceeded"}'], Verdict.PROVED),
        ([], Verdict.REFUTED),
    ],
)
def test_an_execution_log_without_its_end_is_refuted(messages: list[str], verdict: Verdict) -> None:
    assert _make("execution-log", messages).verdict is verdict


@pytest.mark.parametrize(("traces", "verdict"), [(1, Verdict.PROVED), (0, Verdict.REFUTED)])
def test_a_function_without_a_trace_is_refuted(traces: int, verdict: Verdict) -> None:
    assert _make("traces", [], traces).verdict is verdict


@pytest.mark.parametrize(
    ("messages", "verdict"),
    [
        ([REPORT.format(duration="812.5", used=400)], Verdict.PROVED),
        ([REPORT.format(duration="812.5", used=400), REPORT.format(duration="9.1", used=3000)], Verdict.REFUTED),
        (["REPORT in another form"], Verdict.REFUTED),
    ],
)
def test_a_function_near_its_memory_is_refuted(messages: list[str], verdict: Verdict) -> None:
    assert _make("limits", messages).verdict is verdict


def test_the_most_that_was_used_is_told() -> None:
    messages = [REPORT.format(duration="812.5", used=400), REPORT.format(duration="4200", used=300)]

    assert "validate 400 MB in 4.2 s" in _make("limits", messages).found
