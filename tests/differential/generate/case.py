"""One generated file, with all that is needed to read it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

RECEIVED_ON = date(2025, 11, 3)
"""The day on which every file arrives."""


@dataclass(frozen=True)
class Blocks:
    """How small the pieces are in which the product reads the file: bytes, bytes, records. None for its own."""

    chunk: int | None = None
    part: int | None = None
    records: int | None = None


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
