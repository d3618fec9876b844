"""Writes ``docs/state-machine.md`` from the definitions."""

from collections.abc import Iterator
from typing import Any, Final

from etl.synthesis.template import states_in
from etl.workflow.asl import State, States
from etl.workflow.large_files import LARGE_FILES
from etl.workflow.settling import EVERY_FILE, LEFT_BEHIND
from etl.workflow.withdrawal import LABEL as WITHDRAWAL
from evidence.graph.mermaid import flowchart, overview
from evidence.graph.phases import (
    FAILURE,
    HANDING_OVER,
    INSPECTION,
    NOTIFICATION,
    TRANSFORMATION,
    UNIDENTIFIED,
    phases,
    phases_at_scale,
    unlabelled,
)
from evidence.graph.transitions import inner_machines

SHARED: Final = (NOTIFICATION, FAILURE)
"""Phases that are the same for a file on every route."""

_HEAD: Final = """# The state machine

`make graph` draws this page from the synthesized definitions, and a test holds it: a change of a
definition is a change of this page. [Architecture](architecture.md) says what the states are for.

The definition has {count} states, and that of the [state machine for large files](#large-files) {large}. The chain of
a file is drawn once, since a file goes through the same states whether it is processed directly or in a batch
([why](decisions/0004-two-routes-one-chain.md)). In the definition, a label makes the name of each state unique:
*Claim (direct)*, *Claim (batch)*.

| drawn as | means |
|---|---|
| solid arrow | the next state; on it, the condition of a Choice |
| dotted arrow | a Catch, with its error. Retries come before it, and are not drawn |
| box | a Task; below its name, the function or the service's action |
| hexagon | a Choice |
| rounded box | a Pass |
| pill | Succeed or Fail |
| frame | a Map or Parallel with its inner states |
| box with double sides | a Map whose inner states have a heading of their own |
| flag | a state that is drawn under the heading below its name |
"""
_TOP: Final = """
## Top level

The input's route says what is done: `direct` and `batch` process files, `settle` finishes what another execution has
left, `withdraw` takes published files back. Each Map runs its inner states for every file by itself.
"""
_CHAIN: Final = """
## The chain of a file

What *Process directly* and *Process the batch* run for each file. The phases first; each is drawn below.
"""
_LARGE: Final = """
## Large files

A [state machine of its own](decisions/0047-large-files-have-a-machine-of-their-own.md) runs what a function cannot: a
job validates and transforms the file, and the function collects what it found.
"""
_AT_SCALE: Final = """
For each file, *Process at scale* runs the chain above without *{handing_over}*, and with the phases that follow in
place of *{inspection}* and *{transformation}*.
"""
_SETTLING: Final = """
## Settling

What happens to a file whose chain did not come to its end. Its audit row says how far it came.
"""
_UNFINISHED: Final = """
### Files without an end

After the files of an execution were processed: those that have not added their number.
"""
_ALL: Final = """
### All files of an execution

Where it is not known which files have come to their end: the execution failed, timed out or was aborted.
"""
_WITHDRAWAL: Final = """
## Withdrawal

What *Withdraw files* runs for each file that a person takes back. Its status changes before its rows go.
"""


def page(definition: dict[str, Any], large: dict[str, Any]) -> str:
    """Write the page of the two state machines: the one that all routes start, and the one for large files."""
    return "\n".join(_sections(definition, large)) + "\n"


def machine_of_each_file(definition: dict[str, Any], label: str) -> States:
    """Return the states that a file goes through where names carry this label, and without it."""
    found = (_processor(state) for state in definition["States"].values() if "ItemProcessor" in state)
    (states,) = (states for states in found if any(name.endswith(f" ({label})") for name in states))
    without: States = unlabelled({"States": states})["States"]
    return without


def chain_sections(states: States) -> Iterator[str]:
    """Draw the chain of a file, phase by phase."""
    cut = {title: names for title, names in phases().items() if title != UNIDENTIFIED}
    yield overview(states, cut)
    for title, names in cut.items():
        yield f"\n### {title}\n"
        yield flowchart(states, drawn=names, elsewhere=_headings(states))


def _sections(definition: dict[str, Any], large: dict[str, Any]) -> Iterator[str]:
    yield _HEAD.format(count=_count(definition), large=_count(large))
    yield _TOP.strip("\n") + "\n"
    yield flowchart(definition["States"], drawn=definition["States"], elsewhere={}, collapsed=True)
    yield _CHAIN
    yield from chain_sections(machine_of_each_file(definition, "batch"))
    yield _LARGE.strip("\n") + "\n"
    yield flowchart(large["States"], drawn=large["States"], elsewhere={}, collapsed=True)
    yield _AT_SCALE.format(handing_over=HANDING_OVER, inspection=INSPECTION, transformation=TRANSFORMATION)
    yield from large_file_sections(machine_of_each_file(large, LARGE_FILES))
    yield _SETTLING
    for text, label in ((_UNFINISHED, LEFT_BEHIND), (_ALL, EVERY_FILE)):
        yield text.strip("\n") + "\n"
        yield from _settling(machine_of_each_file(definition, label))
    yield _WITHDRAWAL
    withdrawal = machine_of_each_file(definition, WITHDRAWAL)
    yield flowchart(withdrawal, drawn=withdrawal, elsewhere={})


def large_file_sections(states: States) -> Iterator[str]:
    """Draw the phases that only a large file goes through."""
    own = {name: title for title, names in phases_at_scale().items() for name in names}
    for title, names in phases_at_scale().items():
        yield f"\n### {title}\n"
        yield flowchart(states, drawn=names, elsewhere=_headings(states) | own)


def _count(definition: dict[str, Any]) -> int:
    return sum(1 for _ in states_in(definition))


def _settling(states: States) -> Iterator[str]:
    headings = _headings(states)
    apart = [*SHARED, UNIDENTIFIED]
    yield flowchart(states, drawn=[name for name in states if headings.get(name) not in apart], elsewhere=headings)
    unidentified = [name for name in phases()[UNIDENTIFIED] if name in states]
    if unidentified:
        yield f"\n### {UNIDENTIFIED}\n"
        yield flowchart(states, drawn=unidentified, elsewhere=headings)


def _headings(states: States) -> dict[str, str]:
    return {name: title for title, names in phases().items() for name in names if name in states}


def _processor(state: State) -> States:
    (machine,) = inner_machines(state)
    states: States = machine["States"]
    return states
