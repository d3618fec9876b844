"""Show how far the uploads are while they run: a live table on a terminal, a line per change elsewhere."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table

from cli.tables import make_table, seconds, status_text
from deployment.pipeline import Upload
from pipeline.audit_row import AuditRow
from pipeline.constants import INCOMING
from transactions.masking import masked_name

Rows = Mapping[Upload, AuditRow]
Watch = Callable[[Rows], None]


@contextmanager
def progress(console: Console, uploads: list[Upload]) -> Iterator[Watch]:
    """Return a function that is to be shown the rows at every look."""
    if console.is_terminal:
        with Live(_table(uploads, {}), console=console, transient=True, refresh_per_second=4) as live:
            yield lambda rows: live.update(_table(uploads, rows))
    else:
        yield _Lines(console)


def short(key: str) -> str:
    """Leave out the prefix that all uploads share, and mask account numbers."""
    return masked_name(key.removeprefix(f"{INCOMING}/"))


def _table(uploads: list[Upload], rows: Rows) -> Table:
    table = make_table("file", "status", "after", numbers=("after",))
    for upload in uploads:
        row = rows.get(upload)
        if row:
            table.add_row(short(upload.key), status_text(row.status), seconds(row.latency))
        else:
            table.add_row(short(upload.key), "[dim]uploaded", "")
    return table


class _Lines:
    """Prints a line whenever a file's status changes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._seen: dict[Upload, str] = {}

    def __call__(self, rows: Rows) -> None:
        for upload, row in rows.items():
            if self._seen.get(upload) != row.status:
                self._seen[upload] = row.status
                after = f"{time.monotonic() - self._began:6.1f} s"
                self._console.print(f"  {after}  {row.status:<10}  {short(upload.key)}", markup=False)
