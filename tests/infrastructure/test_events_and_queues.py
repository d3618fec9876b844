"""E1 to E3, W4, O1 to O3: rules, queues, alerts and catalog."""

import json
import operator
from collections.abc import Callable
from typing import Any

import pytest

from etl.constructs.ingestion import LARGE_REASONS
from etl.saved_queries import read_queries
from etl.synthesis.synthesize import synthesize
from etl.synthesis.template import Template
from etl.workflow.definition import COMPARABLE_BYTES
from pipeline.constants import EXTENSIONS


def _rule(template: Template, purpose: str) -> dict[str, Any]:
    return template.one("AWS::Events::Rule", Name=f"rule-{purpose}-test")


@pytest.mark.requirement("E1", "W4")
def test_one_rule_starts_the_state_machine_and_one_queues(
    template: Template,
) -> None:
    assert _rule(template, "direct")["Targets"][0]["Arn"] == "state-machine-files-test"
    assert _rule(template, "batch")["Targets"][0]["Arn"] == "queue-batching-test.Arn"


THRESHOLD = 16 * 1024**2
ONE_REQUEST = 5 * 1024**3
"""Bytes that one PutObject, POST or CopyObject can make (S3 user guide)."""
SIZES = [
    0,
    THRESHOLD - 1,
    THRESHOLD,
    *(bound + more for bound in (10**9, 5 * 10**9) for more in (-1, 0, 1)),
    ONE_REQUEST,
    5 * 2**40,
]
REASONS = ["PutObject", "POST Object", "CopyObject", "CompleteMultipartUpload"]
UPLOADS = [
    (size, reason) for size in SIZES for reason in REASONS if size <= ONE_REQUEST or reason == "CompleteMultipartUpload"
]
_COMPARE: dict[str, Callable[[int, int], bool]] = {"<": operator.lt, ">=": operator.ge}


def _matches(pattern: dict[str, Any], size: int, reason: str, *, bound: int) -> bool:
    """Match as EventBridge does: a number beyond the bound is not comparable, and matches no numeric condition."""
    numbers = [condition["numeric"] for condition in pattern["object"].get("size", [])]
    sized = not numbers or any(size <= bound and _COMPARE[sign](size, limit) for sign, limit in numbers)
    return sized and reason in pattern.get("reason", [reason])


@pytest.mark.requirement("E1")
@pytest.mark.parametrize("bound", [10**9, 5 * 10**9])
@pytest.mark.parametrize(("size", "reason"), UPLOADS)
def test_a_file_of_any_size_is_processed(template: Template, reason: str, size: int, bound: int) -> None:
    rules = {purpose: _rule(template, purpose)["EventPattern"]["detail"] for purpose in ("direct", "batch", "large")}
    taken_by = {purpose for purpose, pattern in rules.items() if _matches(pattern, size, reason, bound=bound)}
    # The state machine lets go of what the rule of its size has taken: see tests/workflow/test_routes.py.
    processed_by = taken_by - ({"large"} if size <= COMPARABLE_BYTES else set())

    if size <= COMPARABLE_BYTES:
        assert processed_by == {"batch" if size < THRESHOLD else "direct"}
    elif reason in LARGE_REASONS:
        assert "large" in processed_by
    else:
        assert processed_by == ({"direct"} if size <= bound else set())


@pytest.mark.requirement("E2")
@pytest.mark.parametrize("purpose", ["direct", "batch", "large"])
def test_the_rules_match_csv_and_json_in_any_letter_case(template: Template, purpose: str) -> None:
    pattern = _rule(template, purpose)["EventPattern"]

    assert pattern["source"] == ["aws.s3"]
    assert pattern["detail-type"] == ["Object Created"]
    assert pattern["detail"]["bucket"]["name"] == ["bucket-raw-123456789012-test"]
    assert pattern["detail"]["object"]["key"] == [
        {"suffix": {"equals-ignore-case": extension}} for extension in EXTENSIONS
    ]


@pytest.mark.requirement("E3")
@pytest.mark.parametrize("purpose", ["direct", "batch", "large"])
def test_rules_transform_events_and_queue_failed_deliveries(template: Template, purpose: str) -> None:
    [target] = _rule(template, purpose)["Targets"]

    assert "$.detail.object" in target["InputTransformer"]["InputPathsMap"].values()
    assert target["DeadLetterConfig"] == {"Arn": "queue-dead-letter-test.Arn"}


@pytest.mark.requirement("O1")
def test_the_topic_notifies_the_alert_email_of_the_context(
    template: Template,
) -> None:
    subscription = template.one("AWS::SNS::Subscription")

    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "oncall@example.com")
    assert subscription["TopicArn"] == "topic-alerts-test"


@pytest.mark.requirement("O2")
def test_unprocessable_messages_go_to_the_dead_letter_queue(
    template: Template,
) -> None:
    queue = template.one("AWS::SQS::Queue", QueueName="queue-batching-test")
    mapping = template.one("AWS::Lambda::EventSourceMapping", EventSourceArn="queue-batching-test.Arn")

    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": "queue-dead-letter-test.Arn", "maxReceiveCount": 5}
    assert mapping["FunctionName"] == "lambda-dispatch-test"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (100, 30)


