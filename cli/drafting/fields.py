"""Writes a column as a field of the layout language."""

from collections.abc import Iterator
from typing import Any

from cli.drafting.cell_words import MISSING
from cli.drafting.columns import Column
from cli.drafting.directions import in_cells
from cli.drafting.numbers import Numbers
from transactions.layouts.fields import NumberField

_DEFAULT_SCALE = NumberField(name="any").scale


def field_of(column: Column, *, is_read: bool, model: Column | None = None, in_pair: bool = False) -> dict[str, Any]:
    """Return the field's keys. A number that nothing reads is text unless it certainly is one.

    ``model``: an empty column is written as this number. ``in_pair``: its place gives the direction, and a plus is
    to be declared.
    """
    keys: dict[str, Any] = {"name": column.name}
    if column.header is not None:
        keys["header"] = column.header
    if column.header_pattern is not None:
        keys["headerPattern"] = column.header_pattern
    keys["type"] = "string"
    if column.is_date:
        keys |= {"type": "datetime" if column.dates[0].with_time else "date", **column.dates[0].keys}
        keys |= {"closing": column.closing} if column.closing else {}
    elif is_number(column, is_read=is_read):
        keys |= {"type": "number", **_number(column)}
        if in_pair and column.numbers and any(cell and cell.sign == "+" for cell in column.numbers.cells):
            keys["plusSign"] = True
    elif model and not column.present:
        keys |= {"type": "number", **_number(model)}
    if column.json_type != "string":
        keys["jsonType"] = column.json_type
    if column.optional:
        keys["optional"] = True
    return keys


def is_number(column: Column, *, is_read: bool) -> bool:
    """Return whether the column is declared as a number."""
    return column.is_number and (is_read or bool(column.numbers and column.numbers.marked)) and _declarable(column)


def _declarable(column: Column) -> bool:
    return not _words(column) or in_cells(_words(column)) is not None


def _words(column: Column) -> tuple[str, ...]:
    words = column.numbers.words if column.numbers else ()
    return words if any(words) else ()


def _number(column: Column) -> dict[str, Any]:
    if not column.numbers:
        return {}
    style, keys = column.numbers.style, dict[str, Any]()
    if column.is_minor or column.looks_minor:
        return {"minorUnits": True}
    if column.json_type == "number":
        return {"scale": style.scale} if style.scale > _DEFAULT_SCALE else {}
    if style.decimal != ".":
        keys["decimalChar"] = style.decimal
    notation = style.notation if style.group else column.notation
    if notation and notation.group:
        keys["groupChar"] = notation.group
    if notation and notation.indian:
        keys["grouping"] = "indian"
    if style.scale > _DEFAULT_SCALE:
        keys["scale"] = style.scale
    keys |= column.numbers.keys
    if known := in_cells(_words(column)):
        keys |= {"debitWords": list(known[0]), "creditWords": list(known[1])}
        for sign in ("parentheses", "trailingSign", "minusChars"):
            keys.pop(sign, None)
    return keys


def questions_of(column: Column, *, is_read: bool, is_proven: bool = False) -> Iterator[str]:
    """Yield what a person should decide about the column. ``is_proven``: a running balance confirms its numbers."""
    if column.dates and column.dates[0].is_unix:
        yield "timeZone: UTC, or that of the bank? The day is the one there"
    if column.closing:
        yield "is the date of the capture the last day, so that it gives the year of each row?"
    if len(column.dates) > 1:
        yield f"{' or '.join(one.format for one in column.dates)}? The days fit each"
    if column.is_date and is_read and column.unread:
        yield f"rows without such a date here ({column.unread}) are rejected: are they booked?"
    if is_number(column, is_read=is_read) and column.numbers and column.json_type == "string":
        yield from _questions_of_notation(column, column.numbers)
        if column.numbers.is_mixed and is_read and not is_proven:
            yield f"is {column.numbers.style.group} between thousands? Other numbers here are above 999 without it"
        if column.unread and is_read:
            yield f"rows whose number is written otherwise ({column.unread}) are rejected: are they no transactions?"


def _questions_of_notation(column: Column, numbers: Numbers) -> Iterator[str]:
    style, group = numbers.style, column.notation.group if column.notation else None
    if numbers.marked and len({style.decimal for style in numbers.styles}) > 1:
        yield f"is {style.decimal} the decimal character, or does it stand between thousands?"
    if style.group and group not in {None, style.group}:
        yield f"groupChar: {style.group} here, where other columns have {group}?"


def missing_in(columns: tuple[Column, ...]) -> list[str]:
    """Return the marks for no value in columns of dates and numbers."""
    found = {cell for column in columns if column.is_date or column.is_number for cell in column.cells}
    return ["", *sorted(found & MISSING)] if found & MISSING else []
