"""Reads the project's YAML files: layouts and data contracts."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

MAX_BYTES: Final = 256 << 10
MAX_VALUES: Final = 20_000
"""Aliases count as all the values that they stand for."""
MAX_DEPTH: Final = 20
"""So deep may lists and mappings stand in each other."""
_MAX_INTEGER: Final = 1 << 63
_RESOLVER: Final = yaml.SafeLoader("")
_PLAIN_TYPES: Final = {"null", "bool", "int", "float", "timestamp"}


class DocumentError(Exception):
    """A file is not of the YAML that is taken. The message names the line and says why."""


def read_yaml(path: Path) -> Any:
    """Read a YAML file: one document without tags. Keys are texts, each once in its mapping.

    Raises
    ------
    DocumentError
        If it is no such document, or too large.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise DocumentError(f"larger than {MAX_BYTES >> 10} KiB")
    try:
        return _Builder().document(content)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DocumentError(f"line {mark.line + 1}: {error.problem}" if mark else f"{error.problem}") from error
    except yaml.reader.ReaderError as error:
        line = content.count(b"\n", 0, error.position) + 1
        raise DocumentError(f"line {line}: {error.reason}") from error


class _Built(msgspec.Struct):
    """A value, how many values it is made of, and how deep they stand in it. Of a mapping, the key that comes next."""

    value: Any
    count: int = 1
    depth: int = 0
    anchor: str | None = None
    key: str | None = None


class _Builder:
    """Builds a document's value from the events of the parser in C, which is ten times as fast as that in Python.

    The library's own way from events to values recurs without a limit, and takes the last of equal keys.
    """

    def __init__(self) -> None:
        self._opened = [_Built([])]
        self._anchored = dict[str, _Built]()

    def document(self, content: bytes) -> Any:
        """Build the one document of ``content``: None if there is none, yaml.YAMLError if it is not taken."""
        for event in yaml.parse(content, yaml.CSafeLoader):
            match event:
                case yaml.ScalarEvent():
                    self._scalar(event)
                case yaml.CollectionStartEvent():
                    value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                    self._opened.append(_Built(value, depth=1, anchor=event.anchor))
                    _refuse_tag(event, event.tag)
                    self._refuse_deeper(event)
                case yaml.CollectionEndEvent():
                    self._add(self._opened.pop(), event)
                case yaml.AliasEvent():
                    self._alias(event)
                case yaml.DocumentStartEvent() if self._opened[0].value:
                    raise _error(event, "a second document begins")
        return next(iter(self._opened[0].value), None)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        _refuse_tag(event, event.tag)
        inner = self._opened[-1]
        if "\0" in event.value:
            raise _error(event, "a NUL character is not taken")
        if not isinstance(inner.value, dict) or inner.key is not None:
            value = _plain(event) if event.implicit[0] else event.value
            self._add(_Built(value, anchor=event.anchor), event)
        elif event.value in inner.value:
            raise _error(event, f"{event.value} stands there twice")
        else:
            inner.key = event.value

    def _alias(self, event: yaml.AliasEvent) -> None:
        built = self._anchored.get(event.anchor or "")
        if built is None:
            raise _error(event, f"*{event.anchor} stands for nothing that is complete")
        self._refuse_deeper(event, built.depth)
        self._add(msgspec.structs.replace(built, anchor=None), event)

    def _add(self, built: _Built, event: yaml.Event) -> None:
        """Add a value to its list, or to its mapping as that of the key before it."""
        inner = self._opened[-1]
        if built.anchor:
            self._anchored[built.anchor] = built
        inner.count += built.count
        inner.depth = max(inner.depth, built.depth + 1)
        if inner.count > MAX_VALUES:
            raise _error(event, f"more than {MAX_VALUES} values")
        if isinstance(inner.value, list):
            inner.value.append(built.value)
        elif inner.key is None:
            raise _error(event, "a key is a text")
        else:
            inner.value[inner.key], inner.key = built.value, None

    def _refuse_deeper(self, event: yaml.Event, depth: int = 0) -> None:
        if len(self._opened) - 1 + depth > MAX_DEPTH:
            raise _error(event, f"lists and mappings stand more than {MAX_DEPTH} deep in each other")


def _plain(event: yaml.ScalarEvent) -> Any:
    try:
        return _resolved(event.value)
    except ValueError as error:
        raise _error(event, f"no value: {error}") from error


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


def _refuse_tag(event: yaml.Event, tag: str | None) -> None:
    if tag is not None:
        raise _error(event, f"the tag {tag} is not taken")


def _error(event: yaml.Event, rule: str) -> yaml.MarkedYAMLError:
    # mypy knows no marks of the parser in C here.
    return yaml.MarkedYAMLError(problem=rule, problem_mark=event.start_mark)  # type: ignore[arg-type]