@pytest.mark.requirement("O3")
def test_the_crawler_crawls_declared_tables_and_creates_none(
    template: Template,
) -> None:
    crawler = template.one("AWS::Glue::Crawler")
    tables = [table for table in _tables(template) if not _projected(table)]
    declared = {table["TableInput"]["Name"] for table in tables}

    assert crawler["Targets"] == {
        "CatalogTargets": [{"DatabaseName": "database_transactions_test", "Tables": sorted(declared, reverse=True)}]
    }
    assert crawler["SchemaChangePolicy"] == {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    for table in tables:
        location = table["TableInput"]["StorageDescriptor"]["Location"]
        assert location == f"s3://bucket-processed-123456789012-test/{table['TableInput']['Name']}/"


def test_partitions_of_the_tables_about_files_are_projected(
    template: Template,
) -> None:
    # Given the tables that no crawler visits, and whose partitions nobody registers
    tables = [table for table in _tables(template) if _projected(table)]

    assert {table["TableInput"]["Name"] for table in tables} == {"files", "file_totals"}
    for table in tables:
        assert [key["Name"] for key in table["TableInput"]["PartitionKeys"]] == ["uploaded_date"]
        assert table["TableInput"]["Parameters"]["projection.uploaded_date.type"] == "date"


def _tables(template: Template) -> list[dict[str, Any]]:
    """Return what holds data; a view is none of the crawler's business."""
    tables = template.of_type("AWS::Glue::Table").values()
    return [table for table in tables if table["TableInput"]["TableType"] == "EXTERNAL_TABLE"]


def _projected(table: dict[str, Any]) -> bool:
    return "projection.enabled" in table["TableInput"].get("Parameters", {})


def test_a_file_in_process_is_not_recorded_from_the_stream(
    template: Template,
) -> None:
    [mapping] = [
        mapping
        for mapping in template.of_type("AWS::Lambda::EventSourceMapping").values()
        if mapping["FunctionName"] == "lambda-record-test"
    ]
    [rule] = mapping["FilterCriteria"]["Filters"]

    heard = json.loads(rule["Pattern"])["dynamodb"]["NewImage"]["status"]["S"]

    assert set(heard) == {"COMPLETED", "REJECTED", "DUPLICATE", "SUPERSEDED", "WITHDRAWN", "FAILED"}
    assert mapping["EventSourceArn"] == "table-audit-test.StreamArn"
    # A file's figures on overlaps, which come some seconds after its outcome, are as a rule in the same call
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (500, 30)


def test_an_outcome_that_fails_for_good_goes_to_a_queue(
    template: Template,
) -> None:
    mapping = template.one("AWS::Lambda::EventSourceMapping", EventSourceArn="table-audit-test.StreamArn")

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] == 10
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": "queue-record-failures-test.Arn"}}


def test_an_alert_on_the_crawler_that_nobody_gets_is_kept(template: Template) -> None:
    [target] = _rule(template, "crawler-failed")["Targets"]

    assert target["DeadLetterConfig"] == {"Arn": "queue-dead-letter-test.Arn"}


@pytest.mark.parametrize("gigabytes", [1000, 5])
def test_a_query_is_cut_off_at_its_limit(
    template: Template, tmp_path_factory: pytest.TempPathFactory, gigabytes: int
) -> None:
    if gigabytes != 1000:
        template = synthesize(tmp_path_factory.mktemp("cdk.out"), queryLimitGb=str(gigabytes))
    workgroup = template.one("AWS::Athena::WorkGroup")["WorkGroupConfiguration"]

    assert workgroup["BytesScannedCutoffPerQuery"] == gigabytes * 1_000_000_000
    assert workgroup["EnforceWorkGroupConfiguration"] is True


def test_each_saved_query_is_in_the_analysts_workgroup(
    template: Template,
) -> None:
    saved = {query["Name"]: query for query in template.of_type("AWS::Athena::NamedQuery").values()}

    assert set(saved) == {f"query-{name}-test" for name in read_queries()}
    for query in saved.values():
        assert (query["Database"], query["WorkGroup"]) == ("database_transactions_test", "workgroup-analysts-test")
        assert query["QueryString"].startswith(f"-- {query['Description']}\n")


def test_one_schedule_invokes_the_check_for_missing_files(
    template: Template,
) -> None:
    rule = _rule(template, "check-arrivals")

    assert rule["ScheduleExpression"] == "rate(15 minutes)"
    assert [target["Arn"] for target in rule["Targets"]] == ["lambda-check-arrivals-test.Arn"]


def test_a_queue_bounds_how_many_files_are_looked_for_at_once(template: Template) -> None:
    rule = _rule(template, "overlaps")
    mapping = template.one("AWS::Lambda::EventSourceMapping", EventSourceArn="queue-overlaps-test.Arn")

    assert rule["EventPattern"] == {"source": ["etl-pipeline-test"], "detail-type": ["Transaction File Processed"]}
    assert [target["Arn"] for target in rule["Targets"]] == ["queue-overlaps-test.Arn"]
    assert mapping["FunctionName"] == "lambda-find-overlaps-test"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    # The event goes as it is, so that one that EventBridge keeps can be moved to the queue
    assert "InputTransformer" not in rule["Targets"][0]
    # A burst of files leaves the account's concurrency to the functions that process them
    assert (mapping["BatchSize"], mapping["ScalingConfig"]) == (10, {"MaximumConcurrency": 10})
    assert mapping["MaximumBatchingWindowInSeconds"] == 5


def test_what_cannot_be_looked_for_waits_in_a_queue_of_its_own(template: Template) -> None:
    [target] = _rule(template, "overlaps")["Targets"]
    queue = template.one("AWS::SQS::Queue", QueueName="queue-overlaps-test")

    assert target["DeadLetterConfig"] == {"Arn": "queue-overlaps-dead-letter-test.Arn"}
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": "queue-overlaps-dead-letter-test.Arn",
        "maxReceiveCount": 1000,
    }


def test_one_schedule_checks_booking_dates_every_night(template: Template) -> None:
    rule = _rule(template, "check-dates")

    assert rule["ScheduleExpression"] == "cron(45 2 * * ? *)"
    assert [target["Arn"] for target in rule["Targets"]] == ["lambda-check-dates-test.Arn"]
