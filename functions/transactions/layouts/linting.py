"""What must hold in a layout beyond the shape of its keys."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from zoneinfo import available_timezones

from transactions.layouts.derived_rules import derived_complaints
from transactions.layouts.encodings import codec_name
from transactions.layouts.field_rules import field_complaints
from transactions.layouts.fields import Field, StringField
from transactions.layouts.json_rules import ignored_array_complaints, json_field_complaints, record_path_complaints
from transactions.layouts.layout import Condition, Dialect, Layout
from transactions.layouts.mapping import fields_read
from transactions.layouts.mapping_rules import mapped_columns, mapping_complaints
from transactions.layouts.optional_rules import optional_complaints
from transactions.layouts.paths import OWN_PATH
from transactions.layouts.pattern_rules import pattern_complaints
from transactions.layouts.suggestions import unknown
from transactions.patterns import PatternError

_ONE_VALUE = {"transaction_id", "account_id", "booking_date", "value_date", "amount", "currency"}
"""Columns that no line may continue and no array may fill: their values are never made of several texts."""

__all__ = ["complaints", "mapped_columns"]


def complaints(layout: Layout) -> list[str]:
    """Return what is wrong with ``layout``, each as the key's path and a rule."""
    return [
        *_file(layout),
        *_due(layout),
        *_limits(layout),
        *ignored_array_complaints(layout),
        *_dialect(layout),
        *_header_breaks(layout),
        *_characters(layout.dialect),
        *_fields(layout),
        *optional_complaints(layout),
        *derived_complaints(layout),
        *_references(layout),
        *_sections(layout),
        *_continuation_lines(layout),
        *_arrays(layout),
        *_delivery(layout),
        *pattern_complaints(layout),
        *mapping_complaints(layout),
    ]


def _file(layout: Layout) -> Iterator[str]:
    codec = codec_name(layout.encoding)
    if codec is None:
        yield f"encoding: {layout.encoding} is an unknown text encoding: use one such as utf-8, cp1252 or iso-8859-15"
    elif layout.format == "json" and codec != "utf-8":
        yield "encoding: JSON is always utf-8"
    if layout.format == "csv" and (layout.record_path or layout.json_lines):
        yield f"{'recordPath' if layout.record_path else 'jsonLines'}: only JSON has one"
    if layout.format == "json":
        yield from (f"recordPath: {rule}" for rule in record_path_complaints(layout))


def _due(layout: Layout) -> Iterator[str]:
    if layout.due and layout.due.time_zone not in available_timezones():
        yield f"due.timeZone: {layout.due.time_zone} is no time zone, like Europe/Zurich"


def _limits(layout: Layout) -> Iterator[str]:
    span, age = layout.limits.span_days, layout.limits.age_days
    # The last booking date is that of the day after the arrival.
    if span is not None and age is not None and span > age + 1:
        yield "limits.spanDays: has no effect, as ageDays allows no such span"


def _dialect(layout: Layout) -> Iterator[str]:
    dialect = layout.dialect
    if dialect.line_breaks_in_cells and (dialect.skip_lines or dialect.footer or dialect.comment_char):
        yield "dialect.lineBreaksInCells: lines cannot be left out where a cell may span them"
    if not dialect.header and (dialect.any_order or dialect.header_within > 1):
        yield "dialect.header: without one there is no anyOrder and no headerWithin"
    if not dialect.header and layout.names_in_header:
        yield f"dialect.header: without one there is no {min(layout.names_in_header)} in it"
    if dialect.any_order:
        yield from (f"dialect.anyOrder: {cell} may stand for {count} fields" for cell, count in _shared_headers(layout))


def _header_breaks(layout: Layout) -> Iterator[str]:
    for number, field in enumerate(layout.schema.fields):
        if "\r" in field.header_cell:
            yield f"schema.fields[{number}].header: a line break within it is a line feed, without a carriage return"
    if layout.header_breaks and layout.dialect.quote_char is None:
        yield "dialect.quoteChar: without one no cell of the header contains a line break"
    if layout.header_breaks and layout.sections:
        yield "sections: cannot be combined with a line break in a cell of the header"


def _shared_headers(layout: Layout) -> Iterator[tuple[str, int]]:
    """Yield the header's cells, and the patterns of such, that are those of several fields, and of how many."""
    fields = layout.schema.fields
    found = Counter(field.header_pattern for field in fields if field.header_pattern is not None)
    for cell in {field.header_cell for field in fields if field.header_pattern is None}:
        found[cell] = sum(_may_have(field, cell) for field in fields)
    yield from ((header, count) for header, count in found.items() if count > 1)


def _may_have(field: Field, cell: str) -> bool:
    try:
        return field.match_header(cell)
    except PatternError:
        return False


