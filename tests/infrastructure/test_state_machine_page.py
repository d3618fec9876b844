"""docs/state-machine.md is the definition's own, draws every state, and shows every change."""

import copy
from typing import Any

import pytest

from etl.synthesis.template import LARGE_FILES_MACHINE, Template, states_in
from etl.workflow.asl import States
from evidence.graph.__main__ import PAGE
from evidence.graph.mermaid import flowchart
from evidence.graph.phases import phases, phases_at_scale, unlabelled
from evidence.graph.state_machine_page import SHARED, chain_sections, machine_of_each_file, page
from evidence.graph.transitions import Transition, condition, transitions


@pytest.fixture(scope="module")
def definition(template: Template) -> dict[str, Any]:
    return template.definition()


@pytest.fixture(scope="module")
def large(template: Template) -> dict[str, Any]:
    return template.definition(LARGE_FILES_MACHINE)


def test_the_page_is_the_definitions_own(definition: dict[str, Any], large: dict[str, Any]) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(definition, large), "run 'make graph'"


def test_every_state_is_drawn(definition: dict[str, Any], large: dict[str, Any]) -> None:
    written = page(definition, large)

    names = {name for machine in (definition, large) for name, _ in states_in(unlabelled(machine))}
    assert {name for name in names if f'"{name}' not in written and f': {name}"' not in written} == set()


def test_both_routes_run_the_chain_that_is_drawn(definition: dict[str, Any]) -> None:
    direct, batch = (list(chain_sections(machine_of_each_file(definition, label))) for label in ("direct", "batch"))

    assert direct == batch


def test_a_large_file_runs_the_chain_but_for_what_is_drawn_apart(
    definition: dict[str, Any], large: dict[str, Any]
) -> None:
    chain, of_large = machine_of_each_file(definition, "batch"), machine_of_each_file(large, "large files")
    apart = {name for names in phases_at_scale().values() for name in names}
    replaced = {name for title in ("Handing over", "Inspection", "Transformation") for name in phases()[title]}

    assert set(of_large) - apart == set(chain) - replaced
    shared = set(chain) - replaced - {"Identify"}
    assert _leaving(shared, of_large) == _leaving(shared, chain)


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


def _other_collector(state: dict[str, Any]) -> None:
    state["Next"] = "Validate at scale (large files)"


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
        ("Validate at scale (large files)", _other_collector),
        ("Transform at scale (large files)", _no_catch),
    ],
)
def test_a_change_of_a_state_is_a_change_of_the_page(
    definition: dict[str, Any], large: dict[str, Any], name: str, change: Any
) -> None:
    changed = copy.deepcopy([definition, large])
    # Of those that both have, the page draws the first machine's
    states = dict(states_in(changed[1])) | dict(states_in(changed[0]))
    change(states[name])

    assert page(*changed) != page(definition, large)


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
