"""Overviews of a deployment that no test has asked for."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cli.overview.overview import ListedFile, Overview, PartnerDay
from pipeline.constants import FileStatus

NOW = datetime(2025, 11, 3, 7, 10, tzinfo=UTC)
"""When they were written: a Monday."""


def partner_day(days_ago: int = 0, partner: str = "alpine", **figures: int) -> PartnerDay:
    """Make the figures of a partner's day."""
    return PartnerDay(day=NOW.date() - timedelta(days=days_ago), partner=partner, **figures)


def listed_file(status: FileStatus = FileStatus.COMPLETED, **facts: Any) -> ListedFile:
    """Make a file of alpine's with a report."""
    known: dict[str, Any] = {
        "file_id": "f" * 64,
        "partner": "alpine",
        "name": "october.csv",
        "detail": "",
        "uploaded_at": NOW,
        "late": False,
        "noteworthy": False,
        "rows_accepted": 40,
        "rows_rejected": 0,
        "report": "reports/alpine/f.html",
    }
    return ListedFile(status=status, **(known | facts))


def make_overview(**facts: Any) -> Overview:
    """Make an overview of two weeks in which nothing came."""
    known: dict[str, Any] = {
        "stack": "etl-pipeline-test",
        "written_at": NOW,
        "first_day": NOW.date() - timedelta(days=13),
        "last_day": NOW.date(),
        "days": (),
        "sums": (),
        "listed": (),
        "missing": None,
    }
    return Overview(**(known | facts))
