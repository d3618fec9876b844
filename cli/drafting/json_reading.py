"""Reads a JSON document of an unknown format into columns: where its records are, and what stands around them."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cli.drafting.candidates import LEAST_RANK, rank_of
from cli.drafting.columns import Column, settled, typed
from cli.drafting.header_words import CURRENCY, DATE, OWN
from cli.drafting.reading import DraftError, SampleTable
from cli.drafting.shape import is_data
from transactions.layouts.paths import OWN_PATH

_PLAIN_NAME: Final = re.compile(r"[^.\[\]*$\"\\\x00-\x1f]+")
_MOST_DEEP: Final = 15
_UNBOOKED: Final = re.compile(
    r"pending|balance|link|error|included|scheduled|hold|unsettled|upcoming|declined", re.IGNORECASE
)

JsonRecords = list[dict[str, Any]]


class _Number(str):
    """A JSON number, to the digit."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A list of objects at ``path``, or a document that is one record."""

    path: str
    records: JsonRecords

    @property
    def likeness(self) -> tuple[bool, bool, bool, int, int]:
        """How much its objects look like transactions: with date and amount, in a list, booked, many, near the root."""
        return (
            _has_booked(_columns(self.records)),
            self.path != "$",
            not _UNBOOKED.search(self.path),
            len(self.records),
            -self.path.count("[*]"),
        )


def read_json(content: bytes) -> SampleTable:
    """Read a JSON document, or JSON lines.

    Raises
    ------
    DraftError
        If it has no objects that look like records.
    """
    try:
        document, is_lines = _document(content)
    except RecursionError as error:
        raise DraftError("nested too deep") from error
    if is_lines:
        columns = _columns(document)
        return _table({"jsonLines": True}, columns, ())
    places = list(_places(document, "$"))
    if isinstance(document, dict):
        places.append(_Place(path="$", records=[document]))
    places = [place for place in places if place.likeness[0]] or [place for place in places if place.path != "$"]
    if not places:
        raise DraftError("no list of objects: is it a file of transactions?")
    best = max(places, key=lambda place: place.likeness)
    beside = [place for place in _places(document, "$") if not place.path.startswith(best.path)]
    ignored = [place.path for place in beside if not place.likeness[0] or _UNBOOKED.search(place.path)]
    others = [place for place in beside if place.path not in ignored]
    alike = [best, *(place for place in others if _is_like(place, best))]
    records = [record for place in alike for record in place.records]
    around = {column.name: column for column in _around(document, best.path, len(records))}
    keys: dict[str, Any] = {"recordPath": best.path if len(alike) == 1 else [place.path for place in alike]}
    if ignored and best.path != "$":
        keys["ignoredArrays"] = ignored
    return _table(
        keys,
        (*_columns(records), *_paths(alike), *around.values()),
        tuple(_questions(alike, [place for place in others if place not in alike], ignored)),
    )


def _is_like(place: _Place, best: _Place) -> bool:
    """Return whether the records of both lists have their dates and numbers under the same names."""
    names = [
        {column.name for column in _columns(one.records) if column.is_date or column.is_number} for one in (place, best)
    ]
    within = place.path.startswith(best.path) or best.path.startswith(place.path)
    return names[0] == names[1] and not within


def _paths(places: Sequence[_Place]) -> Iterator[Column]:
    """Yield the column that says in which of several lists a record stands."""
    if len(places) > 1:
        cells = tuple(place.path for place in places for _ in place.records)
        yield Column(name=OWN_PATH, cells=cells)


def _questions(alike: Sequence[_Place], others: Sequence[_Place], ignored: Sequence[str]) -> Iterator[str]:
    best, *more = (place.path for place in alike)
    if more:
        yield f"is all booked in {', '.join([best, *more])}? {OWN_PATH} tells them apart"
    if others:
        paths = ", ".join(place.path for place in others)
        yield f"{best}, {paths}, or all? Lists that are written differently have fields of their own in a layout"
    if ignored and best != "$":
        yield f"is there nothing booked in {', '.join(ignored)}?"