def _characters(dialect: Dialect) -> Iterator[str]:
    if dialect.escape_char is not None and dialect.quote_char is None:
        yield "dialect.escapeChar: without a quoteChar there is nothing to escape"
    characters = {
        "delimiter": dialect.delimiter,
        "quoteChar": dialect.quote_char,
        "commentChar": dialect.comment_char,
        "escapeChar": dialect.escape_char,
    }
    used = {key: character for key, character in characters.items() if character is not None}
    for (key, character), (other, same) in combinations(used.items(), 2):
        if character == same:
            yield f"dialect.{key}: must differ from {other}"
    for key, character in used.items():
        # Values are written with these, lines end by these, and what starts a row would pass for a comment.
        if character.isalnum() or character in "+- \n\r\0":
            yield f"dialect.{key}: cannot be a letter, a digit, a sign, a space or a line end"
        elif key != "delimiter" and not character.isprintable():
            yield f"dialect.{key}: cannot be white space or a control character"


def _fields(layout: Layout) -> Iterator[str]:
    for name, count in Counter(layout.names).items():
        if count > 1:
            yield f"schema.fields: {name} stands there {count} times"
    for number, field in enumerate(layout.schema.fields):
        key = f"schema.fields[{number}]"
        if layout.format == "json":
            yield from (f"{key}.{rule}" for rule in json_field_complaints(layout, field))
        elif field.json_types != ("string",):
            yield f"{key}.jsonType: only JSON has one"
        yield from (f"{key}{rule}" for rule in field_complaints(field, layout.captured_names))


def _references(layout: Layout) -> Iterator[str]:
    if layout.running_balance and "balance_after" not in layout.mapping:
        yield "runningBalance: needs mapping.balance_after"
    for key, condition in layout.conditions:
        yield from (f"{key}.{rule}" for rule in _condition(layout, condition))
    for number, capture in enumerate(layout.captures):
        if capture.source == "preamble" and layout.format == "json":
            yield f"captures[{number}]: only CSV has lines above its rows"


def _sections(layout: Layout) -> Iterator[str]:
    if not layout.sections:
        return
    if not layout.names_above_rows:
        yield "sections: nothing is captured above the rows, or in a header"
    if layout.dialect.footer:
        yield "sections: cannot be combined with a footer"


def _continuation_lines(layout: Layout) -> Iterator[str]:
    declared, dialect = layout.continuation_lines, layout.dialect
    if not declared:
        return
    if layout.format == "json":
        yield "continuationLines: only CSV has lines"
    if dialect.line_breaks_in_cells:
        yield "continuationLines: cannot be combined with lineBreaksInCells"
    if set(declared.separator) & {"\n", "\r", "" if dialect.quote_char else dialect.delimiter}:
        yield "continuationLines.separator: must not end a line, or a cell without quotes"
    for name in declared.join:
        if name not in layout.names:
            yield f"continuationLines.join: {name} is no field"
        elif not isinstance(layout.field(name), StringField):
            yield f"continuationLines.join: {name} is no string"
    for column, name in _read_as_one(layout, declared.join):
        yield f"continuationLines.join: {name} is read by mapping.{column}, which stands on the row's first line"


def _arrays(layout: Layout) -> Iterator[str]:
    arrays = [field.name for field in layout.schema.fields if "array" in field.json_types]
    for column, name in _read_as_one(layout, arrays):
        yield f"mapping.{column}: reads {name}, a joined array, whose texts could be divided in several ways"


def _read_as_one(layout: Layout, fields: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield which column that has one value reads which of ``fields``, whose texts are made of several."""
    for column in sorted(_ONE_VALUE & layout.mapping.keys()):
        read = {of for name in fields_read(layout.mapping[column]) for of in layout.file_fields(name)}
        yield from ((column, name) for name in sorted(read & {*fields}))


def _delivery(layout: Layout) -> Iterator[str]:
    for number, name in enumerate(layout.delivery):
        if name not in layout.captured_names:
            yield unknown(f"delivery[{number}]: {name} is no capture", name, layout.captured_names)
        elif layout.sections and name in layout.names_above_rows:
            yield f"delivery[{number}]: {name} has another value in each section"


def _condition(layout: Layout, condition: Condition) -> Iterator[str]:
    if condition.field not in layout.known_names:
        yield unknown(f"field: {condition.field} is no field", condition.field, layout.known_names)
    if bool(condition.values) == (condition.pattern is not None):
        yield "values: a condition has either values or a pattern"
    for path in condition.values if condition.field == OWN_PATH else ():
        if path not in layout.record_paths:
            yield unknown(f"values: {path} is none of recordPath", path, layout.record_paths)
