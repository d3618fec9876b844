"""Writes JSON in many ways: with white space, escapes, and anything raw."""

import json
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.differential.generate.chance import chance, weighted


@dataclass(frozen=True)
class Raw:
    """Text that stands in the file as it is, JSON or not."""

    text: str


@dataclass(frozen=True)
class Style:
    """How a document is written: what stands around its marks, how often characters are escaped that need not be."""

    comma: str
    colon: str
    inner: str
    escapes: float
    ascii_only: bool

    @classmethod
    def draw(cls, rng: Random) -> "Style":
        """Draw one."""
        space = weighted(rng, {"": 4.0, " ": 2.0, "\n": 2.0, "\n  ": 2.0, "\r\n\t": 0.5, "\n\n": 0.3})
        return cls(
            comma=f",{space or weighted(rng, {'': 1.0, ' ': 1.0})}",
            colon=weighted(rng, {":": 3.0, ": ": 3.0, " : ": 0.3, " :\t": 0.2, ":\n": 0.2}),
            inner=space,
            escapes=weighted(rng, {0.0: 4.0, 0.02: 1.0, 0.3: 0.3}),
            ascii_only=chance(rng, 0.3),
        )

    @property
    def on_one_line(self) -> "Style":
        """The same without line ends."""
        return replace(self, comma=_joined(self.comma), colon=_joined(self.colon), inner=_joined(self.inner))


def _joined(mark: str) -> str:
    return "".join(mark.splitlines())


def written(rng: Random, value: Any, style: Style) -> str:
    """Write ``value``: lists of pairs are objects, tuples and other lists arrays."""
    if isinstance(value, Raw):
        return value.text
    if (
        isinstance(value, list)
        and value
        and all(isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], str) for one in value)
    ):
        members = (f"{_string(rng, name, style)}{style.colon}{written(rng, inner, style)}" for name, inner in value)
        return f"{{{style.inner}{style.comma.join(members)}{style.inner}}}"
    if isinstance(value, list | tuple):
        elements = style.comma.join(written(rng, inner, style) for inner in value)
        return f"[{style.inner}{elements}{style.inner}]"
    if isinstance(value, str):
        return _string(rng, value, style)
    return json.dumps(value)


def _string(rng: Random, text: str, style: Style) -> str:
    """Write a string, some of its characters escaped."""
    return '"' + "".join(_character(rng, character, style) for character in text) + '"'


def _character(rng: Random, character: str, style: Style) -> str:
    if chance(rng, style.escapes):
        if character == "/":
            return "\\/"
        if ord(character) < 0x10000:
            return f"\\u{ord(character):04x}" if chance(rng, 0.5) else f"\\u{ord(character):04X}"
    return json.dumps(character, ensure_ascii=style.ascii_only)[1:-1]
