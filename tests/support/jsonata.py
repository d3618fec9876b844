"""What AWS refuses in a definition's JSONata, found in the syntax tree of every expression.

The embedded AWS evaluates expressions and checks none of this when a state machine is created. The rules are those of
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html: an expression has no input of its own, so
at its top level neither ``$`` nor a field name without one means anything; ``$$`` means nothing anywhere; ``$eval`` is
not there; ``$states.errorOutput`` exists in a Catch only, and ``$states.result`` in what is made of a result. Stricter
than AWS, ``$`` is refused in filters too, where it is a matter of reading closely what it stands for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from jsonata import JException, Jsonata, Parser

from etl.synthesis.template import states_in

TOP_LEVEL: Final = "a field name at the top level"
DOLLAR: Final = "$"
ROOT: Final = "$$"
EVAL: Final = "$eval"
ERROR_OUTPUT: Final = "$states.errorOutput outside a Catch"
RESULT: Final = "$states.result outside the Output of a Task, Map or Parallel state"
STATES: Final = "$states without one of its fields"
SYNTAX: Final = "not JSONata"

_FIELDS: Final = {"input", "context", "result", "errorOutput"}
_OUTPUTS: Final = {"Output", "Assign"}
_WITH_RESULT: Final = {"Task", "Map", "Parallel"}
_INNER: Final = {"ItemProcessor", "Branches"}
_OF_EACH_ITEM: Final = {"predicate", "stages", "group", "terms", "pattern", "update", "delete"}
"""Parts of the tree that are evaluated once for each item, so that a field name there is the item's."""
_NO_CODE: Final = {"_outer_instance", "slot", "seeking_parent", "ancestor", "next_function", "signature"}


@dataclass(frozen=True)
class Expression:
    """An expression, where it stands, and which reserved fields AWS knows there."""

    state: str
    text: str
    has_result: bool
    has_error: bool


def expressions(definition: dict[str, Any]) -> Iterator[Expression]:
    """List the JSONata expressions of every state."""
    for name, state in states_in(definition):
        for field, value in state.items():
            if field in _INNER:
                continue
            has_result = field in _OUTPUTS and state["Type"] in _WITH_RESULT
            for text in _texts(value):
                yield Expression(name, text, has_result=has_result, has_error=field == "Catch")


def refused(expression: Expression) -> set[str]:
    """Name what AWS, or this house, refuses in an expression."""
    try:
        tree = Jsonata(expression.text).ast
    except JException:
        return {SYNTAX}
    allowed = {ERROR_OUTPUT} if expression.has_error else set()
    return set(_faults(tree, of_item=False)) - (allowed | ({RESULT} if expression.has_result else set()))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str) and value.startswith("{%") and value.endswith("%}"):
        yield value[2:-2]


def _faults(node: Any, *, of_item: bool) -> Iterator[str]:
    """Walk a tree. ``of_item`` says that the node is evaluated for an item, and not for the expression as a whole."""
    if isinstance(node, list):
        for item in node:
            yield from _faults(item, of_item=of_item)
    elif isinstance(node, Parser.Symbol):
        if node.type == "path":
            yield from _of_path(node, of_item=of_item)
        else:
            yield from _of_node(node, of_item=of_item)


def _of_path(path: Any, *, of_item: bool) -> Iterator[str]:
    first, *others = path.steps
    if first.type == "variable" and first.value == "states" and not first.predicate:
        yield from _of_states(others[0] if others else None)
    else:
        yield from _of_node(first, of_item=of_item)
    yield from _faults(others, of_item=True)
    yield from _faults(path.group, of_item=True)


def _of_states(field: Any) -> Iterator[str]:
    name = field.value if field is not None and field.type == "name" else None
    if name not in _FIELDS:
        yield STATES
    elif name == "errorOutput":
        yield ERROR_OUTPUT
    elif name == "result":
        yield RESULT


def _of_node(node: Any, *, of_item: bool) -> Iterator[str]:
    if node.type in {"name", "wildcard", "descendant"} and not of_item:
        yield TOP_LEVEL
    if node.type == "variable" and node.value in _VARIABLES:
        yield _VARIABLES[node.value]
    for field, part in vars(node).items():
        if field not in _NO_CODE:
            yield from _faults(part, of_item=of_item or field in _OF_EACH_ITEM)


_VARIABLES: Final = {"": DOLLAR, "$": ROOT, "eval": EVAL, "states": STATES}
"""The variables that are faults wherever they stand; ``$states`` is one if nothing follows it."""
