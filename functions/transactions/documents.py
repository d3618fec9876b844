"""Reads the project's YAML files: layouts and data contracts. Each value knows where it stands in its file."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from transactions.problems import START, Place, Problem, of_parser, of_reader

MAX_BYTES: Final = 256 << 10
MAX_VALUES: Final = 20_000
"""Aliases count as all the values that they stand for."""
MAX_DEPTH: Final = 20
"""So deep may lists and mappings stand in each other."""
_MAX_INTEGER: Final = 1 << 63
_RESOLVER: Final = yaml.SafeLoader("")
_PLAIN_TYPES: Final = {"null", "bool", "int", "float", "timestamp"}
_INDEX: Final = re.compile(r"\[([0-9]+)\]")


class DocumentError(Exception):
    """A file is not of the YAML that is taken. The message has a line for each problem: ``line:column: rule``."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))


class Node(msgspec.Struct):
    """A value of a document: itself, where it stands, and what it is made of.

    ``text`` is a scalar as it is written, without quotes. Of a mapping, ``keys`` has the places of the keys.
    ``count`` and ``depth`` say how many values it is made of, and how deep they stand in it.
    """

    value: Any
    place: Place
    text: str = ""
    items: list["Node"] | None = None
    members: dict[str, "Node"] | None = None
    keys: dict[str, Place] | None = None
    count: int = 1
    depth: int = 0

    def place_of(self, path: str) -> Place:
        """Return the place of what ``path`` leads to, such as ``schema.fields[3].name``: in a mapping, that of the key.

        Where the path leads on beyond the document, that is the place of the last value on the way.
        """
        node, place, rest = self, self.place, path
        while rest:
            index = _INDEX.match(rest)
            if name := node._first_of(rest):
                place, node, rest = (node.keys or {})[name], (node.members or {})[name], rest[len(name) :]
            elif index and node.items and int(index[1]) < len(node.items):
                node, rest = node.items[int(index[1])], rest[index.end() :]
                place = node.place
            else:
                break
            rest = rest.removeprefix(".")
        return place

    def _first_of(self, path: str) -> str:
        """Return the key with which ``path`` begins, the longest one, as a key may have points in it; or nothing."""
        begins = (key for key in self.members or () if path == key or path.startswith((f"{key}.", f"{key}[")))
        return max(begins, key=len, default="")


class Document(msgspec.Struct, frozen=True):
    """A file's one document and all that is wrong with its YAML; a document that is not ``complete`` has no values."""

    root: Node
    problems: tuple[Problem, ...] = ()
    complete: bool = True


def read_yaml(path: Path) -> Any:
    """Read the value of a YAML file: one document without tags. Keys are texts, each once in its mapping.

    Raises
    ------
    DocumentError
        If it is no such document, or too large.
    OSError
        If it cannot be read.
    """
    document = read_document(path)
    if document.problems:
        raise DocumentError(document.problems)
    return document.root.value


def read_document(path: Path) -> Document:
    """Read a YAML file as ``read_yaml`` does, with the problems that it has; OSError if it cannot be read."""
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        return _broken_off((Problem(START, f"larger than {MAX_BYTES >> 10} KiB"),))
    return _Builder(content).document()


def _broken_off(problems: tuple[Problem, ...]) -> Document:
    return Document(Node(None, START), problems, complete=False)


class _StopError(Exception):
    """A problem behind which nothing can be read."""

    def __init__(self, place: Place, rule: str) -> None:
        self.problem = Problem(place, rule)
        super().__init__(rule)


class _Open(msgspec.Struct):
    """A list or mapping that is being read: its anchor, and of a mapping the key that comes next."""

    node: Node
    anchor: str | None = None
    key: str | None = None


