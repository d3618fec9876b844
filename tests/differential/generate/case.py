"""One generated file, with all that is needed to read it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

RECEIVED_ON = date(2025, 11, 3)
"""The day on which every file arrives."""


@dataclass(frozen=True)
class Blocks:
    """How small the pieces are in which the product reads the file: so many bytes, or ``records``; None for its own."""

    chunk: int | None = None
    part: int | None = None
    records: int | None = None
    segment: int | None = None

    @property
    def kinds(self) -> set[str]:
        """What is special about them."""
        named = {"small blocks and parts": self.chunk, "several segments": self.segment}
        return {kind for kind, size in named.items() if size}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A layout and a file. ``kinds`` are what is special about them, for the table at the end.

    ``others`` are further layouts of the same partner.
    """

    seed: int
    number: int
    layout: dict[str, Any]
    content: bytes
    file_name: str
    blocks: Blocks = Blocks()
    kinds: frozenset[str] = field(default_factory=frozenset)
    others: tuple[dict[str, Any], ...] = ()
