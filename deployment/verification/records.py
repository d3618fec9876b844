"""Checks of what the services write down: logs of functions and executions, traces, and use of memory and time."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from deployment.verification.check import Check, Finding, judge, proved, refuted
from deployment.verification.subject import Subject
from deployment.waiting import NotInTimeError, wait_until

_PATIENCE_SECONDS: Final = 180.0
_POLL_SECONDS: Final = 3.0
_CHAIN: Final = ("validate", "transform", "publish")
"""The functions that each completed file goes through."""
_ALMOST_ALL: Final = 0.9
_REPORT: Final = re.compile(r"\tDuration: ([\d.]+) ms.*\tMemory Size: (\d+) MB\tMax Memory Used: (\d+) MB")
"""The line that Lambda writes after each call (Lambda developer guide, "Viewing CloudWatch logs")."""


def _events(subject: Subject, group: str, pattern: str) -> Iterator[str]:
    """Read what has been logged since the run began, and matches a filter pattern."""
    pages = subject.client("logs").get_paginator("filter_log_events")
    since = int(subject.scenario.began_at.timestamp() * 1000)
    for page in pages.paginate(logGroupName=group, filterPattern=pattern, startTime=since):
        yield from (event["message"] for event in page["events"])


def _wait_for_events(subject: Subject, group: str, pattern: str) -> list[str]:
    return wait_until(
        f"{group} has events of {pattern}",
        lambda: list(_events(subject, group, pattern)),
        describe=lambda _: "it has none",
        patience=_PATIENCE_SECONDS,
        poll=_POLL_SECONDS,
    )


def _in_time(look: Callable[[], str], *, cure: str) -> Finding:
    """Return the proof that ``look`` waits for, or refute the claim with this cure if it does not come in time."""
    try:
        return proved(look())
    except NotInTimeError as error:
        return refuted(str(error), cure)


def _function_logs(subject: Subject) -> Finding:
    file_id = subject.scenario.rows()[subject.scenario.files.large.name].file_id

    def look() -> str:
        groups = (f"/aws/lambda/{subject.function(purpose)}" for purpose in _CHAIN)
        lines = [line for group in groups for line in _wait_for_events(subject, group, f'"{file_id}"')]
        return f"{len(lines)} lines of the large file, in the logs of {', '.join(_CHAIN)}"

    return _in_time(look, cure="see the log permissions of the functions' roles")


def _execution_log(subject: Subject) -> Finding:
    execution = subject.scenario.rows()[subject.scenario.files.large.name].execution
    group = subject.stack.physical_id("AWS::Logs::LogGroup", "WorkflowLogs")

    def look() -> str:
        # All terms of a pattern must match (CloudWatch Logs user guide, "Filter pattern syntax").
        _wait_for_events(subject, group, f'"{execution}" "ExecutionSucceeded"')
        events = list(_events(subject, group, f'"{execution}"'))
        return f"{len(events)} events of the large file's execution, its end included"

    return _in_time(look, cure="see the log permissions of role-state-machine")


def _traces(subject: Subject) -> Finding:
    pages = subject.client("xray").get_paginator("get_trace_summaries")
    name = subject.function("transform")
    subject.scenario.rows()

    def traces() -> list[dict[str, Any]]:
        asked = pages.paginate(
            StartTime=subject.scenario.began_at, EndTime=datetime.now(UTC), FilterExpression=f'service("{name}")'
        )
        return [trace for page in asked for trace in page["TraceSummaries"]]

    def look() -> str:
        found = wait_until(
            f"a trace of {name} is there",
            traces,
            describe=lambda _: "there is none",
            patience=_PATIENCE_SECONDS,
            poll=_POLL_SECONDS,
        )
        return f"{len(found)} traces of {name}"

    return _in_time(look, cure="see the trace permissions of the functions' roles")


def _limits(subject: Subject) -> Finding:
    subject.scenario.rows()
    used: dict[str, tuple[float, float, int]] = {}
    for purpose in _CHAIN:
        lines = _wait_for_events(subject, f"/aws/lambda/{subject.function(purpose)}", "REPORT")
        found = [(float(time), int(size), int(most)) for line in lines for time, size, most in _REPORT.findall(line)]
        if found:
            used[purpose] = (
                max(time for time, _, _ in found) / 1000,
                max(most / size for _, size, most in found),
                max(most for _, _, most in found),
            )

    def problems() -> Iterator[str]:
        yield from (f"{purpose}: no REPORT line could be read" for purpose in _CHAIN if purpose not in used)
        for purpose, (_, share, most) in used.items():
            if share > _ALMOST_ALL:
                yield f"{purpose} used {most} MB, {share:.0%} of its memory"

    told = ", ".join(f"{purpose} {most} MB in {seconds:.1f} s" for purpose, (seconds, _, most) in used.items())
    return judge(
        problems(),
        proof=f"at most {told}",
        cure="ask AWS for the full 3072 MB (lambdaMemoryMb), or send smaller files",
    )


CHECKS: Final = (
    Check(name="function-logs", claim="The functions write their logs", look=_function_logs),
    Check(
        name="execution-log",
        claim="Executions are logged in full",
        look=_execution_log,
        only_aws="the embedded AWS writes only calls of SNS to the state machine's log group",
    ),
    Check(name="traces", claim="The functions send traces", look=_traces, only_aws="the embedded AWS has no traces"),
    Check(
        name="limits",
        claim="The functions stay below their memory and time",
        look=_limits,
        only_aws="functions of the embedded AWS have no limit of memory",
    ),
)
