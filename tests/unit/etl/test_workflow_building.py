"""The parts that the definition is built from: writes that DynamoDB accepts, retries, catches, queries."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from etl.workflow.asl import MAX_ATTEMPTS, Resources, catch, compute, query, retry, task
from etl.workflow.definition import build_definition
from pipeline.constants import UNFINISHED, FileStatus

RESOURCES = Resources(
    **{
        field: field
        for field in (
            "suffix",
            "event_source",
            "audit_table",
            "registry_table",
            "validate_function",
            "transform_function",
            "publish_function",
            "alert_topic",
            "batching_queue_url",
            "dead_letter_queue_url",
            "large_files_machine",
            "large_files_job",
        )
    }
)


def _conditional_writes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "ConditionExpression" in value or "UpdateExpression" in value:
            yield value
        for item in value.values():
            yield from _conditional_writes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _conditional_writes(item)


WRITES = list(_conditional_writes(build_definition(RESOURCES, batch_concurrency=20, large_threshold_bytes=2**30)))


@pytest.mark.parametrize("write", WRITES, ids=[str(number) for number in range(len(WRITES))])
def test_a_write_uses_exactly_the_placeholders_it_defines(
    write: dict[str, Any],
) -> None:
    expressions = f"{write.get('UpdateExpression', '')} {write.get('ConditionExpression', '')}"

    assert set(re.findall(r":\w+", expressions)) == set(write.get("ExpressionAttributeValues", {}))
    assert set(re.findall(r"#\w+", expressions)) == set(write.get("ExpressionAttributeNames", {}))


@pytest.mark.requirement("T3")
def test_each_status_extends_the_history_under_a_condition() -> None:
    changes = [write for write in WRITES if write["TableName"] == RESOURCES.audit_table and "UpdateExpression" in write]

    assert changes
    for write in changes:
        assert "list_append(" in write["UpdateExpression"]
        assert write["ConditionExpression"]


def test_only_two_statuses_leave_a_file_unfinished() -> None:
    assert {FileStatus.RECEIVED, FileStatus.PROCESSING} == UNFINISHED


@pytest.mark.requirement("W3")
def test_permanent_errors_come_first_and_are_not_retried() -> None:
    never, always = retry(unless=["Answer"])

    assert never == {"ErrorEquals": ["Answer"], "MaxAttempts": 0}
    assert always["ErrorEquals"] == ["States.ALL"]
    assert (always["MaxAttempts"], always["BackoffRate"]) == (MAX_ATTEMPTS, 2)
    assert retry() == [always]


def test_a_task_without_a_result_path_drops_its_result() -> None:
    state = task("resource", {}, following=None, catches=[catch("Elsewhere", "Answer")])

    assert (state["ResultPath"], state["End"]) == (None, True)
    assert state["Catch"] == [{"ErrorEquals": ["Answer"], "ResultPath": "$.error", "Next": "Elsewhere"}]


def test_a_query_is_marked_as_jsonata() -> None:
    assert (
        query("""
        1 + 2
    """)
        == "{% 1 + 2 %}"
    )


def test_a_fallible_computation_is_wrapped_in_retry_and_catch() -> None:
    state = compute("Add", {"sum": query("1 + 2")}, following="Next", failing="Elsewhere")

    assert [catcher["Next"] for catcher in state["Catch"]] == ["Elsewhere"]
    assert state["Retry"] == retry()
    assert (state["OutputPath"], state["Next"]) == ("$[0]", "Next")
    [branch] = state["Branches"]
    [(name, inner)] = branch["States"].items()
    assert (branch["StartAt"], inner["Output"]) == (name, {"sum": "{% 1 + 2 %}"})
