"""Reports on a file that no test has read."""

from datetime import UTC, datetime

from transactions.reports.report import FileFacts, Report, Shares
from transactions.results import Counts, Verdict


def make_report(file_id: str, counts: Counts, *, verdict: Verdict = "VALID", layout: str = "") -> Report:
    """Make the report on a file of alpine's with these figures, and without sums and errors."""
    return Report(
        verdict=verdict,
        file=FileFacts(
            file_id=file_id,
            name="a.csv",
            partner="alpine",
            format="csv",
            size=120,
            sha256="5" * 64,
            received_at=datetime(2025, 11, 3, tzinfo=UTC),
        ),
        layout=layout,
        rejection=None,
        counts=counts,
        shares=Shares.from_counts(counts),
        totals=(),
        errors=(),
    )
