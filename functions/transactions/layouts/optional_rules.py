"""What must hold where fields are optional, so that no row that ends early has two meanings."""

from collections.abc import Iterator

from transactions.layouts.fields import Field
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import RowHash, fields_read
from transactions.layouts.mapping_rules import mapped_columns


def optional_complaints(layout: Layout) -> Iterator[str]:
    """Yield what is wrong with the fields that are optional, each as the key's path and a rule."""
    fields = layout.schema.fields
    if all(field.optional for field in fields):
        yield "schema.fields: all are optional"
    for number, derived in enumerate(layout.derived):
        if derived.field.optional == "inRows":
            yield f"derived[{number}].field.optional: inRows is for columns of the file"
    if layout.format == "json":
        yield from (
            f"schema.fields[{number}].optional: only CSV has rows that end early" for number in _in_rows(fields)
        )
        return
    for number, field in enumerate(fields):
        if field.optional and number < layout.fewest_cells and not layout.dialect.any_order:
            yield f"schema.fields[{number}].optional: only the last columns can be"
    if in_rows := _in_rows(fields):
        key = f"schema.fields[{in_rows[0]}].optional"
        yield from (f"{key}: {rule}" for rule in _dialect(layout))
        yield from _needed(layout, in_rows)


def _in_rows(fields: tuple[Field, ...]) -> list[int]:
    return [number for number, field in enumerate(fields) if field.optional == "inRows"]


def _dialect(layout: Layout) -> Iterator[str]:
    if not layout.dialect.header:
        yield "without a header, true lets rows end early"
    if layout.dialect.any_order:
        yield "inRows is for the last columns, which anyOrder does not know"
    if not layout.dialect.final_line_end:
        yield "inRows cannot be combined with finalLineEnd: false: a row that was cut off could pass for one that ends"
    if any(field.optional is True for field in layout.schema.fields):
        yield "the last columns are inRows or true, not some this and some that"


def _needed(layout: Layout, in_rows: list[int]) -> Iterator[str]:
    """Refuse what decides about a row: without it, a fee would be none, or a row that is to be dropped accepted."""
    needed = dict[str, str]()
    for column, properties in mapped_columns().items():
        function = layout.mapping.get(column)
        has_other_id = isinstance(function, RowHash) and function.unless is not None
        if properties.required and function and not has_other_id:
            needed |= {of: f"mapping.{column}" for name in fields_read(function) for of in layout.file_fields(name)}
    needed |= {of: key for key, condition in layout.conditions for of in layout.file_fields(condition.field)}
    for number in in_rows:
        if user := needed.get(layout.names[number]):
            yield f"schema.fields[{number}].optional: {user} needs {layout.names[number]} in every row"
