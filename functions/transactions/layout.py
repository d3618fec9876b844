"""The layout language: how one partner's file is written, and how its fields become the canonical record.

A layout is one YAML file. Names follow Frictionless (Table Dialect, Table Schema) where it has one;
``docs/layouts.md`` teaches the language by example.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from transactions.dates import DateFormat

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Character = Annotated[str, Meta(pattern=r"^[\x00-\x7f]$")]
MAX_SCALE = 5
"""Fraction digits of an ISO 20022 amount."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A part of a layout. Unknown keys are errors."""


class Dialect(_Part, frozen=True):
    """How the cells and rows of a CSV file are written.

    Rows above the header are skipped: the header is looked for in the first ``header_within`` lines.
    Unless ``line_breaks_in_cells``, every line is a row, so that a quote left open spoils no other row.
    """

    delimiter: Character = ","
    quote_char: Character = '"'
    header_within: Annotated[int, Meta(ge=1, le=100)] = 1
    line_breaks_in_cells: bool = False


class _Field(_Part, frozen=True, kw_only=True, tag_field="type"):
    """A column of a CSV file by its exact header, or a value of a JSON record by its dotted path."""

    name: Annotated[str, Meta(min_length=1)]


class StringField(_Field, frozen=True, kw_only=True, tag="string"):
    """Any text."""


class NumberField(_Field, frozen=True, kw_only=True, tag="number"):
    """A number in digits. ``group_char`` separates groups of exactly three; ``scale`` is the most decimals allowed."""

    decimal_char: Character = "."
    group_char: Character | None = None
    scale: Annotated[int, Meta(ge=0, le=MAX_SCALE)] = 2


class _DatedField(_Field, frozen=True, kw_only=True):
    format: str
    pivot: Annotated[int, Meta(ge=0, le=99)] | None = None

    @property
    def date_format(self) -> DateFormat:
        """The format, compiled; ValueError if it is none."""
        return DateFormat.parse(self.format, self.pivot)


class DateField(_DatedField, frozen=True, kw_only=True, tag="date"):
    """A day. Two-digit years from ``pivot`` on are 19xx, those below 20xx."""


class DateTimeField(_DatedField, frozen=True, kw_only=True, tag="datetime"):
    """A moment, with its zone if the format has one."""


Field = StringField | NumberField | DateField | DateTimeField


class Schema(_Part, frozen=True):
    """The file's fields, for CSV in the order of the columns. Each of ``missing_values`` means: no value."""

    fields: Annotated[tuple[Field, ...], Meta(min_length=1)]
    missing_values: tuple[str, ...] = ("",)


class Capture(_Part, frozen=True):
    """A fact that stands above the header, taken by the one group of ``pattern`` from the first line that it finds."""

    name: str
    pattern: str


class Predicate(_Part, frozen=True):
    """True for a row whose ``field`` is one of ``values``."""

    field: str
    values: Annotated[tuple[str, ...], Meta(min_length=1)]


class Limits(_Part, frozen=True):
    """``rejected_share``: a file with a greater share of rejected rows is rejected as a whole."""

    rejected_share: Annotated[float, Meta(ge=0, le=1)] = 0.5


class _Function(_Part, frozen=True, tag_field="function"):
    """One way to fill a column of the canonical record."""


class Text(_Function, frozen=True, tag="text"):
    """The field's text as it is."""

    field: str


class FirstOf(_Function, frozen=True, tag="first_of"):
    """The text of the first field that has a value."""

    of: Annotated[tuple[str, ...], Meta(min_length=2)]


class ByDirection(_Function, frozen=True, tag="by_direction"):
    """The text of one field where money came in, and of the other where it went out: who the other party is."""

    credit: str
    debit: str


class Constant(_Function, frozen=True, tag="constant"):
    """The same text in every row."""

    value: str


class Captured(_Function, frozen=True, tag="captured"):
    """A fact captured above the header."""

    capture: str


class RowHash(_Function, frozen=True, tag="row_hash"):
    """A stable id for rows that have none: a hash of all cells, and a number where equal rows repeat."""


class Date(_Function, frozen=True, tag="date"):
    """The day as the field has it; of a moment, the day in the zone in which it is written."""

    field: str


class Amount(_Function, frozen=True, tag="amount"):
    """A signed number: money in is positive, money out negative."""

    field: str


class AmountWithDirection(_Function, frozen=True, tag="amount_with_direction"):
    """An unsigned number, and a field that says by one of these words which way the money went."""

    field: str
    direction: str
    credit: Annotated[tuple[str, ...], Meta(min_length=1)]
    debit: Annotated[tuple[str, ...], Meta(min_length=1)]


TextFunction = Text | FirstOf | ByDirection | Constant | Captured | RowHash
AmountFunction = Amount | AmountWithDirection
Function = TextFunction | Date | AmountFunction


def fields_read(function: Function) -> tuple[str, ...]:
    """Return the names of the fields that ``function`` reads."""
    match function:
        case Text() | Date() | Amount():
            return (function.field,)
        case AmountWithDirection():
            return (function.field, function.direction)
        case FirstOf():
            return function.of
        case ByDirection():
            return (function.credit, function.debit)
        case Constant() | Captured() | RowHash():
            return ()


class SampleResult(_Part, frozen=True):
    """What the sample beside the layout comes to: rows, sums by currency, error counts by code."""

    accepted: int
    totals: dict[str, str]
    rejected: int = 0
    dropped: int = 0
    errors: dict[str, int] = {}


class Layout(_Part, frozen=True):
    """One file layout of one partner. ``mapping`` has the canonical record's column names as keys."""

    name: Slug
    partner: Slug
    title: str
    format: Literal["csv", "json"]
    schema: Schema
    mapping: dict[str, Function]
    sample: SampleResult
    description: str = ""
    encoding: str = "utf-8"
    dialect: Dialect = Dialect()
    record_path: str = ""
    captures: tuple[Capture, ...] = ()
    drop: tuple[Predicate, ...] = ()
    limits: Limits = Limits()

    @property
    def header(self) -> tuple[str, ...]:
        """The fields' names in the file's order."""
        return tuple(field.name for field in self.schema.fields)

    def field(self, name: str) -> Field:
        """Return the field ``name``; KeyError if there is none."""
        return {field.name: field for field in self.schema.fields}[name]
