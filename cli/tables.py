"""Tables that more than one command shows."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.fitting import FittingTable, Name
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from transactions.masking import masked_name

SHORT_ID: Final = 12
"""Digits of a file's id that are shown where the whole would be in the way."""

STYLES: Final = {
    FileStatus.RECEIVED: "dim",
    FileStatus.PROCESSING: "cyan",
    FileStatus.COMPLETED: "green",
    FileStatus.REJECTED: "yellow",
    FileStatus.DUPLICATE: "blue",
    FileStatus.SUPERSEDED: "magenta",
    FileStatus.WITHDRAWN: "magenta",
    FileStatus.FAILED: "bold red",
}


def make_table(*columns: str, numbers: tuple[str, ...] = ()) -> Table:
    """Make an empty table that fits the console; the columns in ``numbers`` are set right, each number on one line."""
    table = FittingTable(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        if column in numbers:
            table.add_column(column, justify="right", no_wrap=True)
        else:
            table.add_column(column, overflow="fold")
    return table


def heading(title: str) -> Text:
    """Make the title of a part of the output."""
    return Text(f"\n{title}", style="bold")


def status_text(status: FileStatus) -> Text:
    """Show a status in its colour."""
    return Text(status.value, style=STYLES[status])


def file_text(key: str, remark: str) -> RenderableType:
    """Show a file's key with account numbers masked, and a remark on it in the next line."""
    name = Name(masked_name(key))
    return Group(name, Text(remark, style="dim")) if remark else name


def short_id(file_id: str) -> str:
    """Show the beginning of a file's id, by which every command finds the file; ``--json`` has the whole."""
    return file_id[:SHORT_ID]


def remark(row: AuditRow) -> str:
    """Say in a few words why a file has its status: the code of a rejection, the file that stands in its place."""
    match row.status:
        case FileStatus.REJECTED:
            return row.detail
        case FileStatus.DUPLICATE:
            return f"same content as {short_id(row.duplicate_of)}"
        case FileStatus.SUPERSEDED:
            return f"replaced by {short_id(row.superseded_by)}" if row.superseded_by else row.detail
        case FileStatus.WITHDRAWN:
            return row.detail
        case FileStatus.FAILED:
            return row.error
        case _:
            rejected = [f"{error.code} ({error.count})" for error in row.errors]
            return ", ".join([*rejected, overlaps(row)] if row.rows_in_other_files else rejected)


def overlaps(row: AuditRow) -> str:
    """Say how many rows of a completed file stood in other files then; nothing where none did."""
    if not row.rows_in_other_files:
        return ""
    conflicts = f", {count(row.conflicting_rows)} of them in conflict" if row.conflicting_rows else ""
    return (
        f"{counted(row.rows_in_other_files, 'row')} in {counted(row.overlapping_file_count, 'other file')}{conflicts}"
    )


def counted(number: int, what: str) -> str:
    """Say how many there are of something: ``1 file``, ``2 files``."""
    return f"{count(number)} {what}" if number == 1 else f"{count(number)} {what}s"


def count(number: int) -> str:
    """Show a count, with spaces between thousands."""
    return f"{number:,}".replace(",", " ")


def amount(number: Decimal | str) -> str:
    """Show an exact amount, every digit of it, with spaces between thousands.

    >>> amount("-1234567.8900")
    '-1 234 567.8900'
    """
    return f"{Decimal(number):,f}".replace(",", " ")


def seconds(time: timedelta | None) -> str:
    """Show a duration in seconds."""
    return "" if time is None else f"{time.total_seconds():.1f} s"


def rows_cells(row: AuditRow) -> tuple[str, ...]:
    """Show how many rows were read, accepted, rejected and dropped."""
    return tuple(map(count, (row.rows_read, row.rows_accepted, row.rows_rejected, row.rows_dropped)))


def outcome_cells(row: AuditRow) -> tuple[str, ...]:
    """Show how many rows were read, accepted, rejected and dropped, and how many can be read now."""
    return (*rows_cells(row), count(row.rows_published))


ROWS_COLUMNS: Final = ("read", "accept", "reject", "drop")
OUTCOME_COLUMNS: Final = (*ROWS_COLUMNS, "publish")
