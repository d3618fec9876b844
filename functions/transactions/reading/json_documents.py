"""Walks through a JSON document to its records, without taking apart more than the way there."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import fields_read
from transactions.layouts.mapping_rules import mapped_columns
from transactions.layouts.paths import OuterPath, is_outer, levels, outer_path, steps

_LINE_FEED = b"\n"
_TELLING_BYTES = 1 << 20
_OPENING = re.compile(rb"\s*+\{")
_MEMBER_NAME = re.compile(rb'[\s,]*+"(?:[^"\\]|\\.)*+"\s*+:\s*+')

Record = tuple[int, bytes, bytes]
"""One record: the document's line on which it begins, its text, and the object of the fields around it."""


class _Node:
    """A value of the document, not taken apart before it is asked for what it holds.

    ``checks_names``: of two members of one name, one would be lost in silence, and all records within it.
    """

    def __init__(self, raw: bytes | bytearray | msgspec.Raw, *, checks_names: bool = True) -> None:
        self._raw = raw
        self._checks_names = checks_names
        self._members: dict[str, _Node] | None = None

    def __bytes__(self) -> bytes:
        return bytes(self._raw)

    def __len__(self) -> int:
        return len(memoryview(self._raw))

    @property
    def first(self) -> bytes:
        """The first byte, which tells an object from an array and from null."""
        return bytes(self.beginning[:1])

    @property
    def beginning(self) -> memoryview:
        """As much of the text as tells where in its document it stands."""
        return memoryview(self._raw)[:_TELLING_BYTES]

    def at(self, names: Iterable[str]) -> "_Node | None":
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
            If two members have one name.
        """
        if self._members is None:
            try:
                found = msgspec.json.decode(self._raw, type=dict[str, msgspec.Raw])
            except msgspec.ValidationError:
                found = {}
            nodes = {name: _Node(raw, checks_names=self._checks_names) for name, raw in found.items()}
            if self._checks_names and found and not self._is_made_of(nodes.values()):
                raise FileRejectedError(FileCode.MALFORMED_JSON, "a name stands twice in an object around the records")
            self._members = {name: node for name, node in nodes.items() if node.first != b"n"}
        return self._members

    def _is_made_of(self, members: "Iterable[_Node]") -> bool:
        """Tell whether the object has these members and no others, each behind its name."""
        text = memoryview(self._raw)
        opening = _OPENING.match(text)
        end = opening.end() if opening else 0
        for member in members:
            name = _MEMBER_NAME.match(text, end)
            if not name or text[name.end() :][: len(member.beginning)] != member.beginning:
                return False
            end = name.end() + len(member)
        return not _MEMBER_NAME.match(text, end)

    def elements(self) -> list[msgspec.Raw]:
        """Return the elements of an array."""
        return msgspec.json.decode(self._raw, type=list[msgspec.Raw])


class Document:
    """A whole document; FileRejectedError if it is not well-formed."""

    def __init__(self, text: bytes | bytearray, first_line: int = 1) -> None:
        self._text = text
        try:
            self._root = _Node(msgspec.json.decode(text, type=msgspec.Raw))
        except (msgspec.DecodeError, RecursionError) as error:
            raise FileRejectedError(FileCode.MALFORMED_JSON, place_of(error, text, first_line)) from error

    def value(self, way: Iterable[str]) -> bytes:
        """Return the text of what stands at the path ``way``, empty if there is nothing, or null."""
        node = self._root.at(way)
        return bytes(node) if node else b""

    def has_records(self, layout: Layout) -> bool:
        """Tell whether there is, at the end of the layout's path, an array, or the one record."""
        return next(self._groups(layout), None) is not None

    def has_fields(self, layout: Layout) -> bool:
        """Tell whether the first record has, for each required column, one of the fields that make it."""
        first = next(self.records(layout), None)
        if first is None:
            return False
        inside, around = (_Node(text, checks_names=False) for text in first[1:])
        return all(
            any((around if is_outer(name) else inside).at(steps(name)) for name in names)
            for column in mapped_columns().values()
            if column.required and (names := fields_read(layout.mapping[column.name]))
        )

    def records(self, layout: Layout) -> Iterator[Record]:
        """Yield every record in the document's order."""
        line, counted, end = 1, 0, 0
        for group, around in self._groups(layout):
            begin = self._text.find(group.beginning, end)
            line += self._text.count(_LINE_FEED, counted, begin)
            counted, end = begin, begin + len(group)
            is_array = group.first == b"["
            elements = group.elements() if is_array else (bytes(group),)
            for at, element in located(self._text, elements, line, begin + 1 if is_array else begin):
                yield at, element, around

    def _groups(self, layout: Layout) -> Iterator[tuple[_Node, bytes]]:
        """Yield every innermost array of records, or the one record, with the fields around it."""
        outer = {name: outer_path(name) for name in layout.names if is_outer(name)}
        return _groups(self._root, levels(layout.record_path), outer, {})


def _groups(
    node: _Node, ways: Sequence[tuple[str, ...]], outer: Mapping[str, OuterPath], known: Mapping[str, _Node]
) -> Iterator[tuple[_Node, bytes]]:
    way, *further = ways
    here = {name: node.at(path.names) for name, path in outer.items() if path.depth == 0}
    around = {**known, **{name: value for name, value in here.items() if value}}
    deeper = {name: path.below() for name, path in outer.items() if path.depth}
    inner = node.at(way)
    if inner is None or inner.first != (b"[" if further else b"{"):
        return
    if further in ([], [()]):
        yield inner, _object(around)
    else:
        for element in map(_Node, inner.elements()):
            yield from _groups(element, further, deeper, around)


def _object(members: Mapping[str, _Node]) -> bytes:
    return b"{" + b",".join(b'"%b":%b' % (name.encode(), bytes(node)) for name, node in members.items()) + b"}"


def located(
    text: bytes | bytearray, elements: Iterable[bytes | msgspec.Raw], line: int, begin: int = 0
) -> Iterator[tuple[int, bytes]]:
    """Yield each of an array's ``elements`` with the line it begins on; ``line`` is that of ``text`` at ``begin``."""
    counted = end = begin
    for raw in elements:
        element = bytes(raw)
        # Before an element there is nothing but white space and a comma.
        start = text.find(element[:1], end)
        line += text.count(_LINE_FEED, counted, start)
        counted, end = start, start + len(element)
        yield line, element


def place_of(error: Exception, text: bytes | bytearray, first_line: int = 1) -> str:
    """Say in words where ``text``, which begins on ``first_line``, is not well-formed."""
    if isinstance(error, RecursionError):
        return "nested too deep"
    position = re.search(r"\(byte (\d+)\)", str(error))
    return f"line {first_line + text.count(_LINE_FEED, 0, int(position[1]))}" if position else "it is cut off"
