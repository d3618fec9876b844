"""Reads from states where each goes next, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from etl.workflow.asl import ANY_ERROR, State, States

OTHERWISE: Final = "otherwise"

_COMPARED: Final = {
    "Equals": "=",
    "EqualsPath": "=",
    "LessThan": "<",
    "LessThanEquals": "≤",
    "GreaterThan": ">",
    "GreaterThanEquals": "≥",
    "Matches": "like",
}
_IS: Final = {"IsPresent": "present", "IsString": "a string"}
_TYPES: Final = ("String", "Numeric", "Boolean", "Timestamp")


@dataclass(frozen=True)
class Transition:
    """One transition from a state to another: on a choice's condition, on an error that is caught, or simply next."""

    source: str
    target: str
    label: str = ""
    caught: bool = False


def transitions(states: States) -> Iterator[Transition]:
    """List the transitions between these states, and not those of the machines inside them."""
    for name, state in states.items():
        if "Next" in state:
            yield Transition(name, state["Next"])
        for rule in state.get("Choices", []):
            yield Transition(name, rule["Next"], condition(rule))
        if "Default" in state:
            yield Transition(name, state["Default"], OTHERWISE)
        for entry in state.get("Catch", []):
            yield Transition(name, entry["Next"], ", ".join(map(_error, entry["ErrorEquals"])), caught=True)


def inner_machines(state: State) -> list[dict[str, Any]]:
    """List the machines that a Map or Parallel state runs."""
    return [state["ItemProcessor"]] if "ItemProcessor" in state else list(state.get("Branches", []))


def condition(rule: Mapping[str, Any]) -> str:
    """Write the condition of a choice: ``file.format = csv``.

    Raises
    ------
    ValueError
        The rule has a comparison that cannot be written yet.
    """
    if "And" in rule:
        return " and ".join(map(condition, rule["And"]))
    if "Or" in rule:
        return f"({' or '.join(map(condition, rule['Or']))})"
    if "Not" in rule:
        return f"not {condition(rule['Not'])}"
    for operator, value in rule.items():
        if operator in _IS:
            return f"{_path(rule['Variable'])} is {'' if value else 'not '}{_IS[operator]}"
        kind = next((kind for kind in _TYPES if operator.startswith(kind)), "")
        if kind and (sign := _COMPARED.get(operator.removeprefix(kind))):
            return f"{_path(rule['Variable'])} {sign} {_path(value) if operator.endswith('Path') else _value(value)}"
    raise ValueError(f"no writing for the condition {dict(rule)}: extend evidence/graph/transitions.py")


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _path(path: str) -> str:
    """Keep of a path its last two names."""
    return ".".join(path.removeprefix("$.").split(".")[-2:])


def _error(error: str) -> str:
    return "any error" if error == ANY_ERROR else error.rpartition(".")[2].removesuffix("Exception")
