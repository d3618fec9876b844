"""A JSON file: its records, line by line or at a path of a document, and the values around them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.differential.reference.answer import Fault, RefusedError, Row
from tests.differential.reference.cells import Cells
from tests.differential.reference.derived import file_fields
from tests.differential.reference.json_text import Node, NotJsonError, parse
from tests.differential.reference.json_warnings import Record, absent_fields, is_like_a_record, unread_arrays
from tests.differential.reference.mapping import REQUIRED, fields_of
from tests.differential.reference.paths import (
    groups_of,
    in_order,
    is_outer,
    on_the_way,
    own_path,
    paths_of,
    place_of,
    reached,
    records_at,
    steps_of,
)
from tests.differential.reference.texts import FORBIDDEN, lines_of, refuse_long

_THOUSANDS = 3


@dataclass
class JsonRecords:
    """The records of one file, read by one layout.

    ``doubts`` are codes with which it may be refused all the same. ``warnings`` and ``may_warn`` count what it is
    warned of, at least and at most, once all records are read.
    """

    layout: Mapping[str, Any]
    text: str
    doubts: set[str] = field(default_factory=set)
    warnings: dict[str, int] = field(default_factory=dict)
    may_warn: dict[str, int] = field(default_factory=dict)
    _seen: list[Record] = field(default_factory=list)
    _lists: set[str] = field(default_factory=set)

    def rows(self) -> Iterator[Cells | Row]:
        """Yield every record; RefusedError if there are none where the layout expects them."""
        if not self.text.strip():
            raise RefusedError("EMPTY_FILE")
        yield from self._of_lines() if self.layout.get("jsonLines") else self._of_document()
        # Of a record with half a character, nothing may be read.
        sure = [(record, around) for record, around in self._seen if not record.has_half_characters]
        self.warnings["FIELD_ABSENT"], _ = absent_fields(self.layout, self._seen, self._lists)
        _, self.may_warn["FIELD_ABSENT"] = absent_fields(self.layout, sure, self._lists)

    def _of_lines(self) -> Iterator[Cells | Row]:
        lines = lines_of(self.text)
        refuse_long(lines, "MALFORMED_JSON")
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = parse(line)
            except NotJsonError:
                # A line that cannot be read may be said to hold a character that is no text.
                yield _whole(number, "NOT_AN_OBJECT", *(["CHARACTER_FORBIDDEN"] if _may_be_forbidden(line) else []))
                continue
            yield self._record(number, record, ())

    def _of_document(self) -> Iterator[Cells | Row]:
        try:
            root = parse(self.text)
        except NotJsonError as error:
            raise RefusedError("MALFORMED_JSON") from error
        if root.has_half_characters:
            self.doubts.add("MALFORMED_JSON")
        found = list(groups_of(self.layout, root))
        if not found:
            raise RefusedError("RECORD_PATH_MISSING")
        self._refuse_repeats_around(root)
        unread = unread_arrays(self.layout, root)
        self.warnings["ARRAY_UNREAD"] = self.may_warn["ARRAY_UNREAD"] = len(unread)
        refuse_long([record.written(self.text) for group in found for record, _ in group], "MALFORMED_JSON")
        records = in_order(found)
        if records and any(is_like_a_record(self.layout, first) for first in unread.values()):
            raise RefusedError("RECORDS_UNREAD")
        for record, around in records:
            yield self._record(1 + self.text.count("\n", 0, record.begin), record, around)

    def _record(self, line: int, record: Node, around: tuple[Node, ...]) -> Cells | Row:
        self._lists.add(own_path(around))
        if record.kind == "object":
            self._seen.append((record, around))
        codes = set[str]() if record.kind == "object" else {"NOT_AN_OBJECT"}
        if record.has_half_characters:
            self.doubts.add("MALFORMED_JSON")
            codes.add("NOT_AN_OBJECT")
        texts, mistyped, repeats = dict[str, str | None](), set[str](), False
        for spec in self.layout["schema"]["fields"]:
            name = spec["name"]
            value, repeated = reached(*place_of(self.layout, name, record, around))
            repeats = repeats or (repeated and not is_outer(self.layout, name))
            texts[name] = self._text(value, spec)
            if value is not None and not _is_of_type(value, spec):
                mistyped.add(name)
            if is_outer(self.layout, name) and value is not None and _is_forbidden(value):
                codes.add("CHARACTER_FORBIDDEN")
        if _is_forbidden(record):
            codes.add("CHARACTER_FORBIDDEN")
        if codes:
            return _whole(line, *codes)
        unread = not repeats and any(node.repeats for node in record.walk())
        return Cells(line, texts, frozenset(mistyped), repeats=repeats, may_repeat=unread, path=own_path(around))

    def _text(self, value: Node | None, spec: Mapping[str, Any]) -> str | None:
        if value is None:
            return None
        text = _joined(value, spec) if value.kind == "array" else _with_line_feeds(value.text)
        if value.kind == "number" and spec["type"] == "number" and len(_types(spec)) > 1:
            text = _as_text(text, spec)
        missing = self.layout["schema"].get("missingValues", [""])
        return None if text in missing or (value.kind == "array" and not text) else text

    def _refuse_repeats_around(self, root: Node) -> None:
        """Refuse a document in which a name stands twice on the way to the records, or to a value around them."""
        paths = [spec["name"] for spec in self.layout["schema"]["fields"] if is_outer(self.layout, spec["name"])]
        for path in (*paths_of(self.layout), *paths):
            if any(node.repeats for node in on_the_way(root, steps_of(path))):
                raise RefusedError("MALFORMED_JSON")


def _types(spec: Mapping[str, Any]) -> list[str]:
    declared = spec.get("jsonType", "string")
    return [declared] if isinstance(declared, str) else declared


def _is_of_type(value: Node, spec: Mapping[str, Any]) -> bool:
    """Return whether a value is of a declared type: of an array, that all elements are strings or null."""
    return value.kind in _types(spec) and all(element.kind in {"string", "null"} for element in value.elements)


def _joined(array: Node, spec: Mapping[str, Any]) -> str:
    """Join the texts of an array's elements, without those that are null or empty."""
    texts = (_with_line_feeds(element.text) for element in array.elements if not element.is_null)
    return str(spec.get("separator", " ")).join(filter(None, texts))


