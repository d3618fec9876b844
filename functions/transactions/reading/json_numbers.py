"""Takes numbers out of JSON records as they are written: the engine would read them as floats."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import msgspec

from transactions.reading.json_nodes import NO_JSON

_ABSENT = msgspec.Raw()


class Numbers:
    """The texts of the values at some paths of a record, which need not be numbers.

    ``none`` are the texts of a record that has none of them.
    """

    def __init__(self, paths: Sequence[tuple[str, ...]]) -> None:
        self._paths = paths
        tree = _tree(paths)
        self._nested = any(_leads_on(tree, path) for path in paths)
        self._decode = msgspec.json.Decoder(_shape(tree)).decode
        self._texts = [_text_at(tree, path) for path in paths]
        self.none = (b"",) * len(paths)

    def columns(self, records: Iterable[bytes]) -> "list[Iterable[bytes]] | None":
        """Return for each path the texts in all ``records``; None if one of them must be looked at by itself."""
        if self._nested:
            return None
        try:
            found = list(map(self._decode, records))
        except NO_JSON:
            return None
        return [map(text, found) for text in self._texts]

    def texts(self, record: bytes) -> "tuple[bytes, ...] | None":
        """Return the texts in one ``record``, whatever else is in it; None if it is no JSON object."""
        try:
            msgspec.json.decode(record, type=dict[str, msgspec.Raw])
        except NO_JSON:
            return None
        return tuple(bytes(_value(record, path)) for path in self._paths)


Tree = Mapping[str, "Tree"]
"""The names that lead to values: each with those below it."""


def _tree(paths: Iterable[tuple[str, ...]]) -> Tree:
    tree = dict[str, Any]()
    for path in paths:
        below = tree
        for name in path:
            below = below.setdefault(name, {})
    return tree


def _leads_on(tree: Tree, path: Iterable[str]) -> bool:
    """Return whether another path leads through the value at ``path``, which is no number in the records of a list."""
    for name in path:
        tree = tree[name]
    return bool(tree)


def _shape(tree: Tree) -> type[msgspec.Struct]:
    """Describe an object so that the decoder keeps what is asked for, and checks all else without keeping it."""
    fields = [
        (_attribute(place), _shape(below) | None if below else msgspec.Raw, None if below else _ABSENT)
        for place, below in enumerate(tree.values())
    ]
    names = {_attribute(place): name for place, name in enumerate(tree)}
    return msgspec.defstruct("Record", fields, rename=names, gc=False)


def _attribute(place: int) -> str:
    return f"value_{place}"


def _text_at(tree: Tree, path: Iterable[str]) -> Callable[[Any], bytes]:
    """Return what takes the text at ``path`` from a decoded record."""
    attributes = list[str]()
    for name in path:
        attributes.append(_attribute(list(tree).index(name)))
        tree = tree[name]
    if len(attributes) == 1:
        return attrgetter(attributes[0])

    def text(record: Any) -> bytes:
        for attribute in attributes:
            record = getattr(record, attribute, b"")
        return record or b""

    return text


def _value(record: bytes, path: Iterable[str]) -> "bytes | msgspec.Raw":
    value: bytes | msgspec.Raw = record
    for name in path:
        try:
            value = msgspec.json.decode(value, type=dict[str, msgspec.Raw]).get(name, _ABSENT)
        except msgspec.MsgspecError:
            return _ABSENT
    return value