def _table(keys: dict[str, Any], columns: Sequence[Column], questions: tuple[str, ...]) -> SampleTable:
    return SampleTable(
        format="json",
        columns=settled(columns, datetime.now(UTC).date()),
        keys=keys,
        dialect={},
        questions=questions,
    )


def _document(content: bytes) -> tuple[Any, bool]:
    """Parse the content, and say whether each of its lines is a record."""
    try:
        return _parsed(content), False
    except ValueError:
        pass
    try:
        lines = [_parsed(line) for line in content.splitlines() if line.strip()]
    except ValueError as error:
        raise DraftError("neither a JSON document nor JSON lines") from error
    if not lines or not all(isinstance(line, dict) for line in lines):
        raise DraftError("the lines are no JSON objects")
    return lines, True


def _parsed(content: bytes) -> Any:
    # Numbers stay the text they are.
    return json.loads(content.removeprefix(b"\xef\xbb\xbf"), parse_float=_Number, parse_int=_Number)


def _places(value: Any, path: str) -> Iterator[_Place]:
    """Find every list of objects, with the path that leads to it; the lists in the objects of a list are one."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if _is_path(name):
                yield from _places(inner, f"{path}.{name}")
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        yield _Place(path=f"{path}[*]", records=value)
        together: dict[str, JsonRecords] = {}
        for item in value:
            for place in _places(item, f"{path}[*]"):
                together.setdefault(place.path, []).extend(place.records)
        yield from (_Place(path=inner, records=records) for inner, records in together.items())


def _is_name(name: str) -> bool:
    """Return whether ``name`` can stand in a path, and is no customer's data."""
    return bool(_PLAIN_NAME.fullmatch(name)) and not is_data(name)


def _is_path(name: str) -> bool:
    """Return whether ``name`` leads to records: one with spaces is rather a customer's."""
    return _is_name(name) and " " not in name


def _columns(records: JsonRecords) -> tuple[Column, ...]:
    rows = [dict(_leaves(record, "")) for record in records]
    names = Counter(name for row in rows for name in row)
    if len(rows) > 1:
        # What only one record has may be a customer's name.
        names = Counter({name: count for name, count in names.items() if count > 1 or " " not in name})
    return tuple(_column(name, [row.get(name) for row in rows]) for name in names)


def _has_booked(columns: Sequence[Column]) -> bool:
    """Return whether a record has both a date and a number that may be an amount."""
    dates = [column for column in columns if column.is_date]
    amounts = [column for column in columns if column.is_number and rank_of(column) > LEAST_RANK]
    rows = range(len(columns[0].cells)) if columns else range(0)
    return any(any(one.cells[row] for one in dates) and any(one.cells[row] for one in amounts) for row in rows)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if _is_name(name) and path.count(".") < _MOST_DEEP:
                yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif not isinstance(value, list):
        yield path, value


def _column(name: str, values: Sequence[Any]) -> Column:
    present = [value for value in values if value is not None]
    kinds = {bool: "boolean", _Number: "number"}
    types = {kinds.get(type(value), "string") for value in present}
    cells = tuple("" if value is None else str(value) for value in values)
    return typed(Column(name=name, cells=cells, json_type=types.pop() if len(types) == 1 else "string"))


def _around(document: Any, path: str, records: int) -> Iterator[Column]:
    """Yield what the records' context says of the account and its currency, once for all records."""
    before, _, last = path.rpartition("[*]")
    if last or not before:
        return
    outer = before.split("[*]")
    value, root = document, "$"
    for number, part in enumerate(outer):
        if number:
            value, root = (value[0] if isinstance(value, list) and value else None), f"{root}[*]"
        for name in filter(None, part.removeprefix("$").split(".")):
            yield from _facts(value, root, records)
            value, root = (value.get(name) if isinstance(value, dict) else None), f"{root}.{name}"


def _facts(value: Any, root: str, records: int) -> Iterator[Column]:
    if not isinstance(value, dict):
        return
    for name, inner in _leaves(value, ""):
        named = OWN.found_in(name) or CURRENCY.found_in(name) or "iban" in name.lower()
        if named and isinstance(inner, str) and not isinstance(inner, _Number) and not DATE.found_in(name):
            yield typed(Column(name=f"{root}.{name}", cells=(inner,) * records))
