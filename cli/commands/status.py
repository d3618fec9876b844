"""``etl status``."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.console import make_console
from cli.documents import row_document
from cli.options import AsJson, Suffix, duration, print_json
from cli.tables import OUTCOME_COLUMNS, counted, file_text, make_table, outcome_cells, remark, seconds, status_text
from deployment.audit import AuditTable
from deployment.connection import connect
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus

_WATCH_SECONDS: Final = 2.0
_LATELY: Final = timedelta(hours=24)


def status(
    only: Annotated[
        list[FileStatus] | None, typer.Option("--status", case_sensitive=False, help="Only files with this status.")
    ] = None,
    partner: Annotated[str | None, typer.Option(help="Only this partner's files.")] = None,
    since: Annotated[
        timedelta | None,
        typer.Option(parser=duration, metavar="15m|24h|7d", help="Only files that changed within this time (24h)."),
    ] = None,
    older_than: Annotated[
        timedelta | None,
        typer.Option(parser=duration, metavar="15m|24h|7d", help="Only files that have not changed for this time."),
    ] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many files, the latest.")] = 50,
    suffix: Suffix = "dev",
    watch: Annotated[bool, typer.Option("--watch", help="Refresh every two seconds, until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the files of a deployment: their status, rows, and time from upload to outcome.

    \b
    etl status                                       the last 24 hours
    etl status --status failed --since 7d            files to be replayed
    etl status --status processing --older-than 15m  files that hang
    etl status --partner alpine --watch              one partner, live
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    audit = connect(suffix).audit
    statuses = tuple(only or FileStatus)

    def look() -> list[AuditRow]:
        now = datetime.now(UTC)
        changed = (now - (since or _LATELY), now - (older_than or timedelta(0)))
        return find(audit, statuses, changed=changed, partner=partner, limit=limit)

    if as_json:
        print_json(list(map(row_document, look())))
    elif watch:
        _watch(look)
    else:
        make_console().print(_view(look(), limit))


def find(
    audit: AuditTable,
    statuses: Iterable[FileStatus],
    *,
    changed: tuple[datetime, datetime],
    partner: str | None,
    limit: int,
) -> list[AuditRow]:
    """Read the latest ``limit`` rows of these statuses, by the status index: the table is never read as a whole."""
    rows = [row for one in statuses for row in audit.of_status(one, changed=changed, partner=partner, limit=limit)]
    return sorted(rows, key=lambda row: row.changed_at)[-limit:]


def _watch(look: Callable[[], list[AuditRow]]) -> None:
    console = make_console()
    with Live(console=console, auto_refresh=False, screen=console.is_terminal) as live:
        try:
            while True:
                live.update(_view(look(), max(1, console.height - 6)), refresh=True)
                time.sleep(_WATCH_SECONDS)
        except KeyboardInterrupt:
            return


def _view(rows: list[AuditRow], limit: int) -> RenderableType:
    counts = Counter(row.status for row in rows)
    found = ", ".join(f"{counts[status]} {status}" for status in sorted(counts))
    return Group(_table(rows[-limit:]), Text(f"{counted(len(rows), 'file')}: {found}" if rows else "no file"))


def _table(rows: list[AuditRow]) -> Table:
    table = make_table(
        "uploaded (UTC)", "file", "status", *OUTCOME_COLUMNS, "latency", numbers=(*OUTCOME_COLUMNS, "latency")
    )
    for row in rows:
        table.add_row(
            f"{row.uploaded_at:%m-%d %H:%M:%S}",
            file_text(row.key, remark(row)),
            status_text(row.status),
            *outcome_cells(row),
            seconds(row.latency),
        )
    return table
