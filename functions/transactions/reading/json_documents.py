"""Walks through a JSON document to its records, without taking apart more than the way there."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import fields_read
from transactions.layouts.mapping_rules import mapped_columns
from transactions.layouts.paths import OuterPath, is_outer, levels, outer_path, steps

_LINE_FEED, _NULL = b"\n", b"null"
_VERIFIED_BYTES = 1 << 20
_CLOSING = re.compile(rb"\s*+\}")
_MEMBER_NAME = re.compile(rb'[\s,]*+"(?:[^"\\]|\\.)*+"\s*+:\s*+')

PLACE = re.compile(r"\(byte (\d+)\)")
"""Where the decoder says that a text is not well-formed, unless it is cut off."""
NO_JSON = (msgspec.MsgspecError, RecursionError)
"""What the decoder raises where a text is not what it should be, or is nested too deep."""

Shape = TypeVar("Shape")
Record = tuple[int, bytes, bytes]
"""One record: the document's line on which it begins, its text, and the object of the fields around it."""


class _Node:
    """A value of the document, which begins ``at`` a place; not taken apart before it is asked for what it holds."""

    def __init__(self, document: bytes | bytearray, at: int, raw: msgspec.Raw) -> None:
        self._document, self._raw = document, raw
        self.at, self.end = at, at + len(memoryview(raw))
        self._members: dict[str, _Node] | None = None

    def __bytes__(self) -> bytes:
        return bytes(self._raw)

    @property
    def first(self) -> bytes:
        """The first byte, which tells an object from an array and from null."""
        return bytes(memoryview(self._raw)[:1])

    def below(self, names: Iterable[str]) -> "_Node | None":
        """Return what stands at the path ``names``; None if there is nothing, or null."""
        node: _Node | None = self
        for name in names:
            node = node.members.get(name) if node else None
        return node

    @property
    def members(self) -> "dict[str, _Node]":
        """The members of an object that are not null; none of any other value.

        Raises
        ------
        FileRejectedError
            If two members have one name: one of them would be lost in silence, and all records within it.
        """
        if self._members is None:
            self._members = {name: node for name, node in self._all_members() if node.first != b"n"}
        return self._members

    def _all_members(self) -> "Iterator[tuple[str, _Node]]":
        """Find each member behind its name, one behind the other: of two with one name, only one is decoded."""
        try:
            found = _decoded(self._raw, dict[str, msgspec.Raw])
        except msgspec.ValidationError:
            return
        end = self.at + len(b"{")
        for name, raw in found.items():
            before = _MEMBER_NAME.match(self._document, end)
            if not before or not self._document.startswith(memoryview(raw)[:_VERIFIED_BYTES], before.end()):
                raise _name_repeated()
            node = _Node(self._document, before.end(), raw)
            end = node.end
            yield name, node
        if not _CLOSING.match(self._document, end):
            raise _name_repeated()

    def elements(self) -> "Iterator[_Node]":
        """Yield the elements of an array."""
        raws = _decoded(self._raw, list[msgspec.Raw])
        for at, raw in zip(begins(self._document, raws, self.at + len(b"[")), raws, strict=True):
            yield _Node(self._document, at, raw)


def _name_repeated() -> FileRejectedError:
    return FileRejectedError(FileCode.MALFORMED_JSON, "a name stands twice in an object around the records")


class Document:
    """A whole document; FileRejectedError if it is not well-formed."""

    def __init__(self, text: bytes | bytearray, first_line: int = 1) -> None:
        self._text = text
        try:
            root = _decoded(text, msgspec.Raw)
        except msgspec.DecodeError as error:
            raise FileRejectedError(FileCode.MALFORMED_JSON, place_of(error, text, first_line)) from error
        (at,) = begins(text, (root,))
        self._root = _Node(text, at, root)

    def value(self, way: Iterable[str]) -> bytes:
        """Return the text of what stands at the path ``way``, empty if there is nothing, or null."""
        node = self._root.below(way)
        return bytes(node) if node else b""

    def has_records(self, layout: Layout) -> bool:
        """Tell whether there is, at the end of the layout's path, an array, or the one record."""
        return next(self._groups(layout), None) is not None

    def has_fields(self, layout: Layout) -> bool:
        """Tell whether the first record has, for each required column, one of the fields that make it."""
        first = next(self.records(layout), None)
        if first is None:
            return False
        _, inside, around = first
        return all(
            any(_has(around if is_outer(name) else inside, steps(name)) for name in names)
            for column in mapped_columns().values()
            if column.required and (names := fields_read(layout.mapping[column.name]))
        )

    def records(self, layout: Layout) -> Iterator[Record]:
        """Yield every record in the document's order."""
        line, counted = 1, 0
        for group, around in self._groups(layout):
            for record in group.elements() if group.first == b"[" else (group,):
                line += self._text.count(_LINE_FEED, counted, record.at)
                counted = record.at
                yield line, bytes(record), around

    def _groups(self, layout: Layout) -> Iterator[tuple[_Node, bytes]]:
        """Yield every innermost array of records, or the one record, with the fields around it."""
        outer = {name: outer_path(name) for name in layout.names if is_outer(name)}
        return _groups(self._root, levels(layout.record_path), outer, {})


def _groups(
    node: _Node, ways: Sequence[tuple[str, ...]], outer: Mapping[str, OuterPath], known: Mapping[str, _Node]
) -> Iterator[tuple[_Node, bytes]]:
    way, *further = ways
    here = {name: node.below(path.names) for name, path in outer.items() if path.depth == 0}
    around = {**known, **{name: value for name, value in here.items() if value}}
    deeper = {name: path.below() for name, path in outer.items() if path.depth}
    inner = node.below(way)
    if inner is None or inner.first != (b"[" if further else b"{"):
        return
    if further in ([], [()]):
        yield inner, _object(around)
    else:
        for element in inner.elements():
            yield from _groups(element, further, deeper, around)


def _object(members: Mapping[str, _Node]) -> bytes:
    return b"{" + b",".join(b'"%b":%b' % (name.encode(), bytes(node)) for name, node in members.items()) + b"}"


def _has(record: bytes, names: Iterable[str]) -> bool:
    """Tell whether there is a value that is not null at the path ``names``."""
    value: bytes | msgspec.Raw = record
    for name in names:
        try:
            value = _decoded(value, dict[str, msgspec.Raw]).get(name, msgspec.Raw(_NULL))
        except msgspec.ValidationError:
            return False
    return bytes(value) != _NULL


def _decoded(text: bytes | bytearray | msgspec.Raw, shape: type[Shape]) -> Shape:
    """Decode ``text``. A part of a document may be nested too deep where the whole was not: by then, more is called."""
    try:
        return msgspec.json.decode(text, type=shape)
    except RecursionError as error:
        raise FileRejectedError(FileCode.MALFORMED_JSON, place_of(error, b"")) from error


def begins(text: bytes | bytearray, values: Iterable[bytes | msgspec.Raw], at: int = 0) -> Iterator[int]:
    """Yield the place in ``text`` of each of ``values``, which follow each other from ``at`` on."""
    for value in values:
        # Before a value there is nothing but white space and a comma.
        at = text.find(memoryview(value)[:1], at)
        yield at
        at += len(memoryview(value))


def place_of(error: Exception, text: bytes | bytearray, first_line: int = 1) -> str:
    """Say in words where ``text``, which begins on ``first_line``, is not well-formed."""
    if isinstance(error, RecursionError):
        return "nested too deep"
    position = PLACE.search(str(error))
    return f"line {first_line + text.count(_LINE_FEED, 0, int(position[1]))}" if position else "it is cut off"
