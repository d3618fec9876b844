"""A JSON file: its records, line by line or at a path of a document, and the values around them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.differential.reference.answer import Fault, RefusedError, Row
from tests.differential.reference.cells import Cells
from tests.differential.reference.json_text import Node, NotJsonError, parse
from tests.differential.reference.mapping import REQUIRED, fields_of
from tests.differential.reference.not_yet import NOT_YET
from tests.differential.reference.texts import lines_of, refuse_long

_ARRAY = "[*]"


@dataclass
class JsonRecords:
    """The records of one file, read by one layout. ``doubts`` are codes with which it may be refused all the same."""

    layout: Mapping[str, Any]
    text: str
    doubts: set[str] = field(default_factory=set)

    def rows(self) -> Iterator[Cells | Row]:
        """Yield every record; Refused if there are none where the layout expects them."""
        if not self.text.strip():
            lines = "empty json lines" in NOT_YET and self.layout.get("jsonLines")
            raise RefusedError("EMPTY_FILE", *(["NO_RECORDS"] if lines else []))
        yield from self._of_lines() if self.layout.get("jsonLines") else self._of_document()

    def _of_lines(self) -> Iterator[Cells | Row]:
        lines = lines_of(self.text)
        refuse_long(lines, "MALFORMED_JSON")
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = parse(line)
            except NotJsonError:
                yield _unreadable(number)
                continue
            yield self._record(number, record, ())

    def _of_document(self) -> Iterator[Cells | Row]:
        try:
            root = parse(self.text)
        except NotJsonError as error:
            raise RefusedError("MALFORMED_JSON") from error
        if root.has_half_characters:
            self.doubts.add("MALFORMED_JSON")
        found = list(_found(root, _steps(self.layout["recordPath"]), (root,)))
        if not found:
            raise RefusedError("RECORD_PATH_MISSING")
        self._refuse_repeats_around(root)
        for record, around in (pair for group in found for pair in group):
            yield self._record(1 + self.text.count("\n", 0, record.begin), record, around)

    def _record(self, line: int, record: Node, around: tuple[Node, ...]) -> Cells | Row:
        if record.kind != "object":
            return _unreadable(line)
        if record.has_half_characters:
            self.doubts.add("MALFORMED_JSON")
            return _unreadable(line)
        texts, mistyped, repeats = dict[str, str | None](), set[str](), False
        for spec in self.layout["schema"]["fields"]:
            name = spec["name"]
            start, names = _place(name, record, around)
            value, repeated = _reach(start, names)
            repeats = repeats or (repeated and not name.startswith("$"))
            texts[name] = self._text(value)
            if value is not None and value.kind != spec.get("jsonType", "string"):
                mistyped.add(name)
        unread = not repeats and any(node.repeats for node in record.walk())
        return Cells(line, texts, frozenset(mistyped), repeats=repeats, may_repeat=unread)

    def _text(self, value: Node | None) -> str | None:
        if value is None:
            return None
        text = value.text
        if "json line feeds" not in NOT_YET:
            text = re.sub("\r\n?", "\n", text)
        return None if text in self.layout["schema"].get("missingValues", [""]) else text

    def _refuse_repeats_around(self, root: Node) -> None:
        """Refuse a document in which a name stands twice on the way to the records, or to a value around them."""
        paths = [spec["name"] for spec in self.layout["schema"]["fields"] if spec["name"].startswith("$")]
        for path in (self.layout["recordPath"], *paths):
            if any(node.repeats for node in _on_the_way(root, _steps(path))):
                raise RefusedError("MALFORMED_JSON")


def has_records(layout: Mapping[str, Any], text: str) -> bool:
    """Tell whether a document has an array, or the one record, where the layout expects it."""
    try:
        root = parse(text)
        return any(True for _ in _found(root, _steps(layout["recordPath"]), (root,)))
    except (NotJsonError, RefusedError):
        return False


def has_fields(layout: Mapping[str, Any], text: str) -> bool:
    """Tell whether the first record has, for each column that every row needs, one of the fields that make it."""
    root = parse(text)
    first = next((pair for group in _found(root, _steps(layout["recordPath"]), (root,)) for pair in group), None)
    if first is None:
        return False
    needed = (names for column in REQUIRED if (names := fields_of(layout["mapping"][column])))
    return all(any(_reach(*_place(name, *first))[0] is not None for name in names) for names in needed)


def _unreadable(line: int) -> Row:
    return Row(line, faults=(Fault.of("", "NOT_AN_OBJECT"),))


def _steps(path: str) -> list[str]:
    """Split a path from the root: names, and ``[*]`` for each array."""
    return [step for step in re.split(r"\.|(\[\*\])", path.removeprefix("$")) if step]


Group = list[tuple[Node, tuple[Node, ...]]]
"""Records that stand together, each with the values within which it stands: the root, an element of each array."""


def _found(node: Node, steps: list[str], around: tuple[Node, ...]) -> Iterator[Group]:
    """Yield the records of every array at the path's end, or the one record."""
    if not steps:
        if node.kind == "object":
            yield [(node, around)]
        elif not node.is_null:
            raise RefusedError("RECORD_PATH_MISSING")
        return
    step, *further = steps
    if step != _ARRAY:
        inner = node.member(step)
        if inner is not None:
            yield from _found(inner, further, around)
    elif node.kind != "array":
        raise RefusedError("RECORD_PATH_MISSING")
    elif not further:
        yield [(element, around) for element in node.elements]
    else:
        for element in node.elements:
            yield from _found(element, further, (*around, element))


def _on_the_way(node: Node, steps: list[str]) -> Iterator[Node]:
    """Yield every object in which a name of the path is looked for."""
    if not steps:
        return
    step, *further = steps
    if step == _ARRAY:
        for element in node.elements:
            yield from _on_the_way(element, further)
    elif node.kind == "object":
        yield node
        for name, inner in node.members:
            if name == step:
                yield from _on_the_way(inner, further)


def _place(name: str, record: Node, around: tuple[Node, ...]) -> tuple[Node, list[str]]:
    """Return where a field's path begins, and the names that lead on from there."""
    if not name.startswith("$"):
        return record, name.split(".")
    _, _, names = name.removeprefix("$").rpartition(_ARRAY)
    return around[name.count(_ARRAY)], [step for step in names.split(".") if step]


def _reach(node: Node, names: list[str]) -> tuple[Node | None, bool]:
    """Return what stands at the end of ``names``, and whether a name stands twice on the way there."""
    value: Node | None = node
    repeats = False
    for name in names:
        if value is None:
            break
        repeats = repeats or value.repeats
        value = value.member(name)
    return value, repeats
