"""What must hold in a layout's mapping: each column of the canonical record filled by a function that fits it."""

import re
from collections.abc import Iterator
from typing import get_args

from transactions.contract import Column, canonical
from transactions.currencies import MINOR_UNITS
from transactions.layouts.amount_rules import amount_complaints
from transactions.layouts.fields import MAX_SCALE, DateField, DateTimeField, NumberField, StringField
from transactions.layouts.json_rules import list_complaints
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import (
    AmountByAccount,
    AmountByCurrency,
    AmountByList,
    AmountFunction,
    AmountWithDirection,
    ByAmount,
    ByDirection,
    Captured,
    Constant,
    DateFunction,
    Function,
    Lookup,
    RowHash,
    Text,
    TextFunction,
    fields_read,
)
from transactions.layouts.suggestions import unknown

LINEAGE = ("file_id", "source_line", "layout", "ingested_at", "partner")
"""Columns that the pipeline fills."""
DERIVED = ("credit_debit_indicator",)
"""Columns that follow from another: the direction follows from the amount."""
MAX_PRECISION = 37
"""Digits of a decimal column. The engine has 38, and raises where a sum of two such numbers needs one more."""
_DECIMAL = re.compile(r"decimal\(([0-9]+),([0-9]+)\)")


def mapped_columns() -> dict[str, Column]:
    """Return the columns of the canonical record that a layout fills, by name."""
    columns = canonical().table("transactions").properties
    return {column.name: column for column in columns if column.name not in LINEAGE + DERIVED}


def mapping_complaints(layout: Layout) -> Iterator[str]:
    """Yield what is wrong with the mapping, each as the key's path and a rule."""
    columns = mapped_columns()
    for name in layout.mapping.keys() - columns.keys():
        yield unknown(f"mapping.{name}: is no column that a layout fills", name, columns)
    for name, column in columns.items():
        if function := layout.mapping.get(name):
            yield from (f"mapping.{name}: {rule}" for rule in _function(layout, column, function))
        elif column.required:
            yield f"mapping.{name}: is required"


def _function(layout: Layout, column: Column, function: Function) -> Iterator[str]:
    fitting = _functions_for(column)
    if not fitting:
        yield (
            f"no function makes a {column.physical_type}: a column that a layout fills is a string, a date, or a "
            f"decimal with at least {MAX_SCALE} decimals and at most {MAX_PRECISION} digits"
        )
    elif not isinstance(function, fitting):
        yield f"{type(function).__struct_config__.tag} does not make a {column.physical_type}"
    elif absent := [name for name in fields_read(function) if name not in layout.known_names]:
        yield unknown(f"{absent[0]} is no field", absent[0], layout.known_names)
    else:
        yield from list_complaints(layout, function, required=column.required)
        yield from _types(layout, function)
        if isinstance(function, AmountFunction):
            yield from amount_complaints(layout, column, function)
        else:
            yield from _details(layout, column, function)


def _types(layout: Layout, function: Function) -> Iterator[str]:
    if isinstance(function, AmountByList | AmountByCurrency):
        for part in function.parts:
            yield from _types(layout, part)
        return
    for name in fields_read(function):
        if isinstance(function, get_args(DateFunction)):
            fitting: tuple[type, ...] = (DateField, DateTimeField)
        elif isinstance(function, AmountWithDirection | AmountByAccount) and name != function.field:
            fitting = (StringField,)
        elif isinstance(function, get_args(AmountFunction)):
            fitting = (NumberField,)
        else:
            continue
        if not isinstance(layout.field(name), fitting):
            yield f"{name} has the wrong type for this function"


def _details(layout: Layout, column: Column, function: TextFunction | DateFunction) -> Iterator[str]:
    match function:
        case ByAmount() if column.name != "currency" or not _has_currencies(layout):
            yield "by_amount is the currency of amount_by_currency"
        case ByDirection() if not fields_read(function):
            yield "needs a field for credit or for debit"
        case Captured() if function.capture not in layout.captured_names:
            yield unknown(f"{function.capture} is no capture", function.capture, layout.captured_names)
        case Constant(value=value) if column.name == "currency" and value not in MINOR_UNITS:
            yield f"{value} is no currency of ISO 4217"
        case Constant(value=value) if not value.strip():
            yield "the value is empty"
        case Lookup(values=values) if column.name == "currency" and (wrong := set(values.values()) - set(MINOR_UNITS)):
            yield f"{min(wrong)} is no currency of ISO 4217"
        case Text(upper=True) if column.name != "currency":
            yield "upper is for a currency only"
        case RowHash(field=str(), unless=str()):
            yield "the hash stands behind an id (field), or in its place (unless): not both"
        case RowHash() if column.name != "transaction_id":
            yield "row_hash makes a transaction_id only"


def _has_currencies(layout: Layout) -> bool:
    return isinstance(layout.mapping.get("amount"), AmountByCurrency)


def _functions_for(column: Column) -> tuple[type, ...]:
    """Return the functions that make what ``column`` holds exactly: none where the engine would cast or round."""
    if decimal := _DECIMAL.fullmatch(column.physical_type):
        precision, scale = map(int, decimal.groups())
        return get_args(AmountFunction) if MAX_SCALE <= scale <= precision <= MAX_PRECISION else ()
    functions = {"string": TextFunction, "date": DateFunction}
    return get_args(functions.get(column.physical_type))
