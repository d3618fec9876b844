"""The report on one file: what became of it, and why, for people and for programs. It quotes no customer data."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Self

import msgspec

from transactions.codes import FileCode, RowCode, WarningCode
from transactions.masking import masked_name
from transactions.results import (
    Counts,
    ErrorCount,
    ErrorExample,
    Exclusion,
    FileFormat,
    SkippedLine,
    Source,
    Total,
    Validation,
    Verdict,
)

REPORTS = "reports"
_UNKNOWN = "unknown"


class FileFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The file as it arrived. Account numbers in its name are masked."""

    file_id: str
    name: str
    partner: str
    format: FileFormat
    size: int
    sha256: str
    received_at: datetime


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """Why the file as a whole is rejected. ``reason`` says it of this file: cause and cure in one sentence."""

    code: str
    meaning: str
    cure: str
    reason: str


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """Parts of the records read, from 0 to 1, to six decimals. All are 0 where nothing was read."""

    accepted: float = 0
    rejected: float = 0
    dropped: float = 0

    @classmethod
    def from_counts(cls, counts: Counts) -> Self:
        """Divide ``counts``."""
        if not counts.read:
            return cls()
        parts = (counts.accepted, counts.rejected, counts.dropped)
        accepted, rejected, dropped = (round(part / counts.read, 6) for part in parts)
        return cls(accepted=accepted, rejected=rejected, dropped=dropped)


class ReportedError(msgspec.Struct, frozen=True, kw_only=True):
    """All errors, or warnings, of one code, with the first of them. A row can have several."""

    code: str
    meaning: str
    cure: str
    count: int
    examples: tuple[ErrorExample, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The report on one file. ``rejection`` is None unless the verdict is REJECTED; ``layout`` is empty if none fits.

    ``totals`` and the booking dates (ISO 8601, empty where there are none) cover the accepted rows. Of a rejected file
    they give what was counted; nothing of it is published. ``rejected_totals`` cover the rejected rows whose amount and
    currency could be read exactly; ``rejected_without_amount`` is the number of the others. ``dropped_by`` and
    ``skipped_by`` are the rules of the layout that excluded rows and lines. A report of before has neither.
    """

    verdict: Verdict
    file: FileFacts
    layout: str
    rejection: Rejection | None
    counts: Counts
    shares: Shares
    totals: tuple[Total, ...]
    errors: tuple[ReportedError, ...]
    warnings: tuple[ReportedError, ...] = ()
    skipped_lines: tuple[SkippedLine, ...] = ()
    joined_lines: tuple[SkippedLine, ...] = ()
    dropped_by: tuple[Exclusion, ...] = ()
    skipped_by: tuple[Exclusion, ...] = ()
    rejected_totals: tuple[Total, ...] = ()
    rejected_without_amount: int = 0
    first_booking_date: str = ""
    last_booking_date: str = ""

    @classmethod
    def from_validation(cls, validation: Validation, source: Source) -> Self:
        """Report on the file that ``validation`` judged."""
        return cls(
            verdict=validation.verdict,
            file=FileFacts(
                file_id=source.file_id,
                name=masked_name(source.file_name),
                partner=source.partner,
                format=source.format,
                size=validation.size,
                sha256=validation.sha256,
                received_at=source.received_at,
            ),
            layout=validation.layout,
            rejection=_rejection(validation),
            counts=validation.counts,
            shares=Shares.from_counts(validation.counts),
            totals=validation.totals,
            errors=_reported(validation.errors, RowCode, validation.examples),
            warnings=_reported(validation.warnings, WarningCode, validation.examples),
            skipped_lines=validation.skipped_lines,
            joined_lines=validation.joined_lines,
            dropped_by=validation.dropped_by,
            skipped_by=validation.skipped_by,
            rejected_totals=validation.rejected_totals,
            rejected_without_amount=(
                validation.counts.rejected - sum(total.count for total in validation.rejected_totals)
            ),
            first_booking_date=validation.first_booking_date,
            last_booking_date=validation.last_booking_date,
        )

    def path(self, extension: str) -> str:
        """Return where the report belongs below the output: by partner, under the file's id.

        The reports on files of partners without a layout lie together: only a known partner's name is sure to be short
        and plain.
        """
        unknown = self.rejection and self.rejection.code == FileCode.UNKNOWN_PARTNER
        return f"{REPORTS}/{_UNKNOWN if unknown else self.file.partner}/{self.file.file_id}.{extension}"

    def json(self) -> bytes:
        """Write the report for programs."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)


def _rejection(validation: Validation) -> Rejection | None:
    if not validation.reason_code:
        return None
    code = FileCode[validation.reason_code]
    return Rejection(code=code.value, meaning=code.meaning, cure=code.cure, reason=validation.reason)


def _reported(
    found: Iterable[ErrorCount], codes: type[RowCode | WarningCode], examples: Iterable[ErrorExample]
) -> tuple[ReportedError, ...]:
    """Put the most frequent code first."""
    first = {code: tuple(shown) for code, shown in groupby(examples, lambda example: example.code)}
    reported = (
        ReportedError(
            code=error.code,
            meaning=codes[error.code].meaning,
            cure=codes[error.code].cure,
            count=error.count,
            examples=first.get(error.code, ()),
        )
        for error in found
    )
    return tuple(sorted(reported, key=lambda error: (-error.count, error.code)))
