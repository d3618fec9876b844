"""The fields of a partner's file: what stands in each cell, and how it is written.

Names follow Frictionless (Table Schema) where it has one.
"""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from transactions.layouts.date_notations import UNIX_MILLISECONDS, DateNotations, ExcelDay, UnixTime
from transactions.layouts.dates import ENGLISH_MONTHS, DateFormat
from transactions.layouts.ibans import IbanFormat
from transactions.patterns import compiled

Character = Annotated[str, Meta(min_length=1, max_length=1)]
JsonType = Literal["string", "number", "boolean", "array"]
MonthName = Annotated[str, Meta(max_length=40)]
MonthNames = Annotated[
    tuple[MonthName | Annotated[tuple[MonthName, ...], Meta(min_length=1)], ...], Meta(min_length=12, max_length=12)
]
Format = Annotated[str, Meta(max_length=100)]
Pivot = Annotated[int, Meta(ge=0, le=99)]
MAX_SCALE = 5
"""Fraction digits of an ISO 20022 amount."""


class LayoutPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A part of a layout. Unknown keys are errors."""


class Constraints(LayoutPart, frozen=True):
    """What a text must look like: ``pattern`` matches it from end to end."""

    pattern: str

    @property
    def rule(self) -> str:
        """What is asked of a text, in words where the pattern is a list of words."""
        if not self.pattern:
            return "no value"
        words = self.pattern.split("|")
        if not all(re.fullmatch(r"[\w ]+", word) for word in words):
            return f"a text that matches {self.pattern}"
        return words[0] if len(words) == 1 else f"one of {', '.join(words)}"


class _Field(LayoutPart, frozen=True, kw_only=True, tag_field="type"):
    """A column of a CSV file by its exact header, or a value of a JSON record by its dotted path.

    ``header`` is the header's cell where it is not the name (a blank or a repeated one); ``header_pattern`` matches a
    cell that varies, its named groups are captures. The header may end before an ``optional`` column, and so may the
    rows below it; before one that is optional ``inRows``, only rows may. A JSON file in whose records an ``optional``
    value is nowhere is not warned of it.
    """

    name: Annotated[str, Meta(min_length=1)]
    header: str | None = None
    header_pattern: str | None = None
    optional: bool | Literal["inRows"] = False
    json_type: JsonType | Annotated[tuple[JsonType, ...], Meta(min_length=2)] = "string"

    @property
    def json_types(self) -> tuple[JsonType, ...]:
        """The types of JSON, one of which the value has."""
        return (self.json_type,) if isinstance(self.json_type, str) else self.json_type

    @property
    def in_every_header(self) -> bool:
        """Whether no header of the layout lacks the column: rows may still end before it."""
        return self.optional is not True

    def match_header(self, cell: str) -> bool:
        """Return whether ``cell`` of the header is this field's: a fact in it that is empty is none."""
        if self.header_pattern is None:
            return cell == self.header_cell
        found = compiled(self.header_pattern).fullmatch(cell)
        return found is not None and all(found.groupdict().values())

    def facts_in(self, cell: str) -> dict[str, str]:
        """Return what the named groups of ``header_pattern`` find in its cell of the header."""
        found = compiled(self.header_pattern).fullmatch(cell) if self.header_pattern is not None else None
        return found.groupdict() if found else {}

    @property
    def header_cell(self) -> str:
        """The header's cell, or the name where it varies."""
        return self.name if self.header is None else self.header


class StringField(_Field, frozen=True, kw_only=True, tag="string"):
    """Any text, or a text within ``constraints``; one of the ``format`` iban has check digits that fit.

    The texts of a JSON array are joined by ``separator``, a space where none is declared.
    """

    format: Literal["default"] | IbanFormat = "default"
    constraints: Constraints | None = None
    separator: Annotated[str, Meta(max_length=100)] | None = None