def _with_line_feeds(text: str) -> str:
    return re.sub("\r\n?", "\n", text)


def _as_text(number: str, spec: Mapping[str, Any]) -> str:
    """Write a JSON number as a text: one with three decimals is never thousands, so that a last zero goes."""
    whole, _, decimals = number.partition(".")
    if len(decimals) == _THOUSANDS and decimals.endswith("0") and decimals.isdigit():
        decimals = decimals if spec.get("scale", 2) >= _THOUSANDS or spec.get("minorUnits") else decimals[:-1]
    return f"{whole}{spec.get('decimalChar', '.')}{decimals}" if decimals else whole


def _is_forbidden(node: Node) -> bool:
    """Return whether a string or a name in a value holds a character that is no text."""
    texts = (text for inner in node.walk() for text in (inner.text, *(name for name, _ in inner.members)))
    return any(map(FORBIDDEN.search, texts))


def _may_be_forbidden(line: str) -> bool:
    return bool(FORBIDDEN.search(line)) or bool(re.search(r"\\u(?:0000|00[89]|[fF][eE][fF][fF])", line))


def has_records(layout: Mapping[str, Any], text: str) -> bool:
    """Return whether a document has an array, or the one record, where the layout expects it."""
    try:
        root = parse(text)
    except NotJsonError:
        return False
    return any(_has_group(root, path) for path in paths_of(layout))


def _has_group(root: Node, path: str) -> bool:
    try:
        return any(True for _ in records_at(root, steps_of(path), (root,)))
    except RefusedError:
        return False


def has_half_characters(text: str) -> bool:
    """Return whether a document holds halves of surrogate pairs, which its reader may take for malformed."""
    try:
        return parse(text).has_half_characters
    except NotJsonError:
        return False


def has_fields(layout: Mapping[str, Any], text: str) -> bool:
    """Return whether the first record has, for each column that every row needs, one of the fields that make it."""
    root = parse(text)
    first = next(iter(in_order(groups_of(layout, root))), None)
    if first is None:
        return False
    made = (fields_of(layout["mapping"][column]) for column in REQUIRED)
    needed = [[one for name in names for one in file_fields(layout, name)] for names in made if names]
    return all(any(reached(*place_of(layout, name, *first))[0] is not None for name in names) for names in needed)


def _whole(line: int, *codes: str) -> Row:
    """Return a record that is rejected as a whole."""
    return Row(line, faults=(Fault.of("", *codes),))
