"""Walks through a JSON document to its records, without taking apart more than the way there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from typing import NamedTuple

import msgspec

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import fields_read
from transactions.layouts.mapping_rules import mapped_columns
from transactions.layouts.paths import ARRAY, OWN_PATH, ROOT, OuterPath, arrays_of, levels, outer_path
from transactions.reading.json_beside import Beside
from transactions.reading.json_nodes import Node, begins, decoded, place_of

_LINE_FEED, _NULL = b"\n", b"null"
_BLOCK_RECORDS, _BLOCK_BYTES = 2000, 1 << 20
Record = tuple[int, bytes, bytes, str]
"""One record: the document's line on which it begins, its text, its context, and the record path that leads to it."""


class Block(NamedTuple):
    """Consecutive records: of each the line, the text, and its context: the object of the fields around it.

    ``paths`` are the record paths that lead to them, where a layout has several.
    """

    lines: Sequence[int]
    records: Sequence[bytes]
    context: Sequence[bytes]
    paths: Sequence[str] = ()


class Document:
    """A whole document; FileRejectedError if it is not well-formed."""

    def __init__(self, text: bytes | bytearray, first_line: int = 1) -> None:
        self._text = text
        try:
            root = decoded(text, msgspec.Raw)
        except msgspec.DecodeError as error:
            raise FileRejectedError(FileCode.MALFORMED_JSON, place_of(error, text, first_line)) from error
        (at,) = begins(text, (root,))
        self._root = Node(text, at, root)
        self._beside = Beside(())

    def value(self, way: Iterable[str]) -> bytes:
        """Return the text of what stands at the path ``way``, empty if there is nothing, or null."""
        node = self._root.below(way)
        return bytes(node) if node else b""

    def beside(self, way: Iterable[str], layout: Layout) -> Beside:
        """Return the arrays of objects beside the path ``way`` to the records of ``layout``."""
        beside = _beside(layout)
        beside.look(self._root, way, ROOT)
        return beside

    def line_of(self, at: int) -> int:
        """Return the line of a place."""
        return 1 + self._text.count(_LINE_FEED, 0, at)

    def has_records(self, layout: Layout) -> bool:
        """Return whether there is, at the end of the layout's path, an array, or the one record."""
        return any(next(self._groups(layout, path), None) is not None for path in layout.record_paths)

    def has_fields(self, layout: Layout) -> bool:
        """Return whether the first record has, for each required column, one of the fields that make it."""
        first = next(self.records(layout), None)
        if first is None:
            return False
        _, inside, context, path = first
        return all(
            any(
                _has(context if layout.is_outer(name) else inside, layout.steps(name))
                for name in _in_file(layout, names)
                if layout.list_of(name) in {"", path}
            )
            for names in _required(layout)
        )

    def records(self, layout: Layout) -> Iterator[Record]:
        """Yield every record in the document's order.

        Raises
        ------
        FileRejectedError
            If the layout's path leads to an array in one place, and to something else in another.
        """
        line, counted = 1, 0
        paths = layout.record_paths
        self._beside = _beside(layout)
        found = merge(*(self._of_path(layout, path) for path in paths), key=lambda one: one[0].at)
        for record, context, path in found:
            line += self._text.count(_LINE_FEED, counted, record.at)
            counted = record.at
            yield line, bytes(record), context, path

    def _of_path(self, layout: Layout, path: str) -> Iterator[tuple[Node, bytes, str]]:
        """Yield the records at ``path``, each with the fields around it."""
        for group, context in self._groups(layout, path, self._beside):
            for record in group.elements() if group.first == b"[" else (group,):
                yield record, context, path

    def blocks(self, layout: Layout) -> Iterator[Block]:
        """Yield the records, some at a time."""
        block, size = list[Record](), 0
        for record in self.records(layout):
            block.append(record)
            size += len(record[1])
            if len(block) == _BLOCK_RECORDS or size > _BLOCK_BYTES:
                yield Block(*zip(*block, strict=True))
                block, size = [], 0
        if block:
            yield Block(*zip(*block, strict=True))

    @property
    def unread(self) -> dict[str, int]:
        """The arrays of objects that are none of the records of the layout read last: their paths, and their lines.

        FileRejectedError if one of them has records.
        """
        return self._beside.lines(self.line_of)

    def _groups(self, layout: Layout, path: str, beside: Beside | None = None) -> Iterator[tuple[Node, bytes]]:
        """Yield every innermost array of records at ``path``, or the one record, with the fields around it."""
        outer = {name: outer_path(name) for name in layout.names if layout.is_outer(name) and name != OWN_PATH}
        known = OWN_PATH in layout.names or layout.tells_lists_apart
        own = {OWN_PATH: Node.of_text(path)} if known else {}
        return _groups(_Place(self._root, ROOT, levels(path), outer, own), beside)


