"""Writes the report on a file beside what the pipeline makes of it."""

from typing import Any, Protocol

from transactions.reports.page import page
from transactions.reports.report import Report


class WritesReports(Protocol):
    """The part of the S3 client that writes reports."""

    def put_object(self, **request: Any) -> Any:
        """Write an object."""


def write_report(s3: WritesReports, bucket: str, report: Report) -> str:
    """Write the report for programs, and then the page for people; return the page's key. A rerun overwrites both."""
    s3.put_object(Bucket=bucket, Key=report.path("json"), Body=report.json(), ContentType="application/json")
    key = report.path("html")
    s3.put_object(Bucket=bucket, Key=key, Body=page(report).encode(), ContentType="text/html; charset=utf-8")
    return key
