"""Every alarm, retry, time limit and expiry as plain figures: a change of one shows here, and nowhere else by mistake.

The figures are not imported. Those that AWS sets say so.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from etl.synthesis.template import LARGE_FILES_MACHINE, Template, states_in

FUNCTIONS = (
    "check-arrivals",
    "check-dates",
    "dispatch",
    "empty-buckets",
    "find-overlaps",
    "requeue-lost",
    "publish",
    "record",
    "transform",
    "validate",
)
EXPRESS_LIMIT = 300
"""Seconds that an Express execution may take, set by AWS."""
SERVICE_LEVEL = 900
"""Seconds from an upload to its outcome, as promised."""


class Alarm(NamedTuple):
    """One alarm on a metric: it fires above ``threshold``."""

    namespace: str
    metric: str
    dimensions: dict[str, str]
    statistic: str
    threshold: float
    period: int = 300
    periods: int = 1
    operator: str = "GreaterThanThreshold"
    missing: str = "notBreaching"


LARGE_FILES_LEVEL = 14_400
"""The same for a large file."""
MACHINES = {"": "state-machine-files-test", "large-": "state-machine-large-files-test"}
ENDS = {"failed": "ExecutionsFailed", "aborted": "ExecutionsAborted", "timed-out": "ExecutionsTimedOut"}
ALARMS = {
    **{
        f"{kind}executions-{end}": Alarm("AWS/States", metric, {"StateMachineArn": machine}, "Sum", 0)
        for kind, machine in MACHINES.items()
        for end, metric in ENDS.items()
    },
    "queue-age": Alarm(
        "AWS/SQS",
        "ApproximateAgeOfOldestMessage",
        {"QueueName": "queue-batching-test.QueueName"},
        "Maximum",
        600,
    ),
    "dead-letters": Alarm(
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        {"QueueName": "queue-dead-letter-test.QueueName"},
        "Maximum",
        0,
    ),
    "latency": Alarm("etl-pipeline-test", "UploadToDone", {"service": "record"}, "Maximum", SERVICE_LEVEL),
    "large-latency": Alarm(
        "etl-pipeline-test", "LargeUploadToDone", {"service": "record"}, "Maximum", LARGE_FILES_LEVEL
    ),
    "overlaps-age": Alarm(
        "AWS/SQS",
        "ApproximateAgeOfOldestMessage",
        {"QueueName": "queue-overlaps-test.QueueName"},
        "Maximum",
        900,
    ),
    "overlaps-dead-letters": Alarm(
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        {"QueueName": "queue-overlaps-dead-letter-test.QueueName"},
        "Maximum",
        0,
    ),
    "moved-dates": Alarm("etl-pipeline-test", "MovedRows", {"service": "check-dates"}, "Maximum", 0, period=86_400),
    "conflicts": Alarm("etl-pipeline-test", "ConflictingRows", {"service": "find-overlaps"}, "Sum", 0),
    "files-requeued": Alarm("etl-pipeline-test", "FilesRequeued", {"service": "requeue-lost"}, "Sum", 0),
    "record-age": Alarm("AWS/Lambda", "IteratorAge", {"FunctionName": "lambda-record-test"}, "Maximum", 900_000),
    "record-failures": Alarm(
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        {"QueueName": "queue-record-failures-test.QueueName"},
        "Maximum",
        0,
    ),
    **{
        f"throttles-{name}": Alarm("AWS/Lambda", "Throttles", {"FunctionName": f"lambda-{name}-test"}, "Sum", 0)
        for name in FUNCTIONS
    },
}
RETRY = {"IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2, "JitterStrategy": "FULL"}
ANY_ERROR = [("States.ALL", RETRY)]
EVALUATION_ERROR = [("States.QueryEvaluationError", RETRY)]
NO_RETRY = {"MaxAttempts": 0}
OUT_OF_TIME = [(error, NO_RETRY) for error in ("States.Timeout", "Sandbox.Timedout", "Lambda.Unknown")]
"""What is not tried again where there is no time for it: the file is handed over."""
RUN_NOT_STARTED = [
    (error, RETRY)
    for error in (
        "Glue.AWSGlueException",
        "Glue.InternalServiceException",
        "Glue.OperationTimeoutException",
        "Glue.SdkClientException",
        "States.QueryEvaluationError",
    )
]
"""A run that failed is not tried again: each is paid for."""
STARTED_BEFORE = [("StepFunctions.ExecutionAlreadyExistsException", NO_RETRY), *ANY_ERROR]
CONDITION_NOT_MET = [("DynamoDB.ConditionalCheckFailedException", NO_RETRY), *ANY_ERROR]
TRANSACTION_CANCELED = [("DynamoDb.TransactionCanceledException", NO_RETRY), *ANY_ERROR]
TASK_RETRIES = {
    "dynamodb:getItem": [ANY_ERROR],
    "dynamodb:putItem": [CONDITION_NOT_MET],
    "dynamodb:updateItem": [ANY_ERROR, CONDITION_NOT_MET],
    "aws-sdk:dynamodb:transactWriteItems": [ANY_ERROR, TRANSACTION_CANCELED],
    "aws-sdk:sfn:describeExecution": [ANY_ERROR],
    "events:putEvents": [ANY_ERROR],
    "sns:publish": [ANY_ERROR],
    "sqs:sendMessage": [ANY_ERROR],
    "lambda-publish-test": [ANY_ERROR],
    "lambda-transform-test": [ANY_ERROR, [*OUT_OF_TIME, *ANY_ERROR]],
    "lambda-validate-test": [ANY_ERROR, [*OUT_OF_TIME, *ANY_ERROR]],
    "glue:startJobRun.sync": [RUN_NOT_STARTED],
    "states:startExecution": [STARTED_BEFORE],
}
"""What each kind of task is retried on, and how. A condition that is not met is an answer: it is not asked again."""
DELIVERY = {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 600}


def _alarms(template: Template) -> dict[str, dict[str, Any]]:
    found = template.of_type("AWS::CloudWatch::Alarm").values()
    return {alarm["AlarmName"].removeprefix("alarm-").removesuffix("-test"): alarm for alarm in found}


def _dimensions(metric: dict[str, Any]) -> dict[str, str]:
    return {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}


def test_every_alarm_on_a_metric_has_these_figures(template: Template) -> None:
    found = {
        name: Alarm(
            alarm["Namespace"],
            alarm["MetricName"],
            _dimensions(alarm),
            alarm["Statistic"],
            alarm["Threshold"],
            alarm["Period"],
            alarm["EvaluationPeriods"],
            alarm["ComparisonOperator"],
            alarm["TreatMissingData"],
        )
        for name, alarm in _alarms(template).items()
        if "Metrics" not in alarm
    }

    assert found == ALARMS


def test_each_function_has_an_error_alarm_from_so_many_calls(template: Template) -> None:
    alarms = {name: alarm for name, alarm in _alarms(template).items() if "Metrics" in alarm}

    assert set(alarms) == {f"errors-{name}" for name in FUNCTIONS}
    for name, alarm in alarms.items():
        expression, *metrics = alarm["Metrics"]
        scheduled = {"errors-check-arrivals", "errors-check-dates", "errors-requeue-lost"}
        floor = 3 if name in scheduled else 5
        assert expression["Expression"] == f"IF(invocations >= {floor}, 100 * errors / invocations, 0)"
        assert (expression["ReturnData"], expression.get("Period", 300)) == (True, 300)
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (5, "GreaterThanThreshold")
        assert (alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (1, "notBreaching")
        function = {"FunctionName": f"lambda-{name.removeprefix('errors-')}-test"}
        stats = {metric["Id"]: metric["MetricStat"] for metric in metrics}
        assert {key: (stat["Metric"]["MetricName"], stat["Stat"], stat["Period"]) for key, stat in stats.items()} == {
            "errors": ("Errors", "Sum", 300),
            "invocations": ("Invocations", "Sum", 300),
        }
        assert all(stat["Metric"]["Namespace"] == "AWS/Lambda" for stat in stats.values())
        assert all(_dimensions(stat["Metric"]) == function for stat in stats.values())


def _retries(state: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Give what a state is retried on, in its order, and how."""
    return [
        (error, {key: value for key, value in entry.items() if key != "ErrorEquals"})
        for entry in state.get("Retry", [])
        for error in entry["ErrorEquals"]
    ]


