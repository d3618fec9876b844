"""Takes a JSON document apart no further than it is asked for, and gives the place of each value in it."""

import re
from collections.abc import Iterable, Iterator
from typing import Self, TypeVar

import msgspec

from transactions.codes import FileCode
from transactions.errors import FileRejectedError

PLACE = re.compile(r"\(byte (\d+)\)")
"""Where the decoder says that a text is not well-formed, unless it is cut off."""
NO_JSON = (msgspec.MsgspecError, RecursionError)
"""What the decoder raises where a text is not what it should be, or is nested too deep."""
_LINE_FEED = b"\n"
_VERIFIED_BYTES = 1 << 20
_CLOSING = re.compile(rb"\s*+\}")
_MEMBER_NAME = re.compile(rb'[\s,]*+"(?:[^"\\]|\\.)*+"\s*+:\s*+')
Shape = TypeVar("Shape")


class Node:
    """A value of the document, which begins ``at`` a place; not taken apart before it is asked for what it holds."""

    def __init__(self, document: bytes | bytearray, at: int, raw: msgspec.Raw) -> None:
        self._document, self._raw = document, raw
        self.at, self.end = at, at + len(memoryview(raw))
        self._with_nulls: dict[str, Node] | None = None

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Make a string that stands in no document."""
        written = msgspec.json.encode(text)
        return cls(written, 0, msgspec.Raw(written))

    def __bytes__(self) -> bytes:
        return bytes(self._raw)

    @property
    def first(self) -> bytes:
        """The first byte, which distinguishes an object, an array and null."""
        return bytes(memoryview(self._raw)[:1])

    @property
    def is_null(self) -> bool:
        """Whether the value is null."""
        return self.first == b"n"

    def below(self, names: Iterable[str]) -> "Node | None":
        """Return what stands at the path ``names``; None if there is nothing, or null."""
        node = self.told_below(names)
        return None if node and node.is_null else node

    def told_below(self, names: Iterable[str]) -> "Node | None":
        """Return what stands at the path ``names``, or null if that stands at or before its end; None for nothing."""
        node: Node | None = self
        for name in names:
            if node is None or node.is_null:
                break
            node = node.with_nulls.get(name)
        return node

    @property
    def members(self) -> "dict[str, Node]":
        """The members of an object that are not null; none of any other value.

        Raises
        ------
        FileRejectedError
            If two members have one name: one of them would be lost in silence, and all records within it.
        """
        return {name: node for name, node in self.with_nulls.items() if not node.is_null}

    @property
    def with_nulls(self) -> "dict[str, Node]":
        """All members of an object, else as ``members``."""
        if self._with_nulls is None:
            self._with_nulls = dict(self._all_members())
        return self._with_nulls

    def _all_members(self) -> "Iterator[tuple[str, Node]]":
        """Find each member behind its name, one behind the other: of two with one name, only one is decoded."""
        try:
            found = decoded(self._raw, dict[str, msgspec.Raw])
        except msgspec.ValidationError:
            return
        end = self.at + len(b"{")
        for name, raw in found.items():
            before = _MEMBER_NAME.match(self._document, end)
            if not before or not self._document.startswith(memoryview(raw)[:_VERIFIED_BYTES], before.end()):
                raise _name_repeated()
            node = Node(self._document, before.end(), raw)
            end = node.end
            yield name, node
        if not _CLOSING.match(self._document, end):
            raise _name_repeated()

    def elements(self) -> "Iterator[Node]":
        """Yield the elements of an array."""
        raws = decoded(self._raw, list[msgspec.Raw])
        for at, raw in zip(begins(self._document, raws, self.at + len(b"[")), raws, strict=True):
            yield Node(self._document, at, raw)


def _name_repeated() -> FileRejectedError:
    return FileRejectedError(FileCode.MALFORMED_JSON, "a name stands twice in an object around the records")


def decoded(text: bytes | bytearray | msgspec.Raw, shape: type[Shape]) -> Shape:
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
