"""F1 to F5, M1 to M3, W1 to W4 as far as the template shows them."""

import pytest

from deployment.alerts import KEPT
from etl.synthesis.synthesize import synthesize
from etl.synthesis.template import Template, states_in
from etl.workflow.asl import MAX_ATTEMPTS

FUNCTIONS = {
    "check-arrivals",
    "check-dates",
    "dispatch",
    "validate",
    "transform",
    "publish",
    "record",
    "empty-buckets",
    "find-overlaps",
    "requeue-lost",
}


@pytest.mark.requirement("F1", "F2")
def test_validate_and_transform_are_among_the_functions(
    template: Template,
) -> None:
    names = {function["FunctionName"] for function in template.of_type("AWS::Lambda::Function").values()}

    assert names == {f"lambda-{purpose}-test" for purpose in FUNCTIONS}


@pytest.mark.requirement("F3", "F4", "F5")
def test_each_function_has_the_required_runtime_memory_timeout(
    template: Template,
) -> None:
    for function in template.of_type("AWS::Lambda::Function").values():
        assert (function["Runtime"], function["MemorySize"], function["Timeout"]) == ("python3.11", 3072, 300)


@pytest.mark.requirement("F4")
def test_each_function_has_3008_mb_if_the_context_says_so(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    template = synthesize(tmp_path_factory.mktemp("cdk.out"), lambdaMemoryMb="3008")

    assert {f["MemorySize"] for f in template.of_type("AWS::Lambda::Function").values()} == {3008}


@pytest.mark.requirement("M1", "X7")
def test_each_function_has_its_log_group_with_thirty_days(
    template: Template,
) -> None:
    groups = template.of_type("AWS::Logs::LogGroup")
    prefix = template.one("AWS::Glue::Job")["DefaultArguments"]["--custom-logGroup-prefix"]
    of_functions = [
        function["LoggingConfig"]["LogGroup"] for function in template.of_type("AWS::Lambda::Function").values()
    ]

    assert len(set(of_functions)) == len(of_functions) == len(FUNCTIONS)
    assert set(of_functions) <= {group["LogGroupName"] for group in groups.values()}
    # Glue adds these endings to the prefix
    assert {f"{prefix}/output", f"{prefix}/error"} <= {group["LogGroupName"] for group in groups.values()}
    assert {group["RetentionInDays"] for group in groups.values()} == {30} == {KEPT.days}
    assert {template.resources[logical_id]["DeletionPolicy"] for logical_id in groups} == {"Delete"}


@pytest.mark.requirement("M2")
def test_an_alarm_fires_above_five_percent_of_failed_calls(
    template: Template,
) -> None:
    watched = {}
    for alarm in template.of_type("AWS::CloudWatch::Alarm").values():
        for metric in alarm.get("Metrics", []):
            for dimension in metric.get("MetricStat", {}).get("Metric", {}).get("Dimensions", []):
                watched[dimension["Value"]] = alarm

    assert set(watched) == {f"lambda-{purpose}-test" for purpose in FUNCTIONS}
    for alarm in watched.values():
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (5, "GreaterThanThreshold")
        assert alarm["AlarmActions"] == ["topic-alerts-test"]
        assert alarm["TreatMissingData"] == "notBreaching"


@pytest.mark.requirement("M3")
def test_the_state_machine_logs_every_step_with_its_data(template: Template) -> None:
    machines = template.of_type("AWS::StepFunctions::StateMachine").values()

    assert len(machines) == 2
    for logging in (machine["LoggingConfiguration"] for machine in machines):
        assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", True)


@pytest.mark.requirement("W1", "W2")
def test_each_route_has_parallel_branches_and_a_path_per_format(
    template: Template,
) -> None:
    states = dict(states_in(template.definition()))

    for route in ("direct", "batch"):
        assert states[f"Inspect ({route})"]["Type"] == "Parallel"
        paths = {c["StringEquals"]: c["Next"] for c in states[f"Which format? ({route})"]["Choices"]}
        assert paths == {"csv": f"Validate CSV ({route})", "json": f"Validate JSON ({route})"}


@pytest.mark.requirement("W3", "L2")
def test_each_task_is_retried_three_times_with_backoff(
    template: Template,
) -> None:
    tasks = [(name, state) for name, state in states_in(template.definitions()) if state["Type"] == "Task"]

    assert tasks
    for name, state in tasks:
        retrier = state["Retry"][-1]
        # A run of the job that failed is not started again, as each is paid for
        assert "glue" in state["Resource"] or retrier["ErrorEquals"] == ["States.ALL"], name
        assert (retrier["MaxAttempts"], retrier["BackoffRate"]) == (MAX_ATTEMPTS, 2), name
        assert all(entry["MaxAttempts"] == 0 for entry in state["Retry"][:-1]), name


def test_no_two_states_share_a_name(template: Template) -> None:
    for definition in template.definitions():
        names = [name for name, _ in states_in(definition)]

        assert len(names) == len(set(names))


def test_a_discarded_result_stays_discarded_in_the_template(template: Template) -> None:
    record = dict(states_in(template.definition()))["Record rejection (direct)"]

    assert "ResultPath" in record
    assert record["ResultPath"] is None


def test_each_transition_leads_to_a_state_of_the_same_level(
    template: Template,
) -> None:
    def check(machine: dict[str, object]) -> None:
        states: dict[str, dict[str, object]] = machine["States"]  # type: ignore[assignment]
        assert machine["StartAt"] in states
        for state in states.values():
            targets = [state.get("Next"), state.get("Default")]
            for key in ("Catch", "Choices"):
                targets += [entry["Next"] for entry in state.get(key, [])]  # type: ignore[attr-defined]
            assert {target for target in targets if target} <= set(states)
            nested = [state.get("ItemProcessor"), *state.get("Branches", [])]  # type: ignore[misc]
            for inner in filter(None, nested):
                check(inner)

    for definition in template.definitions():
        check(definition)
