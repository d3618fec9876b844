"""What must hold in a layout beyond the shape of its keys."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from typing import get_args

from transactions.contract import Column, canonical
from transactions.currencies import MINOR_UNITS
from transactions.layout import (
    Amount,
    AmountFunction,
    AmountWithDirection,
    Captured,
    Constant,
    Date,
    DateField,
    DateTimeField,
    Function,
    Layout,
    NumberField,
    RowHash,
    TextFunction,
    fields_read,
)

LINEAGE = ("file_id", "source_line", "layout", "ingested_at", "partner")
"""Columns that the pipeline fills."""
DERIVED = ("credit_debit_indicator",)
"""Columns that follow from another: the direction follows from the amount."""
FIELD_PATH = re.compile(r"[^.\[\]*$\"]+(\.[^.\[\]*$\"]+)*")
RECORD_PATH = re.compile(r"\$(\.[^.\[\]*$]+)*\[\*\]")


def mapped_columns() -> dict[str, Column]:
    """Return the columns of the canonical record that a layout fills, by name."""
    columns = canonical().table("transactions").properties
    return {column.name: column for column in columns if column.name not in LINEAGE + DERIVED}


def complaints(layout: Layout) -> list[str]:
    """Return what is wrong with ``layout``, each as the key's path and a rule."""
    return [*_file(layout), *_fields(layout), *_references(layout), *_mapping(layout)]


def _file(layout: Layout) -> Iterator[str]:
    try:
        codec = codecs.lookup(layout.encoding).name
    except LookupError:
        yield f"encoding: {layout.encoding} is not known"
        codec = ""
    if layout.format == "json" and codec != "utf-8":
        yield "encoding: JSON is always utf-8"
    if layout.format == "json" and not RECORD_PATH.fullmatch(layout.record_path):
        yield "recordPath: a JSON layout needs one, like $.Data.Transaction[*]"
    if layout.format == "csv" and layout.record_path:
        yield "recordPath: only JSON has one"
    if layout.format == "json" and layout.captures:
        yield "captures: only CSV has lines above its header"
    if layout.dialect.delimiter == layout.dialect.quote_char:
        yield "dialect.delimiter: must differ from quoteChar"
    for key, character in (("delimiter", layout.dialect.delimiter), ("quoteChar", layout.dialect.quote_char)):
        if character.isalnum() or character in {" ", "\n", "\r"}:
            yield f"dialect.{key}: cannot be a letter, a digit, a space or a line end"


def _fields(layout: Layout) -> Iterator[str]:
    for name, count in Counter(layout.header).items():
        if count > 1:
            yield f"schema.fields: {name} stands there {count} times"
    for number, field in enumerate(layout.schema.fields):
        key = f"schema.fields[{number}]"
        if layout.format == "json" and not FIELD_PATH.fullmatch(field.name):
            yield f"{key}.name: must be a path within the record, like Amount.Currency"
        if isinstance(field, NumberField) and field.group_char == field.decimal_char:
            yield f"{key}.groupChar: must differ from decimalChar"
        if isinstance(field, NumberField) and {field.group_char, field.decimal_char} & set("0123456789+-"):
            yield f"{key}: decimalChar and groupChar cannot be digits or signs"
        if isinstance(field, DateField | DateTimeField):
            try:
                _ = field.date_format
            except ValueError as error:
                yield f"{key}.format: {error}"


def _references(layout: Layout) -> Iterator[str]:
    for number, predicate in enumerate(layout.drop):
        if predicate.field not in layout.header:
            yield f"drop[{number}].field: {predicate.field} is no field"
    for number, capture in enumerate(layout.captures):
        try:
            groups = re.compile(capture.pattern).groups
        except re.error as error:
            yield f"captures[{number}].pattern: {error}"
        else:
            if groups != 1:
                yield f"captures[{number}].pattern: needs exactly one group"


def _mapping(layout: Layout) -> Iterator[str]:
    columns = mapped_columns()
    for name in layout.mapping.keys() - columns.keys():
        yield f"mapping.{name}: is no column that a layout fills"
    for name, column in columns.items():
        if function := layout.mapping.get(name):
            yield from (f"mapping.{name}: {rule}" for rule in _function(layout, column, function))
        elif column.required:
            yield f"mapping.{name}: is required"


def _function(layout: Layout, column: Column, function: Function) -> Iterator[str]:
    if not isinstance(function, _functions_for(column)):
        yield f"{type(function).__struct_config__.tag} does not make a {column.physical_type}"
    elif unknown := [name for name in fields_read(function) if name not in layout.header]:
        yield f"{unknown[0]} is no field"
    elif isinstance(function, Date | Amount | AmountWithDirection):
        if not isinstance(layout.field(function.field), _FIELDS_FOR[type(function)]):
            yield f"{function.field} has not the type for it"
        if isinstance(function, AmountWithDirection) and set(function.credit) & set(function.debit):
            yield "credit and debit share a word"
    elif isinstance(function, Captured):
        if function.capture not in {capture.name for capture in layout.captures}:
            yield f"{function.capture} is no capture"
    elif isinstance(function, Constant) and column.name == "currency" and function.value not in MINOR_UNITS:
        yield f"{function.value} is no currency of ISO 4217"
    elif isinstance(function, RowHash) and column.name != "transaction_id":
        yield "row_hash makes a transaction_id only"


_FIELDS_FOR: dict[type, tuple[type, ...]] = {
    Date: (DateField, DateTimeField),
    Amount: (NumberField,),
    AmountWithDirection: (NumberField,),
}


def _functions_for(column: Column) -> tuple[type, ...]:
    if column.physical_type.startswith("decimal"):
        return get_args(AmountFunction)
    return (Date,) if column.physical_type == "date" else get_args(TextFunction)
