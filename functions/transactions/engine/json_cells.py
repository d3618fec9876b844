"""SQL that takes the cells of JSON records: their texts, and whether each is of the declared type."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import chain
from typing import Final, Self

import msgspec

from transactions.engine.amounts import THOUSANDS
from transactions.layouts.fields import Field, NumberField, StringField
from transactions.layouts.layout import Layout
from transactions.layouts.paths import OWN_PATH
from transactions.reading.json_rows import number_columns
from transactions.sql import literal, literals

_ROOT: Final = "$"
_ENGINE_TYPES: Final = {"string": "VARCHAR", "boolean": "BOOLEAN", "array": "ARRAY"}
"""What the engine calls the types of JSON values. Numbers have columns of their own: it would read them as floats."""


class JsonCell(msgspec.Struct, frozen=True):
    """SQL for the text of one value, NULL where there is none, and for whether it is of another type than declared."""

    text: str
    of_other_type: str


class _Side(msgspec.Struct, frozen=True):
    """The record, or its context: the fields around it.

    ``objects`` has the path of each object on the way to a field, with its members that lead to one. ``typed`` tells
    where each of these members stands in the list of the values' types, in the order of the objects, ``read`` where
    each value of a field stands in the list of texts; ``numbers`` has the columns of those that are numbers.
    """

    column: str
    objects: dict[str, tuple[str, ...]]
    typed: dict[str, int]
    read: dict[str, int]
    numbers: dict[str, str]

    @classmethod
    def from_steps(cls, column: str, fields: Mapping[str, Sequence[str]], columns: Mapping[str, str]) -> Self:
        """Put together the side in ``column``: ``fields`` have the names that lead to each, ``columns`` the numbers."""
        members = defaultdict[str, dict[str, None]](dict)
        for steps in fields.values():
            path = _ROOT
            for step in steps:
                members[path][_below(path, step)] = None
                path = _below(path, step)
        objects = {path: tuple(leading) for path, leading in members.items()}
        numbers = {_path(fields[name]): number for name, number in columns.items()}
        read = dict.fromkeys(_path(steps) for name, steps in fields.items() if name not in columns)
        typed = (path for path in chain.from_iterable(objects.values()) if path not in numbers or path in read)
        return cls(column, objects, _places((_ROOT, *typed)), _places(read), numbers)

    @property
    def types(self) -> str:
        """SQL for the types of the values, in the order of the paths; NULL where the column cannot be read."""
        return f"try(json_type({self.column}, {literals(self.typed)})) AS {self.column}_types"

    @property
    def texts(self) -> str:
        """SQL for the texts of the values, in the order of the paths."""
        texts = f"json_extract_string({self.column}, {literals(self.read)}::VARCHAR[])"
        return f"CASE WHEN readable THEN {texts} END AS {self.column}_texts"

    @property
    def repeats(self) -> str:
        """SQL for whether a name stands twice in one of the objects, of a column that can be read.

        Where an object has no more names than there are values of its own, it cannot: to look for it is slow.
        """
        repeats = list[str]()
        for path, members in self.objects.items():
            names = f"json_keys({self.column}, {literal(path)})"
            repeats.append(
                f"WHEN len({names}) > {self._present(members)} AND len({names}) <> list_unique({names}) THEN true"
            )
        return f"CASE WHEN NOT readable THEN false {' '.join(repeats)} ELSE false END AS repeats"

    def _present(self, members: Iterable[str]) -> str:
        """Return SQL for how many of an object's ``members``, which follow each other in the types, there are."""
        places = [self.typed[member] for member in members if member in self.typed]
        typed = [f"list_count({self.column}_types[{places[0]}:{places[-1]}])"] if places else []
        numbers = [f"({self.numbers[member]} IS NOT NULL)::INTEGER" for member in members if member not in self.typed]
        return f"({' + '.join((*typed, *numbers))})"

    def cell(self, field: Field, steps: Sequence[str]) -> JsonCell:
        path = _path(steps)
        if "number" in field.json_types:
            return _as_written(self.numbers[path], field)
        kind = f"{self.column}_types[{self.typed[path]}]"
        other = " AND ".join(
            f"{kind} <> '{name}'" for name in ("NULL", *map(_ENGINE_TYPES.__getitem__, field.json_types))
        )
        cell = JsonCell(f"{self.column}_texts[{self.read[path]}]", other)
        return _joined(cell, kind, field) if "array" in field.json_types else cell


