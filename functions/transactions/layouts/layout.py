"""The layout language: how one partner's file is written, and how its fields become the canonical record.

A layout is one YAML file. Names follow Frictionless (Table Dialect, Table Schema) where it has one;
``docs/layouts.md`` teaches the language by example.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from transactions.layouts.derived import Derived
from transactions.layouts.fields import DateField, DateTimeField, Field, LayoutPart, Schema
from transactions.layouts.mapping import AmountByList, Captured, Function
from transactions.layouts.paths import is_outer, steps, within
from transactions.patterns import group_names

Slug = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9-]*\Z",
        max_length=64,
        description="lower-case letters, digits and hyphens, at most 64",
    ),
]
AsciiCharacter = Annotated[str, Meta(pattern=r"^[\x00-\x7f]\Z", description="one ASCII character")]

MAX_HEADER_WITHIN = 100
"""So many first lines are looked through for a header at most."""
MOST_BOOKING_DATES = 4000
"""Each booking date is a file, two S3 requests and a partition: the most that a function has the time for."""


class Dialect(LayoutPart, frozen=True):
    """How the cells and rows of a CSV file are written.

    Rows above the header are skipped: the header is looked for in the first ``header_within`` lines. Without a
    ``header``, the layout is chosen by the first rows: their number of cells and their values. Columns may come in
    another order only if ``any_order``. Lines below that begin with ``comment_char`` or match one of ``skip_lines``
    are no records, nor is anything from the first line on that matches ``footer``; each is counted, and one that could
    be a transaction is rejected. ``trim`` takes white space off every cell. Unless ``line_breaks_in_cells``, every line
    is a row. A file without a line end behind its last line gets a warning unless ``final_line_end`` is false.
    With an ``escape_char``, quotes are escaped by it in place of being doubled.
    """

    delimiter: AsciiCharacter = ","
    quote_char: AsciiCharacter | None = '"'
    escape_char: AsciiCharacter | None = None
    header: bool = True
    header_within: Annotated[int, Meta(ge=1, le=MAX_HEADER_WITHIN)] = 1
    any_order: bool = False
    comment_char: AsciiCharacter | None = None
    skip_lines: tuple[str, ...] = ()
    footer: str | None = None
    trim: bool = False
    line_breaks_in_cells: bool = False
    final_line_end: bool = True


class Capture(LayoutPart, frozen=True):
    """A fact taken by the one group of ``pattern`` from the first line above the header, or from the file's name.

    Without a header, the lines above the first row are those that have a fact and cannot be rows.
    """

    name: str
    pattern: str
    source: Literal["preamble", "fileName"] = "preamble"


class Condition(LayoutPart, frozen=True):
    """True for a row whose ``field`` is one of ``values`` ("" is no value), or has a match of ``pattern``."""

    field: str
    values: tuple[str, ...] = ()
    pattern: str | None = None


class Predicate(Condition, frozen=True):
    """A condition that holds together with every one of ``also``."""

    also: tuple[Condition, ...] = ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions that must hold."""
        return (self, *self.also)


class ContinuationLines(LayoutPart, frozen=True):
    """Lines that continue the row above them: they have values in the fields of ``join`` only.

    Each of these is joined to what the row has there, with the ``separator`` between them.
    """

    join: Annotated[tuple[str, ...], Meta(min_length=1)]
    separator: str = " "


class Limits(LayoutPart, frozen=True):
    """What a file may have at most; one that has more is rejected as a whole.

    ``rejected_share`` is of the rows that are not dropped. The others are of the accepted rows' booking dates:
    ``booking_dates`` is the number of different ones, ``span_days`` the days from the first to the last, ``age_days``
    the days from the first to the file's arrival (UTC).
    """

    rejected_share: Annotated[float, Meta(ge=0, le=1)] = 0.5
    booking_dates: Annotated[int, Meta(ge=1, le=MOST_BOOKING_DATES)] = 1100
    span_days: Annotated[int, Meta(ge=0)] | None = None
    age_days: Annotated[int, Meta(ge=0)] | None = None


Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


class Due(LayoutPart, frozen=True):
    """When a file of the layout must have come: by this time on these days, in this zone. Once a day at most."""

    by: Annotated[
        str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", description='a time in quotes, such as "09:30"')
    ]
    time_zone: str = "UTC"
    days: Annotated[tuple[Weekday, ...], Meta(min_length=1)] = ("Mon", "Tue", "Wed", "Thu", "Fri")

    @property
    def hour(self) -> int:
        """The hour of ``by``."""
        return int(self.by[:2])

    @property
    def minute(self) -> int:
        """The minute of ``by``."""
        return int(self.by[3:])


class SampleResult(LayoutPart, frozen=True):
    """What the sample beside the layout comes to: rows, lines skipped and joined, sums, errors and warnings by code.

    ``file_name`` is the name it arrives by, where the layout captures something from it.
    """

    accepted: int
    totals: dict[str, str]
    rejected: int = 0
    dropped: int = 0
    skipped: int = 0
    joined: int = 0
    errors: dict[str, int] = msgspec.field(default_factory=dict)
    warnings: dict[str, int] = msgspec.field(default_factory=dict)
    file_name: str = ""


