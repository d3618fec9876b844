"""What an expression over the cells consists of: its value, and the checks that make it valid."""

from collections.abc import Iterable

import msgspec

from transactions.codes import RowCode
from transactions.contract import Column


class Check(msgspec.Struct, frozen=True):
    """One thing that can be wrong. ``rule`` says in words what is asked.

    ``broken`` is SQL over the cells and the mapped columns by their names, true where the rule is broken.
    """

    code: RowCode
    broken: str
    rule: str

    def where(self, condition: str) -> "Check":
        """Return the check of the rows only for which ``condition``, which is SQL, is true."""
        return Check(self.code, f"{condition} AND ({self.broken})", self.rule)


class CheckedCell(msgspec.Struct, frozen=True):
    """A cell with its checks: the first broken one is the cell's error. ``shown`` is SQL for the text to mask."""

    field: str
    shown: str
    checks: tuple[Check, ...]


class Expression(msgspec.Struct, frozen=True):
    """SQL for one canonical column, valid where none of its checks is broken.

    For amounts only: ``direction``, and ``signed`` where a file may sign its amounts or not. That is true for a number
    with a minus, and false for money out without one; no file has both.
    """

    value: str
    checked: tuple[CheckedCell, ...] = ()
    direction: str = ""
    signed: str = ""


def required(column: Column, value: str) -> tuple[Check, ...]:
    """Check that a required column has a value."""
    code = RowCode.ID_MISSING if column.name == "transaction_id" else RowCode.FIELD_MISSING
    return (Check(code, f"{value} IS NULL", "must have a value"),) if column.required else ()


def merged(checked: Iterable[CheckedCell]) -> tuple[CheckedCell, ...]:
    """Put the checks of each field together, every one of them once; what is of no field stays by itself."""
    by_field = dict[str | int, CheckedCell]()
    for number, one in enumerate(checked):
        known = by_field.setdefault(one.field or number, CheckedCell(one.field, one.shown, ()))
        by_field[one.field or number] = msgspec.structs.replace(
            known, checks=tuple(dict.fromkeys((*known.checks, *one.checks)))
        )
    return tuple(one for one in by_field.values() if one.checks)
