"""What the reference says of a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

Value = str | date | Decimal | None
Record = dict[str, Value]
"""A canonical record: the columns that a layout fills, by name."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a row.

    The product must name one of ``codes`` for one of ``fields``; the pages leave open which of several comes first.
    It need not where the fault only may be told (not ``certain``): beside another one, or where the pages are silent.
    What all rows together show is told only of a row with which nothing else is wrong (``if_alone``).
    """

    fields: frozenset[str]
    codes: frozenset[str]
    certain: bool = True
    if_alone: bool = False

    @classmethod
    def of(cls, field_name: str, *codes: str, certain: bool = True) -> "Fault":
        """Return a fault of one field."""
        return cls(frozenset([field_name]), frozenset(codes), certain)


@dataclass(frozen=True)
class Row:
    """One row: dropped, rejected for ``faults``, or accepted as ``record``.

    Of an ``ambiguous`` one, which is rejected, anything else may be told, and its id may be another: a later row with
    it ``may_repeat_id``. One that ``may_be_skipped`` may be no row.
    The hash of one with a value of another type is left open (``id_is_open``).
    """

    line: int
    record: Record = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    dropped: bool = False
    ambiguous: bool = False
    may_be_skipped: bool = False
    repeats_id: bool = False
    may_repeat_id: bool = False
    id_is_open: bool = False

    @property
    def rejected(self) -> bool:
        """Whether something is certainly wrong with it."""
        return not self.dropped and any(fault.certain for fault in self.faults)


@dataclass(frozen=True)
class Answer:
    """The rows of a file in its order, or the codes with one of which it must be refused as a whole.

    A file with rows may be refused all the same with one of the codes in ``may_refuse``. ``warnings`` counts their
    codes at least and ``may_warn`` at most, ``skipped`` counts the lines that the layout skips.
    """

    rows: tuple[Row, ...] = ()
    refusals: frozenset[str] = frozenset()
    may_refuse: frozenset[str] = frozenset()
    warnings: Mapping[str, int] = field(default_factory=dict)
    may_warn: Mapping[str, int] = field(default_factory=dict)
    skipped: int = 0


class RefusedError(Exception):
    """The file as a whole is refused, with one of ``codes``."""

    def __init__(self, *codes: str) -> None:
        self.codes = frozenset(codes)
        super().__init__(", ".join(codes))
