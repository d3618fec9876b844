"""What must hold in a layout of JSON: where the records are, and how the fields are found in them."""

from collections.abc import Iterator, Sequence
from itertools import permutations

from transactions.layouts.fields import Field, StringField
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import (
    Amount,
    AmountByAccount,
    AmountByList,
    AmountWithDirection,
    Function,
    RowHash,
    fields_read,
)
from transactions.layouts.paths import (
    ARRAY,
    FIELD_PATH,
    MAX_STEPS,
    OWN_PATH,
    RECORD_PATH,
    arrays_of,
    leads_around,
    within,
)
from transactions.layouts.suggestions import unknown


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


def list_complaints(layout: Layout, function: Function, *, required: bool) -> Iterator[str]:
    """Yield what is wrong with ``function`` in the records of several lists: in those of one, it may lack a field."""
    paths = layout.record_paths
    if isinstance(function, AmountByList):
        yield from (
            unknown(f"{path} is none of recordPath", path, paths) for path in function.lists if path not in paths
        )
    for path in paths if len(paths) > 1 else ():
        of_list = function.lists.get(path) if isinstance(function, AmountByList) else function
        if of_list is None:
            lacks = required
        else:
            needed = _needed(of_list) if required or of_list is not function else ()
            lacks = any(all(path not in layout.lists_of(name) for name in names) for names in needed)
        if lacks and path not in _dropped(layout):
            yield f"has no field in the records of {path}"


def _dropped(layout: Layout) -> set[str]:
    """Return the record paths whose records are all dropped."""
    drops = (drop for drop in layout.drop if drop.field == OWN_PATH and not drop.also)
    return {path for drop in drops for path in drop.values}


def _needed(function: Function) -> tuple[tuple[str, ...], ...]:
    """Return groups of fields, of each of which ``function`` needs one."""
    match function:
        case Amount():
            return ((function.field,),)
        case AmountWithDirection():
            return (function.field,), (function.direction,)
        case AmountByAccount():
            return (function.field,), function.parties
        case RowHash(field=None):
            return ()
    return tuple(filter(None, (fields_read(function),)))


def _name(layout: Layout, field: Field) -> Iterator[str]:
    if field.name == OWN_PATH:
        if isinstance(layout.record_path, str) or not isinstance(field, StringField):
            yield "is a string, where recordPath has several paths"
    elif field.name.count(".") > MAX_STEPS:
        yield f"leads through more than {MAX_STEPS} names"
    elif not FIELD_PATH.fullmatch(field.name):
        yield "must be a path within the record, like Amount.Currency, or from the document's root, like $.iban"
    elif layout.is_outer(field.name):
        yield from _around(field.name, layout.record_paths)
    names = layout.steps(field.name)
    beside = [name for name in layout.names if name != field.name and _share_records(layout, name, field.name)]
    if layout.list_of(field.name) and any(layout.steps(name) == names for name in beside):
        yield f"{'.'.join(names)} is a field of all records already"
    above = [name for name in beside if names[: len(layout.steps(name))] == layout.steps(name) != names]
    if any("number" in layout.field(name).json_types for name in above):
        yield "must not lead through a field that is a JSON number"


def _around(name: str, paths: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the path ``name`` to a value around the records at ``paths``."""
    if all(leads_around(name, path) for path in paths or ("",)):
        return
    before, array, last = name.rpartition(ARRAY)
    if (before + array,) == tuple(paths):
        yield f"is in the record itself: its path there is {last.removeprefix('.')}"
        return
    known = {way for path in paths for way in arrays_of(path)}
    meant = [path + last for path in paths] if len(paths) > 1 and before + array not in known else []
    yield unknown("must lead through no other arrays than recordPath does", name, meant)


def _share_records(layout: Layout, one: str, other: str) -> bool:
    """Return whether both fields are in the same records."""
    if layout.is_outer(one) != layout.is_outer(other):
        return False
    return not layout.list_of(one) or not layout.list_of(other) or layout.list_of(one) == layout.list_of(other)
