"""Writes states as a Mermaid flowchart: https://mermaid.js.org/syntax/flowchart.html."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from etl.workflow.asl import State, States
from evidence.graph.transitions import Transition, inner_machines, transitions

_SHAPES: Final = {
    "Choice": ("{{", "}}"),
    "Pass": ("(", ")"),
    "Succeed": ("([", "])"),
    "Fail": ("([", "])"),
    "Map": ("[[", "]]"),
}
_OTHER_SHAPE: Final = ("[", "]")
_ELSEWHERE: Final = (">", "]")
_PROCESSOR: Final = "ItemProcessor"


def flowchart(states: States, *, drawn: Collection[str], elsewhere: Mapping[str, str], collapsed: bool = False) -> str:
    """Draw some of the states, with every transition that leaves them.

    Parameters
    ----------
    states
        The states of one machine.
    drawn
        The names of those to draw, in this order.
    elsewhere
        For every other state that a transition leads to, the heading under which it is drawn.
    collapsed
        Whether machines inside Map states are drawn under headings of their own.
    """
    shown = {name: states[name] for name in drawn}
    lines = ["flowchart TD"]
    for name, state in shown.items():
        lines += _indented(_node(name, state, collapsed=collapsed))
    found = list(transitions(shown))
    for name in dict.fromkeys(one.target for one in found if one.target not in shown):
        lines += _indented([_shaped(name, _ELSEWHERE, f"see {elsewhere[name]}")])
    lines += _indented(_edges(found))
    return _fenced(lines)


def overview(states: States, groups: Mapping[str, Collection[str]]) -> str:
    """Draw groups of states as one box each, with an arrow where a state of one leads to a state of another."""
    group_of = {name: title for title, names in groups.items() for name in names}
    crossing = {
        (group_of[one.source], group_of[one.target], one.caught)
        for one in transitions(states)
        if group_of[one.source] != group_of[one.target]
    }
    # A dotted arrow says that only an error leads there.
    shown = [
        Transition(source, target, caught=caught)
        for source, target, caught in sorted(crossing)
        if not caught or (source, target, False) not in crossing
    ]
    lines = ["flowchart LR", *_indented(f'{_id(title)}["{title}"]' for title in groups), *_indented(_edges(shown))]
    return _fenced(lines)


def _node(name: str, state: State, *, collapsed: bool) -> Iterator[str]:
    machines = [] if collapsed and _PROCESSOR in state else inner_machines(state)
    if not machines:
        shape = _SHAPES.get(state["Type"], _OTHER_SHAPE)
        yield _shaped(name, shape, _called(state))
        return
    yield f'subgraph {_id(name)}["{state["Type"]}: {name}"]'
    for machine in machines:
        for inner, inner_state in machine["States"].items():
            yield from _indented(_node(inner, inner_state, collapsed=collapsed))
        yield from _indented(_edges(transitions(machine["States"])))
    yield "end"


def _edges(found: Iterator[Transition] | list[Transition]) -> Iterator[str]:
    """Draw one arrow for all transitions of a kind between two states."""
    labels: dict[tuple[str, str, bool], list[str]] = {}
    for one in found:
        labels.setdefault((one.source, one.target, one.caught), []).append(one.label)
    for (source, target, caught), why in labels.items():
        arrow = "-.->" if caught else "-->"
        text = "<br>".join(filter(None, why))
        label = f'|"{text}"|' if text else ""
        yield f"{_id(source)} {arrow}{label} {_id(target)}"


def _shaped(name: str, shape: tuple[str, str], under: str) -> str:
    opened, closed = shape
    return f'{_id(name)}{opened}"{name}{f"<br>{under}" if under else ""}"{closed}'


def _called(state: State) -> str:
    """Name what a task calls: a function, or a service's action."""
    resource: str = state.get("Resource", "")
    if ":::" in resource:
        return resource.rpartition(":::")[2]
    return re.sub(r"^lambda-(.*)-[^-]+\.Arn$", r"\1", resource)


def _id(name: str) -> str:
    """Make a name of letters alone; a capital first, since Mermaid takes ``end`` for a keyword."""
    return "".join(word[0].upper() + word[1:] for word in re.findall(r"\w+", name))


def _indented(lines: Iterator[str] | list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _fenced(lines: list[str]) -> str:
    return "\n".join(["```mermaid", *lines, "```"])
