"""Whether cells look like those of a layout's rows."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from transactions.layouts.fields import DateField, DateTimeField, Field, NumberField, StringField
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import fields_read
from transactions.layouts.numbers import number_pattern, rule_of
from transactions.patterns import compiled

_ANY_TEXT = re.compile("(?s:.*)")


def fits(layout: Layout, columns: Iterable[str], cells: Iterable[str]) -> bool:
    """Return whether each cell has a value of its column's type, or none."""
    return first_unlike(layout, columns, cells) is None


def first_unlike(layout: Layout, columns: Iterable[str], cells: Iterable[str]) -> Field | None:
    """Return the field of the first cell that has a value of another type; None if there is none."""
    return next(_unlike(layout, columns, cells), None)


def is_booked(layout: Layout, columns: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether a booking date and an amount stand among ``cells``, each written as the layout says."""
    return is_dated(layout, columns, cells) and has_amount(layout, columns, cells)


def is_dated(layout: Layout, columns: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether a booking date stands among ``cells``, written as the layout says."""
    return _any_in_shape(layout, columns, cells, "booking_date", DateField, DateTimeField)


def has_amount(layout: Layout, columns: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether an amount stands among ``cells``, written as the layout says."""
    return _any_in_shape(layout, columns, cells, "amount", NumberField)


def keeps_constraints(layout: Layout, columns: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether each text among ``cells`` is within the constraints of its field, or missing."""
    return not any(isinstance(field, StringField) for field in _unlike(layout, columns, cells))


def _unlike(layout: Layout, columns: Iterable[str], cells: Iterable[str]) -> Iterator[Field]:
    """Yield the fields of the cells that have a value, and are not written as their field says."""
    fields = {field.name: field for field in layout.schema.fields}
    for name, cell in zip(columns, cells, strict=False):
        if cell not in layout.schema.missing_values and not in_shape(fields[name], cell):
            yield fields[name]


def _any_in_shape(
    layout: Layout, columns: Sequence[str], cells: Sequence[str], mapped: str, *kinds: type[Field]
) -> bool:
    found = dict(zip(columns, cells, strict=False))
    present = {name: cell for name, cell in found.items() if cell not in layout.schema.missing_values}
    fields = (layout.field(name) for name in fields_read(layout.mapping[mapped]))
    return any(isinstance(field, kinds) and _is_there(layout, field, present) for field in fields)


def _is_there(layout: Layout, field: Field, present: Mapping[str, str]) -> bool:
    made = layout.derivation(field.name)
    if made is None:
        return field.name in present and in_shape(field, present[field.name])
    if set(made.of) & layout.captured_names:
        # Without the facts of the file, what stands there may be a part of such a text.
        return not present.keys().isdisjoint(made.of)
    text = made.in_cells(present)
    return text is not None and in_shape(field, text)


def in_shape(field: Field, cell: str) -> bool:
    """Return whether ``cell`` is written as ``field`` says; of any text without constraints it is."""
    return bool(_pattern(field).fullmatch(cell))


def shape_rule(field: Field) -> str:
    """Say in words how a value of ``field`` is written."""
    match field:
        case NumberField():
            return rule_of(field)
        case DateField() | DateTimeField():
            return field.rule
        case _:
            return field.constraints.rule if field.constraints else "a text"


def _pattern(field: Field) -> re.Pattern[str]:
    match field:
        case NumberField():
            return re.compile(number_pattern(field, signed=True))
        case DateField() | DateTimeField():
            return re.compile(field.date_format.pattern)
        case _:
            return compiled(field.constraints.pattern) if field.constraints else _ANY_TEXT
