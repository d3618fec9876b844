"""The reference's answer for a file."""

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

    The product must report one of ``codes`` for one of ``fields``, or another fault of one of these: a cell has one
    error, and the pages do not specify which of several comes first. If the fault is not ``certain``, the product may
    omit it: beside another fault, or where the pages do not specify it. A fault that only all rows together show is
    reported only for a row without any other (``if_alone``).
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

    An ``ambiguous`` row is rejected; any other fault may be reported for it as well, and its id may be different, so
    that a later row ``may_repeat_id``. A row that ``may_be_skipped`` need not be a row at all. The hash of a row with
    a value of another type is unspecified (``id_is_open``).
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
    """The rows of a file in order, or the codes with one of which it must be rejected as a whole.

    A file with rows may also be rejected with one of the codes in ``may_refuse``. ``warnings`` has the least and
    ``may_warn`` the greatest number of warnings by code; ``skipped`` is the number of lines that the layout skips,
    ``joined`` that of lines that continue a row.
    """

    rows: tuple[Row, ...] = ()
    refusals: frozenset[str] = frozenset()
    may_refuse: frozenset[str] = frozenset()
    warnings: Mapping[str, int] = field(default_factory=dict)
    may_warn: Mapping[str, int] = field(default_factory=dict)
    skipped: int = 0
    joined: int = 0


class RefusedError(Exception):
    """The file as a whole is rejected, with one of ``codes``."""

    def __init__(self, *codes: str) -> None:
        self.codes = frozenset(codes)
        super().__init__(", ".join(codes))
