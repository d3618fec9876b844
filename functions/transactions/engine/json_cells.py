"""SQL that takes the cells of JSON records: their texts, and whether each is of the declared type."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import reduce
from itertools import chain
from typing import Final, Self

import msgspec

from transactions.layouts.layout import Layout
from transactions.layouts.paths import is_outer, steps
from transactions.reading.json_rows import RAW_NUMBER
from transactions.sql import literal, literals

_ROOT: Final = "$"
_ENGINE_TYPES: Final = {"string": "VARCHAR", "boolean": "BOOLEAN"}
"""What the engine calls the types of JSON values. Numbers come as objects that hold their text."""


class JsonCell(msgspec.Struct, frozen=True):
    """SQL for the text of one value, NULL where there is none, and for whether it is of another type than declared."""

    text: str
    of_other_type: str


class _Side(msgspec.Struct, frozen=True):
    """The record, or the fields around it.

    ``objects`` has the path of each object on the way to a field, with the number of its members that lead to one.
    ``typed`` tells where each of these members stands in the list of the values' types, in the order of the objects;
    ``read`` where each value of a field stands in the list of texts.
    """

    column: str
    objects: dict[str, int]
    typed: dict[str, int]
    read: dict[str, int]

    @classmethod
    def of(cls, column: str, types: Mapping[str, str]) -> Self:
        members = defaultdict[str, dict[str, None]](dict)
        for name in types:
            path = _ROOT
            for step in steps(name):
                members[path][_below(path, step)] = None
                path = _below(path, step)
        counts = {path: len(leading) for path, leading in members.items()}
        read = (path for name, json_type in types.items() for path in _paths(name, json_type))
        return cls(column, counts, _places(chain.from_iterable(members.values())), _places(read))

    @property
    def types(self) -> str:
        """SQL for the types of the values, in the order of the paths; NULL where the column cannot be read."""
        return f"try(json_type({self.column}, {literals(self.typed)})) AS {self.column}_types"

    @property
    def texts(self) -> str:
        """SQL for the texts of the values, in the order of the paths."""
        texts = f"json_extract_string({self.column}, {literals(self.read)})"
        return f"CASE WHEN readable THEN {texts} END AS {self.column}_texts"

    @property
    def repeats(self) -> str:
        """SQL for whether a name stands twice in one of the objects, of a column that can be read.

        Where an object has no more names than there are values of its own, it cannot: to look for it is slow.
        """
        last, repeats = 0, list[str]()
        for path, members in self.objects.items():
            names = f"json_keys({self.column}, {literal(path)})"
            values = f"{self.column}_types[{last + 1}:{last + members}]"
            repeats.append(
                f"WHEN len({names}) > list_count({values}) AND len({names}) <> list_unique({names}) THEN true"
            )
            last += members
        return f"CASE WHEN NOT readable THEN false {' '.join(repeats)} ELSE false END AS repeats"

    def cell(self, field: str, json_type: str) -> JsonCell:
        path = _path(field)
        text, kind = f"{self.column}_texts[{self.read[path]}]", f"{self.column}_types[{self.typed[path]}]"
        if json_type == "number":
            number = f"{self.column}_texts[{self.read[_number_path(field)]}]"
            return JsonCell(f"coalesce({number}, {text})", f"{kind} <> 'NULL' AND {number} IS NULL")
        return JsonCell(text, f"{kind} <> 'NULL' AND {kind} <> '{_ENGINE_TYPES[json_type]}'")


class JsonCells:
    """The cells of a layout's fields."""

    def __init__(self, layout: Layout) -> None:
        types = {field.name: field.json_type for field in layout.schema.fields}
        inner = _Side.of("record", {name: kind for name, kind in types.items() if not is_outer(name)})
        outer = _Side.of("around", {name: kind for name, kind in types.items() if is_outer(name)})
        self._inner = inner
        self._sides = (inner, outer) if outer.read else (inner,)
        self.by_field = {
            name: (outer if is_outer(name) else inner).cell(name, json_type) for name, json_type in types.items()
        }

    def select(self, rows: str) -> str:
        """Select from ``rows``, which have ``record`` and ``around``, what the cells read; ``readable``; ``repeats``.

        What stands around a record was put together by the reader: there, no name can stand twice.
        """
        types, texts = (", ".join(getattr(side, name) for side in self._sides) for name in ("types", "texts"))
        return f"""
            SELECT *, {texts}, {self._inner.repeats} FROM (
                SELECT *, record_types IS NOT NULL AND starts_with(record, '{{') AS readable
                FROM (SELECT *, {types} FROM {rows}))"""  # noqa: S608 - own names, and values of the layout that are quoted


def _places(paths: Iterable[str]) -> dict[str, int]:
    return {path: place for place, path in enumerate(paths, start=1)}


def _paths(field: str, json_type: str) -> Iterable[str]:
    return (_path(field), _number_path(field)) if json_type == "number" else (_path(field),)


def _below(path: str, name: str) -> str:
    return f'{path}."{name}"'


def _path(field: str) -> str:
    return reduce(_below, steps(field), _ROOT)


def _number_path(field: str) -> str:
    return _below(_path(field), RAW_NUMBER)