class JsonCells:
    """The cells of a layout's fields."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        own = {OWN_PATH: layout.steps(OWN_PATH)} if layout.tells_lists_apart else {}
        inner, outer = (
            _Side.from_steps(
                column,
                {name: layout.steps(name) for name in layout.names if layout.is_outer(name) == of_context} | further,
                number_columns(layout, outer=of_context),
            )
            for column, of_context, further in (("record", False, {}), ("context", True, own))
        )
        self._inner, self._outer = inner, outer
        self._sides = (inner, outer) if outer.read else (inner,)
        self.by_field = {field.name: self._cell(field) for field in layout.schema.fields}

    @property
    def own_path(self) -> str:
        """SQL for the record path that leads to the record, where the layout tells lists apart."""
        return self._outer.cell(StringField(name=OWN_PATH), self._layout.steps(OWN_PATH)).text

    def _cell(self, field: Field) -> JsonCell:
        side, own = self._outer if self._layout.is_outer(field.name) else self._inner, self._layout.list_of(field.name)
        cell = side.cell(field, self._layout.steps(field.name))
        if not own:
            return cell
        of_list = f"{self.own_path} = {literal(own)}"
        return JsonCell(f"CASE WHEN {of_list} THEN {cell.text} END", f"{of_list} AND {cell.of_other_type}")

    def select(self, rows: str) -> str:
        """Select from ``rows``, which have ``record`` and ``context``, what the cells read; ``readable``; ``repeats``.

        A record's context was put together by the reader: there, no name can stand twice.
        """
        types, texts = (", ".join(getattr(side, name) for side in self._sides) for name in ("types", "texts"))
        return f"""
            SELECT *, {texts}, {self._inner.repeats} FROM (
                SELECT *, coalesce(record_types[1] = 'OBJECT', false) AS readable
                FROM (SELECT *, {types} FROM {rows}))"""  # noqa: S608 - own names, and values of the layout that are quoted


def _as_written(column: str, field: Field) -> JsonCell:
    """Return the cell of a value that may be a number; ``column`` has it as it is written, of whatever type it is."""
    of_text = f"WHEN starts_with({column}, '\"') THEN json_extract_string({column}, '$')"
    number = column if field.json_type == "number" else _in_notation(column, field)
    text = f"CASE {of_text} WHEN {column} <> 'null' THEN {number} END"
    # Of all that may begin a JSON value, only a minus and the digits lie between these two characters.
    tests = {
        "number": f"{column} BETWEEN '-' AND ':'",
        "string": f"starts_with({column}, '\"')",
        "boolean": f"{column} IN ('true', 'false')",
    }
    return JsonCell(text, f"{column} <> 'null' AND NOT ({' OR '.join(map(tests.__getitem__, field.json_types))})")


def _joined(cell: JsonCell, kind: str, field: Field) -> JsonCell:
    """Return the cell of a value that may be an array; ``cell`` has an array's JSON text, ``kind`` the value's type.

    Elements that are null or empty have no text. An element of any other type than a string is of another type.
    """
    assert isinstance(field, StringField)  # noqa: S101 - linted
    separator = " " if field.separator is None else field.separator
    elements = f"list_filter(json_extract_string({cell.text}, '$[*]'), lambda element: element <> '')"
    text = f"array_to_string({elements}, {literal(separator)})"
    other = f"len(list_filter(json_type({cell.text}, '$[*]'), lambda kind: kind NOT IN ('VARCHAR', 'NULL'))) > 0"
    return JsonCell(
        f"CASE WHEN {kind} = 'ARRAY' THEN nullif({text}, '') ELSE {cell.text} END",
        f"CASE WHEN {kind} = 'ARRAY' THEN {other} ELSE {cell.of_other_type} END",
    )


def _in_notation(column: str, field: Field) -> str:
    """Write a JSON number as a text of ``field``, which may be either, is written.

    A text with exactly three decimals could be thousands, a JSON number could not: its last zero goes.
    """
    if not isinstance(field, NumberField):
        return column
    number = column
    if field.scale < THOUSANDS and not field.minor_units:
        number = f"regexp_replace({number}, '^(-?[0-9]+[.][0-9]{{2}})0$', '\\1')"
    return number if field.decimal_char == "." else f"replace({number}, '.', {literal(field.decimal_char)})"


def _places(paths: Iterable[str]) -> dict[str, int]:
    return {path: place for place, path in enumerate(paths, start=1)}


def _below(path: str, name: str) -> str:
    return f'{path}."{name}"'


def _path(steps: Iterable[str]) -> str:
    return reduce(_below, steps, _ROOT)