class NumberField(_Field, frozen=True, kw_only=True, tag="number"):
    """A number in digits.

    ``group_char`` separates groups of exactly three digits, or, where ``grouping`` is ``indian``, the last three and
    pairs before them; of several such characters, a number has one. ``scale`` is the most decimals allowed, zeros at
    their end not counted. ``prefixes`` and ``suffixes`` are currencies that may stand around the digits, nothing else
    may. ``minor_units``: whole cents, or what the currency has.

    ``minus_chars`` mean minus as ``-`` does. ``plus_sign``: a plus may stand before a number that has no other sign. Or
    a word beside the number gives the direction: ``debit_words`` are money out, ``credit_words`` money in, "" is no
    word. There is no sign then.
    """

    decimal_char: Character = "."
    group_char: Character | tuple[Character, ...] | None = None
    grouping: Literal["thousands", "indian"] = "thousands"
    scale: Annotated[int, Meta(ge=0, le=MAX_SCALE)] = 2
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    parentheses: bool = False
    trailing_sign: bool = False
    bare_fraction: bool = False
    minor_units: bool = False
    minus_chars: tuple[Character, ...] = ()
    plus_sign: bool = False
    debit_words: tuple[str, ...] = ()
    credit_words: tuple[str, ...] = ()

    @property
    def group_chars(self) -> tuple[str, ...]:
        """All characters between groups of digits."""
        return (self.group_char,) if isinstance(self.group_char, str) else self.group_char or ()

    @property
    def words(self) -> tuple[str, ...]:
        """All words for a direction."""
        return self.debit_words + self.credit_words


class Closing(LayoutPart, frozen=True):
    """The closing date of a statement: a captured fact, and how it is written. Its rows lie in the half year before."""

    capture: str
    format: Format
    pivot: Pivot | None = None
    months: MonthNames = ENGLISH_MONTHS

    @property
    def date_format(self) -> DateFormat:
        """The format, compiled; ValueError if it is none."""
        return DateFormat.parse(self.format, self.pivot, self.months)


class _DatedField(_Field, frozen=True, kw_only=True):
    """``closing`` gives the year of dates that are written without one; ``time_zone`` is for Unix times only."""

    format: Format | Annotated[tuple[Format, ...], Meta(min_length=1)]
    pivot: Pivot | None = None
    months: MonthNames = ENGLISH_MONTHS
    closing: Closing | None = None
    time_zone: str | None = None

    @property
    def formats(self) -> tuple[str, ...]:
        """All formats, of which each cell has one."""
        return (self.format,) if isinstance(self.format, str) else self.format

    @property
    def date_format(self) -> DateNotations:
        """The formats, compiled; ValueError if one is none."""
        return DateNotations(tuple(map(self._notation, self.formats)))

    @property
    def rule(self) -> str:
        """What is asked of a cell, in words."""
        return f"a date written as {' or '.join(self.formats)}"

    def _notation(self, format_: str) -> DateFormat | ExcelDay | UnixTime:
        match format_:
            case "excel":
                return ExcelDay(isinstance(self, DateTimeField))
            case "unix" | "unixMilliseconds":
                return UnixTime(format_ == UNIX_MILLISECONDS, self.time_zone or "UTC")
        pivot = self.pivot if "%y" in format_ else None
        return DateFormat.parse(format_, pivot, self.months, with_year=self.closing is None)


class DateField(_DatedField, frozen=True, kw_only=True, tag="date"):
    """A day. Two-digit years from ``pivot`` on are 19xx, those below 20xx; ``months`` are the names for ``%b``."""


class DateTimeField(_DatedField, frozen=True, kw_only=True, tag="datetime"):
    """A moment, with its zone if the format has one."""


Field = StringField | NumberField | DateField | DateTimeField


class Schema(LayoutPart, frozen=True):
    """The file's fields, for CSV in the order of the columns. Each of ``missing_values`` means: no value."""

    fields: Annotated[tuple[Field, ...], Meta(min_length=1)]
    missing_values: tuple[str, ...] = ("",)
