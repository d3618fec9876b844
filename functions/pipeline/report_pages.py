"""The page of a file's report: what was found in the file, below what became of it."""

import msgspec

from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from transactions.reports.page import Notice, grouped, page
from transactions.reports.report import Report


def report_page(found: bytes, row: AuditRow) -> bytes:
    """Write the page of a report (JSON) for a file with this row; msgspec.ValidationError if it is no report."""
    return page(msgspec.json.decode(found, type=Report), notice(row), overlaps_sentence(row)).encode()


def json_key(page_key: str) -> str:
    """Name the object that holds the report for programs."""
    return f"{page_key.removesuffix('.html')}.json"


def notice(row: AuditRow) -> Notice | None:
    """Say that nothing of the file is published, and why; None of a published file."""
    return None if row.published else Notice(status=row.status, reason=_reason(row))


def overlaps_sentence(row: AuditRow) -> str:
    """Say how many rows of a published file other files have too; nothing where none has any."""
    if not row.published or not row.rows_in_other_files:
        return ""
    rows, files = counted(row.rows_in_other_files, "row"), counted(row.overlapping_file_count, "other file")
    differing = f", {grouped(str(row.conflicting_rows))} of them with another amount or currency"
    conflicts = differing if row.conflicting_rows else ""
    return f"{rows} also in {files}{conflicts}. The ledger counts each transaction once."


def counted(number: int, what: str) -> str:
    """Say how many there are of something, the number grouped as everywhere on a page."""
    return f"{grouped(str(number))} {what}" if number == 1 else f"{grouped(str(number))} {what}s"


def _reason(row: AuditRow) -> str:
    match row.status:
        case FileStatus.DUPLICATE:
            return f"Its content is that of file {row.duplicate_of}, which came first."
        case FileStatus.SUPERSEDED if row.superseded_by:
            return f"File {row.superseded_by} has taken its place."
        case FileStatus.SUPERSEDED:
            return "A newer version of it came first."
        case _:
            return ""
