"""The pages that people read, full of what is long, rare and hostile."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from cli.overview.overview import CurrencySum
from cli.overview.page import page as overview_page
from cli.verify.report import CheckResult, VerificationReport
from cli.verify.report import page as verification_page
from deployment.verification.check import Verdict
from pipeline.constants import FileStatus
from pipeline.missing_files import AlertedFile
from tests.support.overviews import NOW, listed_file, make_overview, partner_day
from tests.support.reports import make_report
from transactions.codes import FileCode, RowCode, WarningCode
from transactions.reports.page import Notice
from transactions.reports.page import page as report_page
from transactions.reports.report import Rejection, ReportedError
from transactions.results import Counts, ErrorExample, SkippedLine, Total

LONG_NAME: Final = f"2025-10 {'Kontoauszug' * 12} <script>alert(1)</script>.csv"
LONGEST_SUM: Final = f"-{'9876543210' * 3}987.12345"
"""As many digits as a sum can have."""
SUMS: Final = {"CHF": "1234567.50", "JPY": LONGEST_SUM, "KWD": "0.125"}


def _examples(code: str) -> tuple[ErrorExample, ...]:
    return tuple(
        ErrorExample(code=code, line=line, field=field, rule=rule, masked_value=shape)
        for line, field, rule, shape in (
            (2, "amount", 'a number with "." as decimal point and no groups', "9.999,99"),
            (1234567, "counterparty_identification_" * 2, "one of " + ", ".join(["BOOK", "PDNG"] * 12), "x" * 24),
            (1234568, "", "as many cells as the header", "<U+2212>" * 8),
        )
    )


def _findings(codes: type[RowCode | WarningCode]) -> tuple[ReportedError, ...]:
    """Report the first codes, from many errors down to few."""
    return tuple(
        ReportedError(code=code, meaning=code.meaning, cure=code.cure, count=10**power, examples=_examples(code))
        for power, code in zip((9, 6, 3, 0), codes, strict=False)
    )


def _full_report() -> str:
    counts = Counts(read=12_345_678_901, accepted=12_345_670_000, rejected=8_000, dropped=901, skipped=3, joined=1)
    made = make_report("f" * 64, counts, verdict="VALID_WITH_REJECTED_ROWS", layout="alpine-2025")
    told = msgspec.structs.replace(
        made,
        file=msgspec.structs.replace(made.file, name=LONG_NAME),
        totals=tuple(Total(currency=currency, count=4_000_000_000, sum=total) for currency, total in SUMS.items()),
        errors=_findings(RowCode),
        warnings=_findings(WarningCode),
        skipped_lines=tuple(SkippedLine(line=line, masked_value="xxxxxxxx;" * 3) for line in (1, 2, 3)),
        joined_lines=(SkippedLine(line=7, masked_value=";;xxxxx;"),),
        first_booking_date="2025-10-01",
        last_booking_date="2025-10-31",
    )
    return report_page(told, overlaps="2 rows also in 1 other file.")


def _rejected_report() -> str:
    code = FileCode.TOO_MANY_REJECTED
    made = make_report("f" * 64, Counts(read=100, accepted=1, rejected=99), verdict="REJECTED")
    rejection = Rejection(code=code, meaning=code.meaning, cure=code.cure, reason=f"{code.meaning}: {'99%' * 80}.")
    told = msgspec.structs.replace(made, rejection=rejection, errors=_findings(RowCode))
    return report_page(told, Notice(status=FileStatus.REJECTED, reason=""))


def _overview() -> str:
    partners = ("alpine", "obie", "p" * 63, "<b>" * 20)
    listed = [
        listed_file(FileStatus.REJECTED, detail="HEADER_MISMATCH", noteworthy=True, name=LONG_NAME),
        listed_file(FileStatus.FAILED, detail="States.TaskFailed", noteworthy=True, late=True, partner="p" * 63),
        listed_file(rows_rejected=1234567, noteworthy=True, late=True, partner="<b>" * 20),
        *(listed_file(status) for status in FileStatus if status is not FileStatus.REJECTED),
    ]
    told = make_overview(
        days=tuple(
            partner_day(
                days_ago,
                partner,
                files=1234,
                completed=1200,
                rejected=20,
                failed=days_ago % 2,
                late=days_ago % 3,
                missing=1,
                rows_published=12_345_678_901,
                rows_rejected=1_234_567,
            )
            for days_ago in range(3)
            for partner in partners
        ),
        sums=tuple(
            CurrencySum(currency=currency, partner=partner, transactions=4_000_000_000, total=total)
            for currency, total in SUMS.items()
            for partner in (*partners, None)
        ),
        listed=tuple(listed),
        missing=tuple(
            AlertedFile(
                partner="alpine",
                layout="alpine-2025",
                due_at=NOW.astimezone(ZoneInfo("Europe/Zurich")) - timedelta(days=day),
            )
            for day in range(3)
        ),
    )
    return overview_page(told, {listed[0].file_id: "reports/f.html"})


def _quiet_overview() -> str:
    days = (partner_day(files=1, completed=1, rows_published=40),)
    return overview_page(make_overview(days=days, listed=(listed_file(),)), {})


def _verification() -> str:
    results = tuple(
        CheckResult(
            name=f"check-{verdict}", claim="A claim. " * 9, verdict=verdict, found="f" * 99, cure="Do this. " * 9
        )
        for verdict in Verdict
    )
    return verification_page(
        VerificationReport(
            run="r" * 12, stack="etl-pipeline-test", account="1" * 12, embedded=False, verified_at=NOW, results=results
        )
    )


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "report": _full_report,
    "rejected report": _rejected_report,
    "overview": _overview,
    "quiet overview": _quiet_overview,
    "verification": _verification,
}
"""Each page by its name; what writes it."""
