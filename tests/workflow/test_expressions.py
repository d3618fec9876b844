"""What a state works out may fail, and a Pass or Choice state can neither retry nor catch: so none of them does."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from etl.synthesis.template import Template, states_in
from etl.workflow.asl import EVALUATION_ERROR

PLAIN = re.compile(r"\{% \$states(\.\w+)+ %\}|\$\$?(\.\w+|\[\d+\]|\[\*\])*")
"""Paths without functions, in JSONata and in JSONPath: nothing is worked out."""


def _expressions(state: dict[str, Any]) -> Iterator[str]:
    """List the expressions of a state itself, and not of those in it."""
    inner = {"ItemProcessor", "Branches", "Retry", "Comment", "Resource"}
    yield from _texts({field: value for field, value in state.items() if field not in inner})


def _texts(value: Any, field: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, field)
    elif isinstance(value, str) and (value.startswith("{%") or field.endswith((".$", "Path"))):
        yield value


def _can_fail(state: dict[str, Any]) -> bool:
    return any(not PLAIN.fullmatch(text) for text in _expressions(state))


def _machines(machine: dict[str, Any], around: tuple[dict[str, Any], ...] = ()) -> Iterator[tuple[str, Any, Any]]:
    """List the states with those around them, the nearest last."""
    for name, state in machine["States"].items():
        yield name, state, around
        for inner in (state.get("ItemProcessor"), *state.get("Branches", [])):
            if inner:
                yield from _machines(inner, (*around, state))


def _retries_and_catches(state: dict[str, Any]) -> bool:
    retried = {error for entry in state.get("Retry", []) if entry["MaxAttempts"] for error in entry["ErrorEquals"]}
    caught = {error for entry in state.get("Catch", []) for error in entry["ErrorEquals"]}
    return bool(retried & {"States.ALL", EVALUATION_ERROR}) and "States.ALL" in caught


@pytest.mark.requirement("W3", "L2")
def test_a_state_that_computes_is_retried_and_caught(
    template: Template,
) -> None:
    definitions = template.definitions()
    listed = [entry for definition in definitions for entry in _machines(definition) if _can_fail(entry[1])]

    assert {"Work out the identity (batch)", "Settle unfinished files"} <= {name for name, _, _ in listed}
    for name, state, around in listed:
        # A branch of a Parallel state ends with it; an item of a map must not end the other items.
        nearest = [around[-1]] if around and around[-1]["Type"] == "Parallel" else []
        assert any(map(_retries_and_catches, [state, *nearest])) or _is_caught_around(state, around), name


def _is_caught_around(state: dict[str, Any], around: tuple[dict[str, Any], ...]) -> bool:
    """Whether a task retries by itself, and the file that it stands for ends in the catch of a state around it."""
    return (
        state["Type"] == "Task"
        and bool(state["Retry"])
        and any("States.ALL" in entry["ErrorEquals"] for entry in around[-1].get("Catch", []))
    )


@pytest.mark.requirement("L2")
def test_only_maps_and_guarded_branches_compute_beside_the_chain(
    template: Template,
) -> None:
    states = [item for definition in template.definitions() for item in definition["States"].items()]
    working = {name: state["Type"] for name, state in states if _can_fail(state)}

    assert working == {"Settle unfinished files": "Map"}


def test_a_state_is_in_jsonata_only_where_it_computes(template: Template) -> None:
    computing = {
        name: _can_fail({field: value for field, value in state.items() if field != "Catch"})
        for name, state in states_in(template.definitions())
        if state.get("QueryLanguage") == "JSONata"
    }

    assert [name for name, computes in computing.items() if not computes] == []