def test_each_task_is_retried_with_these_figures(template: Template) -> None:
    found: dict[str, list[Any]] = {}
    for _, state in states_in(template.definitions()):
        if state["Type"] == "Task":
            name = state["Resource"].removeprefix("arn:aws:states:::").removesuffix(".Arn")
            retries = found.setdefault(name, [])
            if _retries(state) not in retries:
                retries.append(_retries(state))

    assert {name: sorted(retries, key=len) for name, retries in found.items()} == TASK_RETRIES


def test_every_other_state_that_is_retried_has_these_figures(template: Template) -> None:
    others = [(state["Type"], _retries(state)) for _, state in states_in(template.definitions()) if "Retry" in state]

    retried = [(kind, retries) for kind, retries in others if kind != "Task"]

    assert retried
    assert all(retries == (EVALUATION_ERROR if kind == "Map" else ANY_ERROR) for kind, retries in retried)


def _function_calls(definition: Any) -> Iterator[dict[str, Any]]:
    for _, state in states_in(definition):
        if state["Type"] == "Task" and "lambda" in state["Resource"]:
            yield state


def test_an_execution_ends_a_minute_before_its_lease(template: Template) -> None:
    limit = template.definition()["TimeoutSeconds"]

    assert limit == 840
    assert limit + 60 <= SERVICE_LEVEL


