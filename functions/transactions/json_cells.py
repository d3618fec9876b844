"""SQL that takes the cells of JSON records: their texts, and whether each is of the declared type."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Self

import msgspec

from transactions.json_rows import RAW_NUMBER
from transactions.layout import Layout
from transactions.paths import is_outer, steps
from transactions.sql import literals

_ENGINE_TYPES: Final = {"string": "VARCHAR", "boolean": "BOOLEAN"}
"""What the engine calls the types of JSON values. Numbers come as objects that hold their text."""


class JsonCell(msgspec.Struct, frozen=True):
    """SQL for the text of one value, NULL where there is none, and for whether it is of another type than declared."""

    text: str
    of_other_type: str


class _Side(msgspec.Struct, frozen=True):
    """The record, or the fields around it. ``places`` tells where in the list of its values each path stands."""

    column: str
    places: dict[str, int]

    @classmethod
    def of(cls, column: str, types: Mapping[str, str]) -> Self:
        paths = (path for name, json_type in types.items() for path in _paths(name, json_type))
        return cls(column, {path: place for place, path in enumerate(paths, start=1)})

    @property
    def columns(self) -> Iterator[str]:
        """Yield SQL for the texts and the types of the values, each a list in the order of the paths."""
        if self.places:
            paths = literals(self.places)
            for name, function in (("texts", "json_extract_string"), ("types", "json_type")):
                yield f"CASE WHEN readable THEN {function}({self.column}, {paths}) END AS {self.column}_{name}"

    def cell(self, field: str, json_type: str) -> JsonCell:
        place = self.places[_path(field)]
        text, kind = f"{self.column}_texts[{place}]", f"{self.column}_types[{place}]"
        if json_type == "number":
            number = f"{self.column}_texts[{self.places[_number_path(field)]}]"
            return JsonCell(f"coalesce({number}, {text})", f"{kind} <> 'NULL' AND {number} IS NULL")
        return JsonCell(text, f"{kind} <> 'NULL' AND {kind} <> '{_ENGINE_TYPES[json_type]}'")


class JsonCells:
    """The cells of a layout's fields."""

    def __init__(self, layout: Layout) -> None:
        types = {field.name: field.json_type for field in layout.schema.fields}
        inner = _Side.of("record", {name: kind for name, kind in types.items() if not is_outer(name)})
        outer = _Side.of("around", {name: kind for name, kind in types.items() if is_outer(name)})
        self._sides = (inner, outer)
        self.by_field = {
            name: (outer if is_outer(name) else inner).cell(name, json_type) for name, json_type in types.items()
        }

    @property
    def columns(self) -> str:
        """SQL for the columns that the cells read, to be selected beside ``record``, ``around`` and ``readable``."""
        return ", ".join(column for side in self._sides for column in side.columns)


def _paths(field: str, json_type: str) -> Iterable[str]:
    return (_path(field), _number_path(field)) if json_type == "number" else (_path(field),)


def _path(field: str) -> str:
    return "$" + "".join(f'."{name}"' for name in steps(field))


def _number_path(field: str) -> str:
    return f'{_path(field)}."{RAW_NUMBER}"'
