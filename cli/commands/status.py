"""``etl status``."""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.console import make_console
from cli.documents import file_document
from cli.options import AsJson, Suffix, UsageError, duration, print_json
from cli.partners import PartnerFilter, require_partner
from cli.tables import (
    OUTCOME_COLUMNS,
    count,
    counted,
    file_text,
    make_table,
    outcome_cells,
    remark,
    seconds,
    status_text,
)
from deployment.audit import AuditTable
from deployment.connection import connect
from pipeline.audit_row import AuditRow
from pipeline.constants import BEGINNING, FileStatus

_WATCH_SECONDS: Final = 2.0
_LATELY: Final = timedelta(hours=24)
_STATUSES: Final = ", ".join(status.lower() for status in FileStatus)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The latest files that were asked for, and how many there are of each status."""

    rows: list[AuditRow]
    counts: Mapping[FileStatus, int]
    first: datetime = BEGINNING
    """Files that have not changed since then were not asked for."""


def status(
    only: Annotated[
        list[FileStatus] | None,
        typer.Option(
            "--status", case_sensitive=False, metavar="STATUS", help=f"Only files with this status: {_STATUSES}."
        ),
    ] = None,
    partner: PartnerFilter = None,
    since: Annotated[
        timedelta | None,
        typer.Option(
            parser=duration,
            metavar="TIME",
            help="Only files that changed within this time: 15m, 24h, 7d; by default 24h, with --older-than any.",
        ),
    ] = None,
    older_than: Annotated[
        timedelta | None,
        typer.Option(
            parser=duration, metavar="TIME", help="Only files that have not changed for this time: 15m, 24h, 7d."
        ),
    ] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many files, the latest.")] = 50,
    suffix: Suffix = "dev",
    watch: Annotated[bool, typer.Option("--watch", help="Refresh every two seconds, until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the files of a deployment: their status, rows, and time from upload to outcome.

    \b
    # files that changed within 24 hours
    etl status
    # files to be replayed
    etl status --status failed --since 7d
    # files that hang
    etl status --status processing --older-than 15m
    # one partner's files, refreshed
    etl status --partner alpine --watch
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    if watch and as_json:
        raise UsageError("--watch is for the terminal: leave it out with --json")
    longest, shortest = _ages(since, older_than)
    pipeline = connect(suffix)
    require_partner(pipeline, partner)
    audit, statuses = pipeline.audit, tuple(only or FileStatus)

    def changed() -> tuple[datetime, datetime]:
        now = datetime.now(UTC)
        return _before(now, longest), _before(now, shortest)

    def look(limit: int) -> Seen:
        times = changed()
        rows = find(audit, statuses, changed=times, partner=partner, limit=limit)
        if len(rows) < limit:
            return Seen(rows=rows, counts=Counter(row.status for row in rows), first=times[0])
        counts = {one: audit.count(one, changed=times, partner=partner) for one in statuses}
        return Seen(rows=rows, counts=counts, first=times[0])

    if as_json:
        rows = find(audit, statuses, changed=changed(), partner=partner, limit=limit)
        print_json(list(map(file_document, rows)))
    elif watch:
        _watch(look)
    else:
        make_console().print(_view(look(limit)))


def _ages(since: timedelta | None, older_than: timedelta | None) -> tuple[timedelta, timedelta]:
    """Return how long ago the files that are asked for may have changed, at most and at least."""
    if older_than is None:
        return since or _LATELY, timedelta(0)
    if since and since <= older_than:
        raise UsageError("no file can be within --since and older than --older-than: give a longer --since, or none")
    return since or timedelta.max, older_than


def _before(now: datetime, time: timedelta) -> datetime:
    return now - min(time, now - BEGINNING)


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


def _watch(look: Callable[[int], Seen]) -> None:
    console = make_console()
    with Live(console=console, auto_refresh=False, screen=console.is_terminal) as live:
        try:
            while True:
                live.update(fitting_view(console, look(console.height)), refresh=True)
                time.sleep(_WATCH_SECONDS)
        except KeyboardInterrupt:
            return


def fitting_view(console: Console, seen: Seen) -> RenderableType:
    """Show as many of the latest files as the terminal has lines for, and the summary."""

    def view(number: int) -> RenderableType:
        return _view(replace(seen, rows=seen.rows[-number:]))

    def overflows(number: int) -> bool:
        return len(console.render_lines(view(number))) > console.height

    fitting = bisect_left(range(1, len(seen.rows) + 1), x=True, key=overflows)
    return view(max(1, fitting))


def _view(seen: Seen) -> RenderableType:
    return Group(_table(seen.rows), Text(_summary(seen))) if seen.rows else Text(_nothing(seen.first))


def _nothing(first: datetime) -> str:
    if first <= BEGINNING:
        return "no such file"
    return f"no such file has changed since {first:%Y-%m-%d %H:%M} UTC; a longer --since looks further back"


def _summary(seen: Seen) -> str:
    found = ", ".join(f"{count(number)} {status}" for status, number in sorted(seen.counts.items()) if number)
    # The index is read twice, and files change in between.
    total = max(sum(seen.counts.values()), len(seen.rows))
    latest = f"; the latest {count(len(seen.rows))} shown" if total > len(seen.rows) else ""
    return f"{counted(total, 'file')}: {found}{latest}"


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
