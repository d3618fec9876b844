"""``etl audit``."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.console import make_console
from cli.documents import FileDocument, file_document
from cli.finding import FileArgument, find_versions
from cli.fitting import Name
from cli.options import AsJson, Suffix, print_json
from cli.tables import amount, count, counted, heading, make_table, overlaps, remark, seconds, short_id, status_text
from deployment.connection import connect
from deployment.pipeline import Pipeline
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from transactions.results import ErrorCount, WrittenObject


class Trail(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known about a file: its audit row, its objects, its other versions, and files of the same content.

    ``delivery`` are the other files of its delivery, where its layout declares one; ``overlapping`` are the files that
    already had some of its transactions when it was completed.
    """

    row: FileDocument
    raw: str
    objects: tuple[WrittenObject, ...]
    versions: tuple[FileDocument, ...]
    delivery: tuple[FileDocument, ...]
    duplicates: tuple[FileDocument, ...]
    overlapping: tuple[FileDocument, ...]


def audit(
    file: FileArgument,
    suffix: Suffix = "dev",
    *,
    as_json: AsJson = False,
) -> None:
    """Show everything known about a file: history, figures, lineage, other versions, delivery, duplicates, overlaps.

    \b
    etl audit incoming/alpine/october.csv
    etl audit october.csv
    etl audit 5f70bf18a086 --json
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    found = trail(connect(suffix), file)
    if as_json:
        print_json(found)
    else:
        _show(make_console(), found)


def trail(pipeline: Pipeline, file: str) -> Trail:
    """Collect what is known about a file id, or the latest version of a key; UsageError if there is no such file."""
    row = find_versions(pipeline, file)[-1]
    raw = f"s3://{pipeline.outputs['RawBucket']}/{row.key}"
    versions = pipeline.audit.of_key(pipeline.outputs["RawBucket"], row.key)
    return Trail(
        row=file_document(row),
        raw=f"{raw}?versionId={row.version_id}" if row.version_id else raw,
        objects=pipeline.objects(row),
        versions=_documents(version for version in versions if version.file_id != row.file_id),
        delivery=_documents(pipeline.same_delivery(row)),
        duplicates=_documents(pipeline.audit.duplicates_of(row.file_id)),
        overlapping=_documents(pipeline.audit.get(row.overlapping_files).values()),
    )


def _documents(rows: Iterable[AuditRow]) -> tuple[FileDocument, ...]:
    return tuple(map(file_document, rows))


def _show(console: Console, found: Trail) -> None:
    row = found.row
    console.print(_facts(found))
    _section(console, "History (UTC)", _history(row))
    if row.totals:
        title = "Control totals of the accepted rows"
        _section(console, title if row.published else f"{title}, none of which is published", _totals(row))
    if row.errors:
        _section(console, "Errors", _codes(row.errors))
    if row.warnings:
        _section(console, "Warnings, which reject nothing", _codes(row.warnings))
    if found.objects:
        _section(console, "Parquet files of its rows, in the processed bucket", _objects(found.objects))
    if found.versions:
        _section(console, "Other versions of the key", _relatives(found.versions))
    if found.delivery:
        _section(console, "Other files of its delivery", _relatives(found.delivery))
    if found.duplicates:
        _section(console, "The same content came again as", _relatives(found.duplicates))
    if found.overlapping:
        left_out = row.overlapping_file_count - len(found.overlapping)
        more = f" (and {counted(left_out, 'more file')}: etl query overlaps)" if left_out else ""
        _section(console, f"Files that had some of its transactions too{more}", _relatives(found.overlapping))
    if row.status is FileStatus.FAILED:
        file_id = short_id(row.file_id)
        next_step = f"\nnext: etl logs {file_id}; fix the cause, then: etl replay --file-id {file_id}"
        console.print(next_step, style="yellow", soft_wrap=True)


def _section(console: Console, title: str, body: Table) -> None:
    console.print(heading(title))
    console.print(body)


def _facts(found: Trail) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in _labelled(found):
        if value:
            table.add_row(label, Name(value) if label in _NAMES else Text(value))
    return table


_NAMES: Final = frozenset({"file", "raw version", "report", "execution"})


def _labelled(found: Trail) -> Iterator[tuple[str, str]]:
    row = found.row
    yield "file", row.key
    yield "status", row.status
    yield "reason", row.error if row.status is FileStatus.FAILED else row.reason
    yield "failed step", row.failed_step if row.status is FileStatus.FAILED else ""
    yield "request id", row.request_id if row.status is FileStatus.FAILED else ""
    yield "partner", row.partner
    yield "layout", row.layout
    yield "file id", row.file_id
    yield "raw version", found.raw
    yield "size", f"{count(row.size)} bytes"
    yield "uploaded", f"{row.uploaded_at:%Y-%m-%d %H:%M:%S} UTC"
    yield "latency", seconds(row.latency)
    accepted, rejected, dropped = count(row.rows_accepted), count(row.rows_rejected), count(row.rows_dropped)
    yield "rows", f"{count(row.rows_read)} read = {accepted} accepted + {rejected} rejected + {dropped} dropped"
    yield "published", _published(row)
    yield "overlaps", overlaps(row)
    yield "skipped", f"{count(row.lines_skipped)} lines that are no rows" if row.lines_skipped else ""
    yield "joined", f"{count(row.lines_joined)} lines that continue a row" if row.lines_joined else ""
    yield "booking dates", f"{row.first_booking_date} to {row.last_booking_date}" if row.first_booking_date else ""
    yield "report", row.report
    yield "duplicate of", row.duplicate_of
    yield "superseded by", row.superseded_by
    yield "execution", row.execution


def _published(row: AuditRow) -> str:
    why = "" if row.published else ", ".join(filter(None, (row.status, remark(row))))
    return f"{counted(row.rows_published, 'row')}{why and f': {why}'}"


def _history(row: AuditRow) -> Table:
    table = make_table("at", "status", "detail")
    for change in row.history:
        table.add_row(f"{change.at:%Y-%m-%d %H:%M:%S.%f}"[:-3], status_text(change.status), Text(change.detail))
    return table


def _totals(row: AuditRow) -> Table:
    table = make_table("currency", "rows", "sum", numbers=("rows", "sum"))
    for total in row.totals:
        table.add_row(total.currency, count(total.count), amount(total.sum))
    return table


def _codes(found: tuple[ErrorCount, ...]) -> Table:
    table = make_table("code", "times", numbers=("times",))
    for error in found:
        table.add_row(error.code, count(error.count))
    return table


def _objects(objects: tuple[WrittenObject, ...]) -> Table:
    table = make_table("object", "rows", "bytes", numbers=("rows", "bytes"))
    for item in objects:
        table.add_row(Name(item.path), count(item.rows), count(item.size))
    return table


def _relatives(rows: tuple[FileDocument, ...]) -> Table:
    table = make_table("uploaded", "status", "file", "file id")
    for row in rows:
        table.add_row(
            f"{row.uploaded_at:%Y-%m-%d %H:%M:%S}", status_text(row.status), Name(row.key), short_id(row.file_id)
        )
    return table
