"""Finds the arrays of objects that stand beside the records of a document, where no layout reads them."""

import re
from collections.abc import Callable, Iterable

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.reading.json_nodes import Node

_HIDDEN = "…"
_LIKE_A_NAME = re.compile(r"[^\W\d][\w-]{0,39}")
_MOST_DIGITS = 3
_MOST_LEVELS = 8
"""Nobody puts transactions deeper into a document than so many objects and arrays."""
_MOST_ARRAYS = 100


class Beside:
    """Arrays of objects by their path, each with the place where the first of that path begins.

    ``ignored`` are the paths of those that nobody needs to read. ``is_record`` tells whether the first object of an
    array has the fields of a record. Names that do not look like names of an interface are hidden: some interfaces have
    account numbers or people's names there.
    """

    def __init__(self, ignored: Iterable[str], is_record: Callable[[bytes], bool] = lambda _: False) -> None:
        self._ignored, self._is_record = frozenset(ignored), is_record
        self._arrays, self._of_records = dict[str, int](), dict[str, int]()

    def lines(self, line_of: Callable[[int], int]) -> dict[str, int]:
        """Return the line of each array; ``line_of`` gives the line of a place.

        Raises
        ------
        FileRejectedError
            If one of them has records.
        """
        for path, at in self._of_records.items():
            raise FileRejectedError(FileCode.RECORDS_UNREAD, f"{path} on line {line_of(at)}")
        return {path: line_of(at) for path, at in self._arrays.items()}

    def look(self, node: Node, way: Iterable[str], path: str) -> None:
        """Look at what stands beside the ``way`` from ``node``, which has the ``path``."""
        for name in way:
            for other, member in node.members.items():
                if other != name:
                    self._search(member, f"{path}.{other}", f"{path}.{_shown(other)}")
            below = node.members.get(name)
            if below is None:
                return
            node, path = below, f"{path}.{name}"

    def _search(self, node: Node, path: str, shown: str, levels: int = _MOST_LEVELS) -> None:
        if not levels or len(self._arrays) >= _MOST_ARRAYS:
            return
        if node.first == b"{":
            for name, member in _members(node).items():
                self._search(member, f"{path}.{name}", f"{shown}.{_shown(name)}", levels - 1)
        elif node.first == b"[":
            path, shown = f"{path}[*]", f"{shown}[*]"
            if path in self._ignored or shown in self._arrays:
                return
            for element in node.elements():
                if element.first == b"{":
                    self._arrays[shown] = node.at
                    if self._is_record(bytes(element)):
                        self._of_records[shown] = node.at
                    return
                self._search(element, path, shown, levels - 1)


def _members(node: Node) -> dict[str, Node]:
    """Return the members of an object, none where a name stands twice: nothing of it is read in any case."""
    try:
        return node.members
    except FileRejectedError:
        return {}


def _shown(name: str) -> str:
    is_name = _LIKE_A_NAME.fullmatch(name) and sum(map(str.isdigit, name)) <= _MOST_DIGITS
    return name if is_name else _HIDDEN
