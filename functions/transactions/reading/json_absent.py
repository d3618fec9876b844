"""Finds the fields that no record of a JSON file has: a wrong path in the layout looks like missing values."""

import re
from collections.abc import Iterable

import msgspec

from transactions.layouts.layout import Layout
from transactions.layouts.mapping import fields_read
from transactions.layouts.paths import is_outer, steps
from transactions.reading.json_nodes import NO_JSON

_ESCAPED_ASCII = re.compile(rb"\\(?:u00[2-7]|/)")
_ESCAPED = re.compile(rb"\\[u/]")
_NULL = b"null"


class AbsentFields:
    """The fields within the record, or ``outer``, that a layout uses and that have been nowhere so far.

    Most are in the first record, and then there is nothing left to look for.
    """

    def __init__(self, layout: Layout, *, outer: bool = False) -> None:
        mapped = [name for function in layout.mapping.values() for name in fields_read(function)]
        dropped = [condition.field for predicate in layout.drop for condition in predicate.conditions]
        in_file = (name for used in (*mapped, *dropped) for name in layout.file_fields(used))
        used = [layout.field(name) for name in dict.fromkeys(in_file) if is_outer(name) == outer]
        self.names = tuple(field.name for field in used if not field.optional)

    def look_into(self, records: Iterable[bytes], text: bytes) -> None:
        """Look for the fields in ``records``, which stand in ``text``."""
        # Where null stands on the way to a field, the names behind it are not needed.
        sought = [name for name in self.names if _may_be_in(text, steps(name)[0])]
        if sought:
            found = set[str]()
            for record in records:
                found |= {name for name in sought if name not in found and _leads_to(record, steps(name))}
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
