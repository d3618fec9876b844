"""What must hold in the declaration of a field by its type."""

from collections.abc import Iterator

from transactions.layouts.date_rules import date_complaints
from transactions.layouts.fields import DateField, DateTimeField, Field, NumberField, StringField
from transactions.layouts.number_rules import number_complaints


def field_complaints(field: Field, captures: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with how ``field`` is written, each as a key below it and a rule."""
    match field:
        case NumberField():
            yield from number_complaints(field)
        case DateField() | DateTimeField():
            yield from date_complaints(field, captures)
        case StringField() if field.separator is not None and "array" not in field.json_types:
            yield ".separator: stands between the texts of a JSON array only"
