"""A layout's file: reads and lints it, and says of each thing that is wrong where it stands."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Self

import msgspec

from transactions.documents import Document, Node, read_document
from transactions.errors import LayoutError
from transactions.layouts.layout import Layout
from transactions.layouts.linting import complaints
from transactions.layouts.structure import structural_problems
from transactions.problems import START, Problem

TO_DO: Final = "TODO"
"""Stands in a draft for what a person must fill in: a layout with such a value is refused."""


class LayoutFile(msgspec.Struct, frozen=True):
    """A layout with the document that it was read from."""

    path: Path
    root: Node
    layout: Layout

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read and lint the layout at ``path``.

        Raises
        ------
        LayoutError
            If it is wrong. The message has a line for each problem, ``file:line:column: key: rule``, in their order.
        """
        try:
            document = read_document(path)
        except OSError as error:
            raise LayoutError(f"{path.name}: {error.strerror}") from error
        problems = [*document.problems, *_to_do(document.root)]
        try:
            layout = msgspec.convert(document.root.value, Layout)
        except msgspec.ValidationError as error:
            # A layout that msgspec refuses is refused, also where nothing better can be said of it.
            problems = [*problems, *_structural(document)] or [Problem(START, f"{error}")]
            raise LayoutError(_listed(path, problems)) from error
        read = cls(path, document.root, layout)
        problems += read._placed(complaints(layout))
        if layout.name != path.stem:
            problems += read._placed([f"name: must be the file's name, {path.stem}"])
        if problems:
            raise LayoutError(_listed(path, problems))
        return read

    def located(self, found: Iterable[str]) -> list[str]:
        """Return what was found, each the path of a key and a rule, with file, line and column before it."""
        return _listed(self.path, self._placed(found)).splitlines()

    def _placed(self, found: Iterable[str]) -> list[Problem]:
        return [Problem(self.root.place_of(complaint.partition(": ")[0]), complaint) for complaint in found]


def read_layout(path: Path) -> Layout:
    """Read and lint one layout; LayoutError as ``LayoutFile.read`` raises it."""
    return LayoutFile.read(path).layout


def _structural(document: Document) -> Iterator[Problem]:
    """Yield what is wrong with the structure, except where the value itself could not be read."""
    unread = {problem.place for problem in document.problems}
    if document.complete:
        yield from (problem for problem in structural_problems(document.root) if problem.place not in unread)


def _to_do(node: Node, path: str = "") -> Iterator[Problem]:
    if node.value == TO_DO:
        yield Problem(node.place, f"{path}: {TO_DO} is still to be filled in")
    for name, member in (node.members or {}).items():
        yield from _to_do(member, f"{path}.{name}" if path else name)
    for number, item in enumerate(node.items or ()):
        yield from _to_do(item, f"{path}[{number}]")


def _listed(path: Path, problems: Iterable[Problem]) -> str:
    """Return a line for each problem, from the top of the file to its end, in characters that can be printed."""
    in_order = sorted(problems, key=lambda problem: problem.place)
    lines = (" ".join(f"{path.name}:{problem}".split()) for problem in in_order)
    return "\n".join("".join(letter if letter.isprintable() else "\ufffd" for letter in line) for line in lines)
