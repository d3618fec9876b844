"""Writes the report on a file beside what the pipeline makes of it."""

from objects import WritesObjects
from transactions.reports.page import page
from transactions.reports.report import Report


def write_report(s3: WritesObjects, bucket: str, report: Report) -> str:
    """Write the report for programs, and then the page for people; return the page's key. A rerun overwrites both."""
    s3.put_object(Bucket=bucket, Key=report.path("json"), Body=report.json(), ContentType="application/json")
    key = report.path("html")
    s3.put_object(Bucket=bucket, Key=key, Body=page(report).encode(), ContentType="text/html; charset=utf-8")
    return key
