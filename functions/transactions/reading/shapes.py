"""Whether cells look like those of a layout's rows."""

import re
from collections.abc import Iterable, Sequence

from transactions.layouts.fields import DateField, DateTimeField, Field, NumberField
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import fields_read
from transactions.layouts.numbers import number_pattern
from transactions.patterns import compiled

_ANY_TEXT = re.compile("(?s:.*)")


def fits(layout: Layout, columns: Iterable[str], cells: Iterable[str]) -> bool:
    """Return whether each cell has a value of its column's type, or none."""
    return all(
        cell in layout.schema.missing_values or in_shape(layout.field(name), cell)
        for name, cell in zip(columns, cells, strict=False)
    )


def is_booked(layout: Layout, columns: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether a booking date and an amount stand among ``cells``, each written as the layout says."""
    return is_dated(layout, columns, cells) and has_amount(layout, columns, cells)


def is_dated(layout: Layout, columns: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether a booking date stands among ``cells``, written as the layout says."""
    return _any_in_shape(layout, columns, cells, "booking_date", DateField, DateTimeField)


def has_amount(layout: Layout, columns: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether an amount stands among ``cells``, written as the layout says."""
    return _any_in_shape(layout, columns, cells, "amount", NumberField)


def _any_in_shape(
    layout: Layout, columns: Sequence[str], cells: Sequence[str], mapped: str, *kinds: type[Field]
) -> bool:
    found = dict(zip(columns, cells, strict=False))
    present = {name: cell for name, cell in found.items() if cell not in layout.schema.missing_values}
    fields = (layout.field(name) for name in fields_read(layout.mapping[mapped]) if name in present)
    return any(isinstance(field, kinds) and in_shape(field, present[field.name]) for field in fields)


def in_shape(field: Field, cell: str) -> bool:
    """Return whether ``cell`` is written as ``field`` says; of any text without constraints it is."""
    return bool(_pattern(field).fullmatch(cell))


def _pattern(field: Field) -> re.Pattern[str]:
    match field:
        case NumberField():
            return re.compile(number_pattern(field, signed=True))
        case DateField() | DateTimeField():
            return re.compile(field.date_format.pattern)
        case _:
            return compiled(field.constraints.pattern) if field.constraints else _ANY_TEXT
