"""What must hold in the declaration of fields that are made of others."""

from collections import Counter
from collections.abc import Iterator

from transactions.layouts.derived import Derived
from transactions.layouts.field_rules import field_complaints
from transactions.layouts.layout import Layout


def derived_complaints(layout: Layout) -> Iterator[str]:
    """Yield what is wrong with the derived fields, each as the key's path and a rule."""
    names = Counter(field.name for field in layout.all_fields)
    for number, derived in enumerate(layout.derived):
        key, field = f"derived[{number}]", derived.field
        if names[field.name] > 1 or field.name in layout.captured_names:
            yield f"{key}.field.name: {field.name} is a name already"
        if field.header is not None or field.header_pattern is not None or field.json_types != ("string",):
            yield f"{key}.field: is made of others, and has no header and no jsonType of its own"
        yield from (f"{key}.of: {rule}" for rule in _sources(layout, derived))
        yield from (f"{key}{rule}" for rule in _pattern(derived))
        yield from (f"{key}.field{rule}" for rule in field_complaints(field, layout.captured_names))


def _sources(layout: Layout, derived: Derived) -> Iterator[str]:
    named, fields = set(derived.of), set(layout.names)
    if unknown := named - fields - layout.captured_names:
        yield f"{min(unknown)} is no field and no capture"
    elif not named & fields:
        yield "at least one must be a field"
    if both := named & fields & layout.captured_names:
        yield f"{min(both)} is a field and a capture"


def _pattern(derived: Derived) -> Iterator[str]:
    if derived.pattern is None:
        if len(derived.of) == 1:
            yield ": a field that is made of one needs a pattern"
        if derived.field.optional:
            yield ".field.optional: only a pattern may find nothing"
