"""Walks the state machine's definition as a good CSV file does, and counts what it meets."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

GOOD_CSV: Final = {
    "Large file?": "Claim",
    "First attempt?": "Inspect",
    "Which format?": "Validate CSV",
    "Verdict": "Newer file?",
    "Newer file?": "Claim the content",
    "Reconcile": "Claim the delivery",
    "Published or retired?": "Complete",
    "Any rejected rows?": "Done",
}
"""Where a good file goes at each choice; both routes have the same."""

_EMPTY_MAPS: Final = {"Supersede"}
"""Maps that have no item for a file whose key is new."""


@dataclass
class Walk:
    """The states that a file enters, and the calls of its tasks by resource."""

    states: int = 0
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def tasks(self) -> int:
        """How many of the states are tasks."""
        return sum(self.calls.values())


def walk_file(definition: Mapping[str, Any], route: str) -> Walk:
    """Walk the chain of one file on a route (``direct`` or ``batch``)."""
    maps = {"direct": "Process directly", "batch": "Process the batch"}
    walk = Walk()
    _walk(definition["States"][maps[route]]["ItemProcessor"], route, walk)
    return walk


def walk_execution(definition: Mapping[str, Any], route: str) -> Walk:
    """Walk the execution around the files, which are counted by ``walk_file``."""
    walk = Walk()
    states, name = definition["States"], definition["StartAt"]
    choices = {
        "Which route?": {"direct": "Process directly", "batch": "Process the batch"}[route],
        "All files handled?": "Done",
    }
    while name:
        _count(states[name], walk)
        name = choices.get(name) or states[name].get("Next")
    return walk


def _walk(machine: Mapping[str, Any], route: str, walk: Walk) -> None:
    name = machine["StartAt"]
    while name:
        state, step = machine["States"][name], name.removesuffix(f" ({route})")
        _count(state, walk)
        for branch in state.get("Branches", []):
            _walk(branch, route, walk)
        if state["Type"] == "Map" and step not in _EMPTY_MAPS:
            raise ValueError(f"{name}: say how many items it has for a good file")
        name = f"{GOOD_CSV[step]} ({route})" if state["Type"] == "Choice" else state.get("Next")


def _count(state: Mapping[str, Any], walk: Walk) -> None:
    walk.states += 1
    if state["Type"] == "Task":
        walk.calls[str(state["Resource"])] += 1
