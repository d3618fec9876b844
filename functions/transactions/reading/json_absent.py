"""Finds the fields that no record of a JSON file has: a wrong path in the layout looks like missing values."""

import re
from collections.abc import Iterable, Sequence
from itertools import repeat

import msgspec

from transactions.layouts.layout import Layout
from transactions.layouts.mapping import fields_read
from transactions.reading.json_nodes import NO_JSON

_ESCAPED_ASCII = re.compile(rb"\\(?:u00[2-7]|/)")
_ESCAPED = re.compile(rb"\\[u/]")
_NULL = b"null"


class AbsentFields:
    """The fields within the record, or ``outer``, that a layout uses and that have been nowhere so far.

    Most are in the first record, and then there is nothing left to look for. A field of one list is looked for in its
    records only.
    """

    def __init__(self, layout: Layout, *, outer: bool = False) -> None:
        mapped = [name for function in layout.mapping.values() for name in fields_read(function)]
        dropped = [condition.field for predicate in layout.drop for condition in predicate.conditions]
        in_file = (name for used in (*mapped, *dropped) for name in layout.file_fields(used))
        used = [layout.field(name) for name in dict.fromkeys(in_file) if layout.is_outer(name) == outer]
        self.names = tuple(field.name for field in used if not field.optional)
        self._steps = {name: layout.steps(name) for name in self.names}
        self._lists = {name: layout.list_of(name) for name in self.names}
        self._paths = set[str]()

    @property
    def missed(self) -> tuple[str, ...]:
        """Those of ``names`` that some record could have had."""
        return tuple(name for name in self.names if self._lists[name] in {"", *self._paths})

    def look_into(self, records: Iterable[bytes], text: bytes, paths: Sequence[str] = ()) -> None:
        """Look for the fields in ``records``, which stand in ``text``; ``paths`` are those that lead to each record."""
        self._paths.update(paths)
        # Where null stands on the way to a field, the names behind it are not needed.
        sought = [name for name in self.names if _may_be_in(text, self._steps[name][0])]
        if sought:
            found = set[str]()
            for record, path in zip(records, paths or repeat(""), strict=False):
                here = (name for name in sought if name not in found and self._lists[name] in {"", path})
                found |= {name for name in here if _leads_to(record, self._steps[name])}
                if len(found) == len(sought):
                    break
            self.names = tuple(name for name in self.names if name not in found)


def _may_be_in(text: bytes, name: str) -> bool:
    """Return whether ``name`` can be a name in the JSON ``text``."""
    return name.encode() in text or bool((_ESCAPED_ASCII if name.isascii() else _ESCAPED).search(text))


def _leads_to(record: bytes, names: Iterable[str]) -> bool:
    """Return whether there is a value at the path ``names``, or null at or before its end."""
    value: bytes | msgspec.Raw = record
    for name in names:
        try:
            value = msgspec.json.decode(value, type=dict[str, msgspec.Raw])[name]
        except (*NO_JSON, KeyError):
            return bytes(value) == _NULL
    return True
