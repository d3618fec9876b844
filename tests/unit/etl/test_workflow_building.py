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


WRITES = list(_conditional_writes(build_definition(RESOURCES)))


@pytest.mark.parametrize("write", WRITES, ids=[str(number) for number in range(len(WRITES))])
def test_given_a_write_when_its_expressions_are_read_then_they_use_exactly_the_placeholders_that_it_gives(
    write: dict[str, Any],
) -> None:
    expressions = f"{write.get('UpdateExpression', '')} {write.get('ConditionExpression', '')}"

    assert set(re.findall(r":\w+", expressions)) == set(write.get("ExpressionAttributeValues", {}))
    assert set(re.findall(r"#\w+", expressions)) == set(write.get("ExpressionAttributeNames", {}))


@pytest.mark.requirement("T3")
def test_given_every_write_of_a_status_when_it_is_read_then_it_appends_to_the_history_under_a_condition() -> None:
    changes = [write for write in WRITES if write["TableName"] == RESOURCES.audit_table and "UpdateExpression" in write]

    assert changes
    for write in changes:
        assert "list_append(" in write["UpdateExpression"]
        assert write["ConditionExpression"]


def test_given_the_statuses_when_they_are_divided_then_only_two_leave_a_file_unfinished() -> None:
    assert {FileStatus.RECEIVED, FileStatus.PROCESSING} == UNFINISHED


@pytest.mark.requirement("W3")
def test_given_errors_that_no_retry_can_mend_when_retries_are_declared_then_they_come_first_and_are_not_retried() -> (
    None
):
    never, always = retry(unless=["Answer"])

    assert never == {"ErrorEquals": ["Answer"], "MaxAttempts": 0}
    assert always["ErrorEquals"] == ["States.ALL"]
    assert (always["MaxAttempts"], always["BackoffRate"]) == (MAX_ATTEMPTS, 2)
    assert retry() == [always]


def test_given_a_task_without_a_result_path_when_it_is_built_then_its_result_is_dropped() -> None:
    state = task("resource", {}, following=None, catches=[catch("Elsewhere", "Answer")])

    assert (state["ResultPath"], state["End"]) == (None, True)
    assert state["Catch"] == [{"ErrorEquals": ["Answer"], "ResultPath": "$.error", "Next": "Elsewhere"}]


def test_given_a_query_when_it_is_marked_then_it_stands_between_the_marks_of_jsonata() -> None:
    assert (
        query("""
        1 + 2
    """)
        == "{% 1 + 2 %}"
    )


def test_given_a_computation_when_it_is_built_then_the_state_that_may_fail_stands_in_one_that_retries_and_catches() -> (
    None
):
    state = compute("Add", {"sum": query("1 + 2")}, following="Next", failing="Elsewhere")

    assert [catcher["Next"] for catcher in state["Catch"]] == ["Elsewhere"]
    assert state["Retry"] == retry()
    assert (state["OutputPath"], state["Next"]) == ("$[0]", "Next")
    [branch] = state["Branches"]
    [(name, inner)] = branch["States"].items()
    assert (branch["StartAt"], inner["Output"]) == (name, {"sum": "{% 1 + 2 %}"})