class Layout(LayoutPart, frozen=True):
    """One file layout of one partner. ``mapping`` has the canonical record's column names as keys.

    ``derived``: fields that are made of others.
    ``record_path``: where the records of a JSON document are. Of several paths, a field is in the records of all, or in
    those of one that its name leads through.
    ``ignored_arrays``: paths of arrays of objects in a JSON document that nobody needs to read.
    ``sections``: lines with the captured facts stand above each of several groups of rows, such as one account's.
    ``continuation_lines``: lines without a date and an amount, whose text belongs to the row above.
    ``delivery``: captures that make files of the layout the same delivery where their facts are equal, so that a newer
    file takes the place of an older one; without any, files of the same key are.
    ``running_balance``: ``balance_after`` continues from row to row, the oldest first (``ascending``) or the newest.
    ``due``: when a file must have come, else people are alerted.
    """

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
    record_path: str | Annotated[tuple[str, ...], Meta(min_length=2)] = ""
    json_lines: bool = False
    ignored_arrays: tuple[str, ...] = ()
    captures: tuple[Capture, ...] = ()
    derived: tuple[Derived, ...] = ()
    sections: bool = False
    continuation_lines: ContinuationLines | None = None
    delivery: tuple[str, ...] = ()
    drop: tuple[Predicate, ...] = ()
    limits: Limits = Limits()
    running_balance: Literal["ascending", "descending"] | None = None
    due: Due | None = None

    @property
    def record_paths(self) -> tuple[str, ...]:
        """All paths to records of a JSON document: none where each line is a record."""
        if isinstance(self.record_path, str):
            return (self.record_path,) if self.record_path else ()
        return self.record_path

    def list_of(self, name: str) -> str:
        """Return the record path, of several, in whose records alone the file's field ``name`` is; else nothing."""
        paths = self.record_paths
        return next((path for path in paths if within(name, path)), "") if len(paths) > 1 else ""

    def lists_of(self, name: str) -> frozenset[str]:
        """Return the record paths in whose records the field ``name``, or one that it is made of, may have a value."""
        own = {self.list_of(of) for of in self.file_fields(name)}
        return frozenset(self.record_paths) if "" in own else frozenset(own)

    @property
    def tells_lists_apart(self) -> bool:
        """Whether the records of several lists are read in different ways."""
        by_list = any(isinstance(function, AmountByList) for function in self.mapping.values())
        return by_list or any(map(self.list_of, self.names))

    def is_outer(self, name: str) -> bool:
        """Return whether the file's field ``name`` is around the records."""
        return is_outer(name) and not self.list_of(name)

    def steps(self, name: str) -> tuple[str, ...]:
        """Return the names that lead to the file's field ``name`` within the record, or beside it."""
        return steps(name, self.list_of(name))

    @property
    def names(self) -> tuple[str, ...]:
        """The fields' names in the file's order."""
        return tuple(field.name for field in self.schema.fields)

    @property
    def known_names(self) -> frozenset[str]:
        """The names of the file's fields and of the derived ones."""
        return frozenset(field.name for field in self.all_fields)

    @property
    def header(self) -> tuple[str, ...]:
        """The header's cells in the file's order."""
        return tuple(field.header_cell for field in self.schema.fields)

    @property
    def header_breaks(self) -> int:
        """How many line breaks stand in the header's cells."""
        patterns = (field.header_pattern or "" for field in self.schema.fields)
        return "".join(self.header).count("\n") + sum(pattern.count(r"\n") for pattern in patterns)

    @property
    def fewest_cells(self) -> int:
        """How many cells a row has at least: all but the optional ones at its end."""
        required = (number for number, field in enumerate(self.schema.fields, 1) if not field.optional)
        return max(required, default=0)

    def fewest_cells_below(self, header_cells: int) -> int:
        """How many cells a row has at least below a header of so many ``header_cells``."""
        ends_early = any(field.optional == "inRows" for field in self.schema.fields)
        return self.fewest_cells if ends_early else header_cells

    @property
    def captured_names(self) -> frozenset[str]:
        """The names of all facts that are captured."""
        return self.names_in_header.union(capture.name for capture in self.captures)

    @property
    def names_in_file_name(self) -> frozenset[str]:
        """The names of the facts that are captured in the file's name."""
        return frozenset(capture.name for capture in self.captures if capture.source == "fileName")

    @property
    def names_above_rows(self) -> frozenset[str]:
        """The names of the facts that are captured above the header or in it."""
        return self.captured_names - self.names_in_file_name

    @property
    def captures_used(self) -> tuple[str, ...]:
        """The captures that the mapping uses, in alphabetical order."""
        used = {function.capture for function in self.mapping.values() if isinstance(function, Captured)}
        dated = (field for field in self.all_fields if isinstance(field, DateField | DateTimeField))
        closing = {field.closing.capture for field in dated if field.closing}
        joined = {name for derived in self.derived for name in derived.of if name not in self.names}
        return tuple(sorted(used | closing | joined))

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The file's fields, and those that are derived from them."""
        return (*self.schema.fields, *(derived.field for derived in self.derived))

    def derivation(self, name: str) -> Derived | None:
        """Return what the field ``name`` is made of; None if it is one of the file's."""
        return next((derived for derived in self.derived if derived.field.name == name), None)

    def file_fields(self, name: str) -> tuple[str, ...]:
        """Return the file's fields of which the field ``name`` is made: itself, if it is one."""
        made = self.derivation(name)
        return tuple(of for of in made.of if of in self.names) if made else (name,)

    @property
    def names_in_header(self) -> frozenset[str]:
        """The names of the facts that are captured in the header."""
        patterns = (field.header_pattern for field in self.schema.fields if field.header_pattern)
        return frozenset(name for pattern in patterns for name in group_names(pattern))

    @property
    def conditions(self) -> Iterator[tuple[str, Condition]]:
        """Each condition of ``drop`` with the path of its key."""
        for number, predicate in enumerate(self.drop):
            yield f"drop[{number}]", predicate
            yield from ((f"drop[{number}].also[{place}]", also) for place, also in enumerate(predicate.also))

    def field(self, name: str) -> Field:
        """Return the field ``name``; KeyError if there is none."""
        return {field.name: field for field in self.all_fields}[name]