def test_a_large_execution_ends_a_minute_before_its_lease(template: Template) -> None:
    definition = template.definition(LARGE_FILES_MACHINE)

    assert definition["TimeoutSeconds"] == 14_340
    assert definition["TimeoutSeconds"] + 60 <= LARGE_FILES_LEVEL


def test_two_runs_of_the_job_leave_time_for_the_other_states(template: Template) -> None:
    definition = template.definition(LARGE_FILES_MACHINE)
    runs = [state for _, state in states_in(definition) if "glue" in state.get("Resource", "")]
    job = template.one("AWS::Glue::Job")

    assert job["Timeout"] == 90
    assert [(run["Arguments"]["Timeout"], run["TimeoutSeconds"]) for run in runs] == [(90, 6000), (90, 6000)]
    assert definition["TimeoutSeconds"] - 2 * 6000 >= 2100


def test_the_job_has_these_figures(template: Template) -> None:
    job = template.one("AWS::Glue::Job")

    assert (job["GlueVersion"], job["WorkerType"], job["NumberOfWorkers"]) == ("5.1", "G.1X", 2)
    assert (job["MaxRetries"], job["ExecutionProperty"]) == (0, {"MaxConcurrentRuns": 10})


def test_a_function_may_take_60_seconds_in_a_batch_else_300(template: Template) -> None:
    definition = template.definition()
    [batch] = [
        state
        for _, state in states_in(definition)
        if state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("ExecutionType") == "EXPRESS"
    ]
    in_batch = list(_function_calls(batch))
    elsewhere = [state for state in _function_calls(definition) if state not in in_batch]

    assert in_batch
    assert elsewhere
    # Four attempts and the longest pauses between them
    assert all(4 * state["TimeoutSeconds"] + 2 + 4 + 8 < EXPRESS_LIMIT for state in in_batch)
    assert {state["TimeoutSeconds"] for state in in_batch} == {60}
    assert {state["TimeoutSeconds"] for state in elsewhere} == {300}


def test_a_batch_runs_20_files_at_once_and_tolerates_all_failing(template: Template) -> None:
    [batch] = [
        state
        for _, state in states_in(template.definition())
        if state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED"
    ]

    assert (batch["MaxConcurrency"], batch["ToleratedFailurePercentage"]) == (20, 100)


@pytest.mark.parametrize("purpose", ["direct", "large", "batch", "settle"])
def test_an_event_is_delivered_again_three_times_in_ten_minutes(template: Template, purpose: str) -> None:
    [target] = template.one("AWS::Events::Rule", Name=f"rule-{purpose}-test")["Targets"]

    assert target["RetryPolicy"] == DELIVERY
    assert target["DeadLetterConfig"] == {"Arn": "queue-dead-letter-test.Arn"}


def test_all_rules_on_files_have_delivery_retries(template: Template) -> None:
    rules = template.of_type("AWS::Events::Rule").values()

    # The others are a clock, which strikes again; an alert of what an alarm shows as well; and figures that may come
    # late, which EventBridge delivers for a day
    assert {rule["Name"] for rule in rules if "RetryPolicy" not in rule["Targets"][0]} == {
        "rule-check-arrivals-test",
        "rule-requeue-lost-test",
        "rule-check-dates-test",
        "rule-crawler-failed-test",
        "rule-overlaps-test",
    }


def test_entries_of_the_registry_expire_and_audit_rows_never_do(template: Template) -> None:
    found = {
        table["TableName"]: table.get("TimeToLiveSpecification")
        for table in template.of_type("AWS::DynamoDB::Table").values()
    }

    assert found == {
        "table-audit-test": None,
        "table-registry-test": {"AttributeName": "expires_at", "Enabled": True},
    }


def test_messages_are_retained_14_days_and_reappear_after_a_call(template: Template) -> None:
    found = {
        queue["QueueName"]: (queue["MessageRetentionPeriod"], queue.get("VisibilityTimeout"))
        for queue in template.of_type("AWS::SQS::Queue").values()
    }

    assert found == {
        "queue-batching-test": (1_209_600, 1830),
        "queue-dead-letter-test": (1_209_600, None),
        "queue-overlaps-dead-letter-test": (1_209_600, None),
        "queue-overlaps-test": (1_209_600, 300),
        "queue-record-failures-test": (1_209_600, None),
    }


def test_a_function_may_take_five_minutes(template: Template) -> None:
    functions = template.of_type("AWS::Lambda::Function").values()

    assert [function["Timeout"] for function in functions] == [300] * len(FUNCTIONS)
