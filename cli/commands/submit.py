"""``etl submit``."""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from cli.console import PrintableConsole, make_console
from cli.documents import row_document
from cli.exit_codes import ExitCode
from cli.options import AsJson, Suffix, UsageError, print_json
from cli.progress import progress
from cli.tables import OUTCOME_COLUMNS, file_text, make_table, outcome_cells, remark, seconds, status_text
from cli.upload_names import ignored, is_ignored
from deployment.connection import connect
from deployment.pipeline import Pipeline, Upload
from pipeline.audit_row import AuditRow
from pipeline.constants import INCOMING, SERVICE_LEVEL, FileStatus

_PARTNER: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_MINUTES: Final = SERVICE_LEVEL // timedelta(minutes=1)


def submit(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="The files, .csv or .json.")
    ],
    partner: Annotated[str, typer.Option(help="The partner that sends the files.")],
    folder: Annotated[str, typer.Option(help="A folder under the partner's prefix, such as 2025-10.")] = "",
    suffix: Suffix = "dev",
    *,
    wait: Annotated[
        bool, typer.Option("--wait", help=f"Wait for the outcome of every file, at most {_MINUTES} minutes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Upload files as a partner does; --wait waits for their outcome.

    To correct a file, submit it again under the same name: the new version replaces the old one.

    \b
    etl submit october.csv --partner alpine --wait
    etl submit *.json --partner obie --folder 2025-10

    Exit code with --wait: 0: all are completed. 1: some rows were rejected. 2: a file was rejected or failed.
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    keys = {file: key_of(file, partner, folder) for file in files}
    pipeline = connect(suffix)
    console = PrintableConsole(stderr=True, highlight=False) if as_json else make_console()
    uploads = _upload(console, pipeline, keys)
    if not wait:
        if as_json:
            print_json([{"key": upload.key, "file_id": pipeline.file_id(upload)} for upload in uploads])
        else:
            console.print(f"{len(uploads)} uploaded; follow them: etl status --partner {partner} --watch")
        return
    watching: AbstractContextManager[Any] = nullcontext(lambda _: None) if as_json else progress(console, uploads)
    with watching as watch:
        rows = pipeline.settle(uploads, watch=watch, patience=SERVICE_LEVEL.total_seconds())
    outcome = [rows[upload] for upload in uploads]
    if as_json:
        print_json(list(map(row_document, outcome)))
    else:
        _show(console, outcome)
    raise typer.Exit(exit_code(outcome))


def key_of(file: Path, partner: str, folder: str) -> str:
    """Return the key that a partner's file gets in the raw bucket.

    Raises
    ------
    UsageError
        If the pipeline would ignore the file, or could not know its partner.
    """
    if not _PARTNER.fullmatch(partner):
        raise UsageError(f"{partner!r} is no partner: lower-case letters, digits and '-', as in 'etl layout list'")
    if is_ignored(file.name):
        raise UsageError(ignored(file.name))
    return "/".join([INCOMING, partner, *filter(None, folder.split("/")), file.name])


def exit_code(rows: list[AuditRow]) -> ExitCode:
    """Summarize the outcomes of the files."""
    if any(row.status in {FileStatus.REJECTED, FileStatus.FAILED} for row in rows):
        return ExitCode.REFUSED
    return ExitCode.NOTICE if any(row.rows_rejected for row in rows) else ExitCode.OK


def _upload(console: Console, pipeline: Pipeline, keys: Mapping[Path, str]) -> list[Upload]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    uploads = []
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        for file, key in keys.items():
            with bars.open(file, "rb", description=file.name) as content:
                uploads.append(pipeline.upload(key, content))
    return uploads


def _show(console: Console, rows: list[AuditRow]) -> None:
    table = make_table("file", "status", *OUTCOME_COLUMNS, "latency", numbers=(*OUTCOME_COLUMNS, "latency"))
    for row in rows:
        table.add_row(
            file_text(row.key, row.reason or remark(row)),
            status_text(row.status),
            *outcome_cells(row),
            seconds(row.latency),
        )
    console.print(table)
    for row in rows:
        if row.report and (row.rows_rejected or row.status is FileStatus.REJECTED):
            console.print(f"why: etl report {row.file_id}", soft_wrap=True)
        elif row.status is FileStatus.FAILED:
            console.print(f"more: etl audit {row.file_id}; once the cause is mended: etl replay", soft_wrap=True)
