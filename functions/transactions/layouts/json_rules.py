"""What must hold in a layout of JSON: where the records are, and how the fields are found in them."""

from collections.abc import Iterator
from itertools import permutations

from transactions.layouts.fields import Field, StringField
from transactions.layouts.layout import Layout
from transactions.layouts.paths import (
    ARRAY,
    FIELD_PATH,
    MAX_STEPS,
    OWN_PATH,
    RECORD_PATH,
    is_outer,
    leads_around,
    within,
)


def record_path_complaints(layout: Layout) -> Iterator[str]:
    """Yield what is wrong with the paths to the records."""
    paths = layout.record_paths
    if layout.json_lines and paths:
        yield "with jsonLines each line is a record"
    elif not layout.json_lines and not (paths and all(map(RECORD_PATH.fullmatch, paths))):
        yield "a JSON layout needs one, like $.Data.Transaction[*]"
    elif any(path.count(".") > MAX_STEPS for path in paths):
        yield f"leads through more than {MAX_STEPS} names"
    if len(set(paths)) < len(paths):
        yield "each path once"
    yield from (
        f"{path} leads into the records of {other}" for path, other in permutations(paths, 2) if within(path, other)
    )


def ignored_array_complaints(layout: Layout) -> Iterator[str]:
    """Yield what is wrong with the arrays that are not read, each as the key's path and a rule."""
    for number, path in enumerate(layout.ignored_arrays):
        if not layout.record_path or path in layout.record_paths:
            yield f"ignoredArrays[{number}]: only beside a recordPath there are any"
        elif not RECORD_PATH.fullmatch(path) or not path.endswith(ARRAY):
            yield f"ignoredArrays[{number}]: must be a path to an array, like $.Data.Balance[*]"


def json_field_complaints(layout: Layout, field: Field) -> Iterator[str]:
    """Yield what is wrong with how ``field`` is found in a record, each as a key below it and a rule."""
    yield from (f"name: {rule}" for rule in _name(layout, field))
    if field.header is not None or field.header_pattern is not None:
        yield "header: only CSV has one"
    if {"boolean", "array"} & {*field.json_types} and not isinstance(field, StringField):
        yield "jsonType: a boolean, or an array, is a string field"
    if {"number", "array"} <= {*field.json_types}:
        yield "jsonType: an array is not a number as well"
    if len(set(field.json_types)) < len(field.json_types):
        yield "jsonType: each type once"


def _name(layout: Layout, field: Field) -> Iterator[str]:
    if field.name == OWN_PATH:
        if isinstance(layout.record_path, str) or not isinstance(field, StringField):
            yield "is a string, where recordPath has several paths"
    elif field.name.count(".") > MAX_STEPS:
        yield f"leads through more than {MAX_STEPS} names"
    elif not FIELD_PATH.fullmatch(field.name):
        yield "must be a path within the record, like Amount.Currency, or from the document's root, like $.iban"
    elif is_outer(field.name) and not all(leads_around(field.name, path) for path in layout.record_paths or ("",)):
        yield "must lead through no other arrays than recordPath does"
    above = {name for name in layout.names if field.name.startswith(f"{name}.")}
    if any("number" in layout.field(name).json_types for name in above):
        yield "must not lead through a field that is a JSON number"
