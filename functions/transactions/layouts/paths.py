"""Paths in a JSON document: where its records are, and which values around them belong to each."""

import re

import msgspec

_NAME = r"[^.\[\]*$\"\\\x00-\x1f]+"
FIELD_PATH = re.compile(rf"(\$(\[\*\])?(\.{_NAME}(\[\*\])?)*\.)?{_NAME}(\.{_NAME})*")
"""A path within the record, or from the document's root through the arrays that lead to the record."""
RECORD_PATH = re.compile(rf"\$(\[\*\])?(\.{_NAME}(\[\*\])?)*")
"""The array of the records, or the one record itself."""
MAX_STEPS = 20
"""No path leads through more names."""
ROOT, ARRAY = "$", "[*]"
OWN_PATH = "$recordPath"
"""The field that has the path of the record's own array, where a layout reads several."""


class OuterPath(msgspec.Struct, frozen=True):
    """A value around the record: ``depth`` is the number of arrays that lead to it, ``names`` leads on from there."""

    depth: int
    names: tuple[str, ...]

    def below(self) -> "OuterPath":
        """Return the path from within the first of these arrays."""
        return OuterPath(self.depth - 1, self.names)


def levels(record_path: str) -> tuple[tuple[str, ...], ...]:
    """Split ``record_path`` at its arrays: the names that lead from each level to the next.

    >>> levels("$.accounts[*].booked.transactions[*]")
    (('accounts',), ('booked', 'transactions'), ())
    """
    return tuple(_names(part) for part in record_path.removeprefix(ROOT).split(ARRAY))


def arrays_of(record_path: str) -> tuple[str, ...]:
    """Return the paths of the arrays on the way to the records, and of their own.

    >>> arrays_of("$.accounts[*].transactions[*]")
    ('$.accounts[*]', '$.accounts[*].transactions[*]')
    """
    parts = record_path.split(ARRAY)
    return tuple(ARRAY.join(parts[:count]) + ARRAY for count in range(1, len(parts)))


def is_outer(field: str) -> bool:
    """Return whether the path ``field`` leads from the document's root."""
    return field.startswith(ROOT)


def outer_path(field: str) -> OuterPath:
    """Take the path ``field`` from the document's root apart."""
    return OuterPath(field.count(ARRAY), levels(field)[-1])


def leads_around(field: str, record_path: str) -> bool:
    """Return whether ``field`` goes through no other arrays than those that lead to the records."""
    before, array, _ = field.rpartition(ARRAY)
    return record_path.startswith(before + array) and record_path != before + array


def within(path: str, other: str) -> bool:
    """Return whether the record path ``path`` leads into the records of ``other``."""
    return other == ROOT or path.startswith(f"{other}.")


def steps(field: str, own_list: str = "") -> tuple[str, ...]:
    """Return the names that lead to ``field`` from where a reader keeps it: within the record, or beside it.

    ``own_list`` is the path of the records that ``field`` leads into from the document's root, if it does.
    """
    return (field,) if is_outer(field) and not own_list else _names(field.removeprefix(own_list))


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(filter(None, dotted.split(".")))
