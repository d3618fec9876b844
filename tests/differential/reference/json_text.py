"""Reads JSON as RFC 8259 has it, and keeps what json.loads does not: places, digits as written, names that repeat."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_DECODER = json.JSONDecoder()
_SPACE = re.compile("[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS = {"true": "boolean", "false": "boolean", "null": "null"}
_SURROGATE = re.compile("[\ud800-\udfff]")


class NotJsonError(Exception):
    """The text is not well-formed."""


@dataclass(frozen=True)
class Node:
    """A value: its ``kind``, where it begins and ends, its text as it stands there.

    ``text`` is a string without its quotes and escapes, and any other value as it is written.
    """

    kind: str
    begin: int
    end: int
    text: str = ""
    members: tuple[tuple[str, "Node"], ...] = ()
    elements: tuple["Node", ...] = ()

    def written(self, document: str) -> str:
        """Return the value as it stands in the document."""
        return document[self.begin : self.end]

    @property
    def is_null(self) -> bool:
        """Whether there is no value."""
        return self.kind == "null"

    @property
    def repeats(self) -> bool:
        """Whether a name stands twice in it."""
        return len({name for name, _ in self.members}) < len(self.members)

    def member(self, name: str) -> "Node | None":
        """Return the first member of that name that is not null."""
        return next((node for own, node in self.members if own == name and not node.is_null), None)

    def walk(self) -> Iterator["Node"]:
        """Yield this value, and all within it."""
        yield self
        for inner in (*self.elements, *(node for _, node in self.members)):
            yield from inner.walk()

    @property
    def has_half_characters(self) -> bool:
        """Whether a string or a name in it holds half of a surrogate pair, which is no character."""
        texts = (text for node in self.walk() for text in (node.text, *(name for name, _ in node.members)))
        return any(map(_SURROGATE.search, texts))


def parse(text: str) -> Node:
    """Read a whole document; NotJsonError if it is none."""
    try:
        node = _value(text, _skipped(text, 0))
    except RecursionError as error:
        raise NotJsonError from error
    if _skipped(text, node.end) != len(text):
        raise NotJsonError
    return node


@dataclass
class _Items:
    """What is read between two brackets."""

    end: int
    nodes: list[tuple[str, Node]] = field(default_factory=list)


def _value(text: str, at: int) -> Node:
    begins = text[at : at + 1]
    if begins == "{":
        items = _items(text, at, "}", _member)
        return Node("object", at, items.end, text[at : items.end], members=tuple(items.nodes))
    if begins == "[":
        items = _items(text, at, "]", lambda text, at: ("", _value(text, at)))
        return Node("array", at, items.end, text[at : items.end], elements=tuple(node for _, node in items.nodes))
    if begins == '"':
        string, end = _string(text, at)
        return Node("string", at, end, string)
    for word, kind in _WORDS.items():
        if text.startswith(word, at):
            return Node(kind, at, at + len(word), word)
    number = _NUMBER.match(text, at)
    if not number:
        raise NotJsonError
    return Node("number", at, number.end(), number[0])


def _items(text: str, at: int, closing: str, read: Callable[[str, int], tuple[str, Node]]) -> _Items:
    """Read what stands between a bracket and the ``closing`` one, with commas between."""
    items = _Items(_skipped(text, at + 1))
    if text.startswith(closing, items.end):
        items.end += 1
        return items
    while True:
        name, node = read(text, items.end)
        items.nodes.append((name, node))
        items.end = _skipped(text, node.end) + 1
        if text.startswith(closing, items.end - 1):
            return items
        if not text.startswith(",", items.end - 1):
            raise NotJsonError
        items.end = _skipped(text, items.end)


def _member(text: str, at: int) -> tuple[str, Node]:
    if not text.startswith('"', at):
        raise NotJsonError
    name, end = _string(text, at)
    colon = _skipped(text, end)
    if not text.startswith(":", colon):
        raise NotJsonError
    return name, _value(text, _skipped(text, colon + 1))


def _string(text: str, at: int) -> tuple[str, int]:
    try:
        string, end = _DECODER.raw_decode(text, at)
    except ValueError as error:
        raise NotJsonError from error
    return string, end


def _skipped(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
