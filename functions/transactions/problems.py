"""Problems of a YAML file, each with its place."""

import re
from typing import Any, Final, NamedTuple

import yaml

_NO_TOKEN: Final = "found character that cannot start any token"  # noqa: S105 - of YAML
_LINE_END: Final = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


class Place(NamedTuple):
    """Where something stands in a file, from 1."""

    line: int
    column: int

    @classmethod
    def of(cls, mark: Any) -> "Place":
        """Return the place of a mark, of which mypy knows nothing where the parser in C made it."""
        return cls(mark.line + 1, mark.column + 1)

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


START: Final = Place(1, 1)


class Problem(NamedTuple):
    """What is wrong at a place."""

    place: Place
    rule: str

    def __str__(self) -> str:
        return f"{self.place}: {self.rule}"


def of_reader(error: yaml.reader.ReaderError, content: bytes) -> Problem:
    """Say where ``content`` is no text."""
    lines = _LINE_END.split(content[: error.position].decode(errors="replace"))
    return Problem(Place(len(lines), len(lines[-1]) + 1), error.reason)


def of_parser(error: yaml.MarkedYAMLError, content: bytes) -> Problem:
    """Say where ``content`` is no YAML, and what helps against the mistakes that are made most."""
    place, rule = Place.of(error.problem_mark or error.context_mark), f"{error.problem}"
    if rule == _NO_TOKEN:
        character = _LINE_END.split(content.decode(errors="replace"))[place.line - 1][place.column - 1 : place.column]
        begins = f"a text that begins with {character} needs quotes"
        return Problem(place, "a tab: indent with spaces" if character == "\t" else begins)
    if rule.startswith("mapping values are not allowed"):
        return Problem(place, "a colon that ends no key: a text with a colon and a space in it needs quotes")
    if error.context and error.context_mark:
        rule += f" {error.context} that begins at {Place.of(error.context_mark)}"
    return Problem(place, rule)