class _Builder:
    """Builds a document from the events of the parser in C, which is ten times as fast as that in Python.

    The library's own way from events to values recurs without a limit, and takes the last of equal keys.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._opened = [_Open(Node([], START, items=[]))]
        self._anchored = dict[str, Node]()
        self._problems = list[Problem]()

    def document(self) -> Document:
        """Build the document; of an empty file, its value is None."""
        try:
            for event in yaml.parse(self._content, yaml.CSafeLoader):
                self._take(event)
        except _StopError as error:
            last = error.problem
        except yaml.MarkedYAMLError as error:
            last = of_parser(error, self._content)
        except yaml.reader.ReaderError as error:
            last = of_reader(error, self._content)
        else:
            found = self._opened[0].node.items
            return Document(found[0] if found else Node(None, START), tuple(self._problems))
        return _broken_off((*self._problems, last))

    def _take(self, event: yaml.Event) -> None:
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.CollectionStartEvent():
                self._open(event)
            case yaml.CollectionEndEvent():
                done = self._opened.pop()
                self._add(done.node, done.node.place, done.anchor)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent() if self._opened[0].node.value:
                raise _StopError(Place.of(event.start_mark), "a second document begins: a file has one")

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        place = Place.of(event.start_mark)
        if isinstance(event, yaml.MappingStartEvent):
            node = Node({}, place, members={}, keys={}, depth=1)
        else:
            node = Node([], place, items=[], depth=1)
        self._opened.append(_Open(node, event.anchor))
        self._refuse_tag(event, event.tag)
        _refuse_deeper(place, len(self._opened) - 1)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._refuse_tag(event, event.tag)
        inner, text, place = self._opened[-1], event.value, Place.of(event.start_mark)
        if "\0" in text:
            self._problems.append(Problem(place, "a NUL character is not taken"))
        if inner.node.keys is None or inner.key is not None:
            node = Node(self._plain(event) if event.implicit[0] else text, place, text)
            self._add(node, place, event.anchor)
            return
        if text in inner.node.keys:
            first = inner.node.keys[text]
            self._problems.append(Problem(place, f"{text} stands there twice: on line {first.line} already"))
        inner.key = text
        inner.node.keys[text] = place

    def _alias(self, event: yaml.AliasEvent) -> None:
        built, place = self._anchored.get(event.anchor or ""), Place.of(event.start_mark)
        if built is None:
            raise _StopError(place, f"*{event.anchor} stands for nothing that is complete; a text with * needs quotes")
        _refuse_deeper(place, len(self._opened) - 1 + built.depth)
        self._add(built, place)

    def _add(self, node: Node, place: Place, anchor: str | None = None) -> None:
        """Add what stands at ``place`` to its list, or to its mapping as the value of the key before it."""
        inner = self._opened[-1]
        if anchor:
            self._anchored[anchor] = node
        around = inner.node
        around.count += node.count
        around.depth = max(around.depth, node.depth + 1)
        if around.count > MAX_VALUES:
            raise _StopError(place, f"more than {MAX_VALUES} values")
        if around.items is not None:
            around.items.append(node)
            around.value.append(node.value)
        elif inner.key is None or around.members is None:
            raise _StopError(place, "a key is a text")
        else:
            around.members[inner.key] = node
            around.value[inner.key], inner.key = node.value, None

    def _plain(self, event: yaml.ScalarEvent) -> Any:
        try:
            return _resolved(event.value)
        except ValueError as error:
            self._problems.append(Problem(Place.of(event.start_mark), f"no value: {error}; a text needs quotes"))
            return event.value

    def _refuse_tag(self, event: yaml.Event, tag: str | None) -> None:
        if tag is not None:
            rule = f"the tag {tag} is not taken; a text with ! at its beginning needs quotes"
            self._problems.append(Problem(Place.of(event.start_mark), rule))


@lru_cache(maxsize=1_000)
def _resolved(text: str) -> Any:
    """Return what ``text`` is without quotes, such as a number; ValueError if it only looks like one."""
    tag: str = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    if tag.rpartition(":")[2] not in _PLAIN_TYPES:
        return text
    value = _RESOLVER.construct_document(yaml.ScalarNode(tag, text))
    if isinstance(value, int) and abs(value) >= _MAX_INTEGER:
        raise ValueError("the number is too large")
    return value


def _refuse_deeper(place: Place, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _StopError(place, f"lists and mappings stand more than {MAX_DEPTH} deep in each other")
