"""What goes into and comes out of the domain. ``msgspec.to_builtins`` turns each into plain JSON values."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from transactions.currencies import MINOR_UNITS

EXAMPLES_PER_CODE = 5
"""How many errors and warnings of each code, and lines skipped and joined, are reported with their line."""

Verdict = Literal["VALID", "VALID_WITH_REJECTED_ROWS", "REJECTED"]
FileFormat = Literal["csv", "json"]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The file as it arrived. ``received_at`` is an aware datetime."""

    file_id: str
    partner: str
    file_name: str
    format: FileFormat
    received_at: datetime


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Records of the file: ``read`` is always the sum of ``accepted``, ``rejected`` and ``dropped``.

    ``skipped`` counts lines, not records: those above a CSV file's header, and those that the layout's dialect skips.
    So does ``joined``: those that continue a row. Blank lines are in none of the counts.
    """

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    dropped: int = 0
    skipped: int = 0
    joined: int = 0


class SkippedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is skipped, or joined to a row: its number in the partner's file, and its shape."""

    line: int
    masked_value: str


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule of the layout excludes: rows that it drops, or lines that it skips.

    ``rule`` is the place of the rule in the layout file, such as ``drop[0]`` or ``dialect.skipLines[1]``, and
    ``condition`` says it in words. ``first`` are the first of the rows or lines; of a dropped row, the shape is that of
    the first cell that the rule looks at.
    """

    rule: str
    condition: str
    count: int
    first: tuple[SkippedLine, ...]


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """A number of rows in one currency, and the exact sum of their signed amounts, in plain digits."""

    currency: str
    count: int
    sum: str


class RecordedTotal(msgspec.Struct, frozen=True, kw_only=True):
    """A control total as it is read back from the audit table: its sum is a number again."""

    currency: str
    count: int
    sum: Decimal


class ErrorCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often one code of a row, or of a warning, occurred."""

    code: str
    count: int


class ErrorExample(msgspec.Struct, frozen=True, kw_only=True):
    """One error or warning: its line in the partner's file, the field, the rule it breaks.

    ``masked_value`` is the value's shape, empty where there is no value. ``field`` is empty for the row as a whole.
    """

    code: str
    line: int
    field: str
    rule: str
    masked_value: str


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one file.

    ``sha256`` and ``size`` (bytes) are of the file as it arrived. ``reason`` is one sentence for people: cause and
    cure, no customer data. ``layout``, ``reason_code`` and ``reason`` are empty where there is none. A rejected file
    still has what was counted before it was rejected. ``content_id`` identifies what the file says and
    ``delivery_id`` the delivery that it is, empty where the layout declares none; both are empty where nothing was
    read. ``warnings`` reject nothing. ``examples`` are the first errors
    and warnings of each code, ``skipped_lines`` and ``joined_lines`` the first lines that are skipped or joined.
    ``dropped_by`` and ``skipped_by`` say which rules of the layout excluded how many rows and lines, each of them
    counted under the first rule that applies. ``rejected_totals`` cover the rejected rows whose amount and currency
    could be read. The booking dates are the first and the last of the accepted rows (ISO 8601), empty where there are
    none.
    """

    verdict: Verdict
    layout: str
    reason_code: str
    reason: str
    sha256: str
    size: int
    counts: Counts
    totals: tuple[Total, ...]
    errors: tuple[ErrorCount, ...]
    warnings: tuple[ErrorCount, ...] = ()
    examples: tuple[ErrorExample, ...] = ()
    skipped_lines: tuple[SkippedLine, ...] = ()
    joined_lines: tuple[SkippedLine, ...] = ()
    dropped_by: tuple[Exclusion, ...] = ()
    skipped_by: tuple[Exclusion, ...] = ()
    rejected_totals: tuple[Total, ...] = ()
    first_booking_date: str = ""
    last_booking_date: str = ""
    content_id: str = ""
    delivery_id: str = ""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """Accepted rows as read back from the Parquet files."""

    count: int
    totals: tuple[Total, ...]


class WrittenObject(msgspec.Struct, frozen=True, kw_only=True):
    """One Parquet file: its path below the output folder, its table, its partition's values, rows and bytes."""

    path: str
    table: str
    partition: tuple[str, ...]
    rows: int
    size: int


class Transformation(msgspec.Struct, frozen=True, kw_only=True):
    """What was transformed (``counts``, ``totals``) and what really lies in the written files (``written``)."""

    layout: str
    counts: Counts
    totals: tuple[Total, ...]
    written: Written
    objects: tuple[WrittenObject, ...]


def plain_amount(amount: Decimal, currency: str) -> str:
    """Write ``amount`` in plain digits with the currency's minor units, and more only where they are not zero.

    >>> plain_amount(Decimal("12.50000"), "EUR")
    '12.50'
    """
    digits = f"{amount:f}"
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0").ljust(MINOR_UNITS[currency], "0")
    return f"{whole}.{fraction}" if fraction else whole
