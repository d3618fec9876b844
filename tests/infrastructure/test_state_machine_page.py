"""docs/state-machine.md is the definition's own, draws every state, and shows every change."""

import copy
from typing import Any

import pytest

from etl.synthesis.template import Template, states_in
from etl.workflow.asl import States
from evidence.graph.__main__ import PAGE
from evidence.graph.mermaid import flowchart
from evidence.graph.phases import phases, unlabelled
from evidence.graph.state_machine_page import SHARED, chain_sections, machine_of_each_file, page
from evidence.graph.transitions import Transition, condition, transitions


@pytest.fixture(scope="module")
def definition(template: Template) -> dict[str, Any]:
    return template.definition()


def test_the_page_is_the_definitions_own(definition: dict[str, Any]) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(definition), "run 'make graph'"


def test_every_state_is_drawn(definition: dict[str, Any]) -> None:
    written = page(definition)

    names = {name for name, _ in states_in(unlabelled(definition))}
    assert {name for name in names if f'"{name}' not in written and f': {name}"' not in written} == set()


def test_both_routes_run_the_chain_that_is_drawn(definition: dict[str, Any]) -> None:
    direct, batch = (list(chain_sections(machine_of_each_file(definition, label))) for label in ("direct", "batch"))

    assert direct == batch


@pytest.mark.parametrize("label", ["unfinished", "all files"])
def test_settling_runs_the_phases_that_are_drawn_with_the_chain(definition: dict[str, Any], label: str) -> None:
    shared = {name for phase in SHARED for name in phases()[phase]}
    chain, settling = (_leaving(shared, machine_of_each_file(definition, which)) for which in ("batch", label))

    assert settling
    assert settling == {one for one in chain if one.source in {state.source for state in settling}}


def _leaving(names: set[str], states: States) -> set[Transition]:
    return {one for one in transitions(states) if one.source in names}


def _renamed(state: dict[str, Any]) -> None:
    state["Next"] = "Done (batch)"


def _other_condition(state: dict[str, Any]) -> None:
    state["Choices"][0]["StringEquals"] = "another"


def _other_error(state: dict[str, Any]) -> None:
    state["Catch"][0]["ErrorEquals"] = ["Another.Error"]


def _no_catch(state: dict[str, Any]) -> None:
    del state["Catch"][-1]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Publish (batch)", _renamed),
        ("Verdict (batch)", _other_condition),
        ("Which format? (batch)", _other_condition),
        ("Claim (batch)", _other_error),
        ("Claim (batch)", _no_catch),
        ("Read the audit row (all files)", _no_catch),
        ("Which route?", _other_condition),
    ],
)
def test_a_change_of_a_state_is_a_change_of_the_page(definition: dict[str, Any], name: str, change: Any) -> None:
    changed = copy.deepcopy(definition)
    change(dict(states_in(changed))[name])

    assert page(changed) != page(definition)


def test_errors_are_dotted_arrows_and_conditions_solid_ones() -> None:
    rules = [{"Variable": "$.file.format", "StringEquals": "csv", "Next": "Read"}]
    catch = {"ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "Next": "end"}
    states: States = {
        "Which format?": {"Type": "Choice", "Choices": rules, "Default": "end"},
        "Read": {"Type": "Task", "Resource": "lambda-validate-test.Arn", "Catch": [catch], "Next": "Elsewhere"},
        "end": {"Type": "Succeed"},
    }

    assert flowchart(states, drawn=list(states), elsewhere={"Elsewhere": "Other"}).splitlines() == [
        "```mermaid",
        "flowchart TD",
        '    WhichFormat{{"Which format?"}}',
        '    Read["Read<br>validate"]',
        '    End(["end"])',
        '    Elsewhere>"Elsewhere<br>see Other"]',
        '    WhichFormat -->|"file.format = csv"| Read',
        '    WhichFormat -->|"otherwise"| End',
        "    Read --> Elsewhere",
        '    Read -.->|"ConditionalCheckFailed"| End',
        "```",
    ]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"Variable": "$.a.b.c", "StringEquals": "x"}, "b.c = x"),
        ({"Variable": "$.a", "NumericLessThanEquals": 10}, "a ≤ 10"),
        ({"Variable": "$.a", "NumericGreaterThan": 0}, "a > 0"),
        ({"Variable": "$.a", "BooleanEquals": True}, "a = true"),
        ({"Variable": "$.a", "IsPresent": True}, "a is present"),
        ({"Variable": "$.a", "IsPresent": False}, "a is not present"),
        ({"Variable": "$.a", "IsString": True}, "a is a string"),
        ({"Variable": "$.a", "StringMatches": "*Exception"}, "a like *Exception"),
        (
            {"And": [{"Variable": "$.a", "IsPresent": True}, {"Or": [{"Variable": "$.b", "NumericEquals": 1}] * 2}]},
            "a is present and (b = 1 or b = 1)",
        ),
        ({"Not": {"Variable": "$.a.b", "StringEqualsPath": "$.c.b"}}, "not a.b = c.b"),
    ],
)
def test_a_condition_is_written_short(rule: dict[str, Any], text: str) -> None:
    assert condition({**rule, "Next": "State"}) == text


def test_a_condition_without_a_writing_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"transitions\.py"):
        condition({"Variable": "$.a", "IsTimestamp": True, "Next": "State"})