class _Place(NamedTuple):
    """Where the walk to the records has come to, at ``path``: the ``ways`` lead on from ``node``.

    ``outer`` has the values around the records that are still to be found, ``known`` those found above.
    """

    node: Node
    path: str
    ways: Sequence[tuple[str, ...]]
    outer: Mapping[str, OuterPath]
    known: Mapping[str, Node]


def _groups(place: _Place, beside: Beside | None) -> Iterator[tuple[Node, bytes]]:
    node, (way, *further) = place.node, place.ways
    here = {name: node.told_below(path.names) for name, path in place.outer.items() if path.depth == 0}
    context = {**place.known, **{name: value for name, value in here.items() if value}}
    deeper = {name: path.below() for name, path in place.outer.items() if path.depth}
    if beside:
        beside.look(node, way, place.path)
    inner, path = node.below(way), ".".join((place.path, *way))
    expected = b"[" if further else b"{"
    if beside and (_is_barred(node, way) or (inner and inner.first != expected)):
        raise FileRejectedError(FileCode.RECORD_PATH_MISSING, f"{path} is not to be found everywhere")
    if inner is None or inner.first != expected:
        return
    if further in ([], [()]):
        yield inner, _object(context)
    else:
        for element in inner.elements():
            yield from _groups(_Place(element, f"{path}{ARRAY}", further, deeper, context), beside)


def _beside(layout: Layout) -> Beside:
    """Return what finds the arrays of objects that ``layout`` neither reads nor ignores."""
    read = (array for path in layout.record_paths for array in arrays_of(path))
    names = [[name for name in _in_file(layout, names) if not layout.is_outer(name)] for names in _required(layout)]
    ways = [[layout.steps(name) for name in of_column] for of_column in names if of_column]
    return Beside(
        (*layout.ignored_arrays, *read),
        lambda element: bool(ways) and all(any(_has(element, way) for way in of_column) for of_column in ways),
    )


def _required(layout: Layout) -> Iterator[tuple[str, ...]]:
    """Yield the fields of each required column that is made of some."""
    for column in mapped_columns().values():
        if column.required and (names := fields_read(layout.mapping[column.name])):
            yield names


def _is_barred(node: Node, path: Iterable[str]) -> bool:
    """Return whether a value on the ``path`` is neither an object nor null: there might be records in it."""
    for name in path:
        if node.first != b"{":
            return not node.is_null
        below = node.with_nulls.get(name)
        if below is None:
            return False
        node = below
    return False


def _in_file(layout: Layout, names: Iterable[str]) -> Iterator[str]:
    """Yield the file's fields of which the fields ``names`` are made."""
    return (of for name in names for of in layout.file_fields(name))


def _object(members: Mapping[str, Node]) -> bytes:
    return b"{" + b",".join(b'"%b":%b' % (name.encode(), bytes(node)) for name, node in members.items()) + b"}"


def _has(record: bytes, names: Iterable[str]) -> bool:
    """Return whether there is a value that is not null at the path ``names``."""
    value: bytes | msgspec.Raw = record
    for name in names:
        try:
            value = decoded(value, dict[str, msgspec.Raw]).get(name, msgspec.Raw(_NULL))
        except msgspec.ValidationError:
            return False
    return bytes(value) != _NULL
