"""``etl submit``."""

import re
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from cli.console import PrintableConsole, make_console
from cli.documents import file_document
from cli.exit_codes import ExitCode
from cli.fitting import Name
from cli.options import AsJson, Suffix, UsageError, print_json
from cli.partners import complete_partner, require_partner
from cli.progress import progress
from cli.tables import (
    OUTCOME_COLUMNS,
    counted,
    file_text,
    make_table,
    outcome_cells,
    remark,
    seconds,
    short_id,
    status_text,
)
from cli.upload_names import ignored, is_ignored
from deployment.connection import connect
from deployment.pipeline import Pipeline, Upload
from pipeline.audit_row import AuditRow
from pipeline.constants import INCOMING, SERVICE_LEVEL, FileStatus
from transactions.masking import masked_name

_PARTNER: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_MINUTES: Final = SERVICE_LEVEL // timedelta(minutes=1)


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded file, as ``--json`` prints it without ``--wait``."""

    key: str
    file_id: str


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A file that would be uploaded, as ``--dry-run --json`` prints it; ``replaces`` is the latest file of its key."""

    key: str
    replaces: str


def submit(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="The files, .csv or .json."),
    ],
    partner: Annotated[str, typer.Option(help="The partner that sends the files.", autocompletion=complete_partner)],
    folder: Annotated[str, typer.Option(help="A folder under the partner's prefix, such as 2025-10.")] = "",
    suffix: Suffix = "dev",
    *,
    wait: Annotated[
        bool, typer.Option("--wait", help=f"Wait for the outcome of every file, at most {_MINUTES} minutes.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the keys that the files would get, upload none.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Upload files as a partner does; --wait waits for their outcome.

    To correct a file, submit it again under the same name: the new version replaces the old one.

    \b
    etl submit october.csv --partner alpine --wait
    etl submit *.json --partner obie --folder 2025-10
    etl submit october.csv --partner alpine --dry-run

    Exit code with --wait: 0: all are completed. 1: some rows were rejected. 2: a file was rejected or failed.
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    keys = {file: key_of(file, partner, folder) for file in files}
    _refuse_twice(keys)
    pipeline = connect(suffix)
    require_partner(pipeline, partner)
    if dry_run:
        _show_plan([_planned(pipeline, key) for key in keys.values()], as_json=as_json)
        return
    console = PrintableConsole(stderr=True, highlight=False) if as_json else make_console()
    uploads = _upload(console, pipeline, keys)
    if not wait:
        if as_json:
            print_json([Submitted(key=upload.key, file_id=pipeline.file_id(upload)) for upload in uploads])
        else:
            console.print(f"{counted(len(uploads), 'file')} uploaded: etl status --partner {partner} --watch")
        return
    watching: AbstractContextManager[Any] = nullcontext(lambda _: None) if as_json else progress(console, uploads)
    try:
        with watching as watch:
            rows = pipeline.settle(uploads, watch=watch, patience=SERVICE_LEVEL.total_seconds())
    except KeyboardInterrupt:
        console.print(f"what is uploaded is processed all the same: etl status --partner {partner} --watch")
        raise
    outcome = [rows[upload] for upload in uploads]
    if as_json:
        print_json(list(map(file_document, outcome)))
    else:
        _show(console, outcome)
    raise typer.Exit(exit_code(outcome))


def key_of(file: Path, partner: str, folder: str) -> str:
    """Return the key that a partner's file gets in the raw bucket.

    Raises
    ------
    UsageError
        If the pipeline would ignore the file or could not know its partner, or the folder is not below the partner's.
    """
    if not _PARTNER.fullmatch(partner):
        raise UsageError(f"{partner!r} is no partner: lower-case letters, digits and '-', as in 'etl layout list'")
    if is_ignored(file.name):
        raise UsageError(ignored(file.name))
    folders = [part for part in folder.split("/") if part]
    if {".", ".."} & set(folders):
        raise UsageError(f"--folder {folder} is no folder below the partner's: name it as in 2025-10 or 2025/10")
    return "/".join([INCOMING, partner, *folders, file.name])


def _refuse_twice(keys: Mapping[Path, str]) -> None:
    for key, times in Counter(keys.values()).items():
        if times > 1:
            raise UsageError(f"{times} of the files would be {masked_name(key)}, and replace each other: rename them")


def exit_code(rows: list[AuditRow]) -> ExitCode:
    """Summarize the outcomes of the files."""
    if any(row.status in {FileStatus.REJECTED, FileStatus.FAILED} for row in rows):
        return ExitCode.REFUSED
    return ExitCode.NOTICE if any(row.rows_rejected for row in rows) else ExitCode.OK


def next_steps(rows: list[AuditRow]) -> list[str]:
    """Say which command tells more of each file that is not as its sender wants it, and of several, whose it is."""
    steps = []
    for row in rows:
        named = f" ({masked_name(PurePosixPath(row.key).name)})" if len(rows) > 1 else ""
        file_id = short_id(row.file_id)
        if row.report and (row.rows_rejected or row.status is FileStatus.REJECTED):
            steps.append(f"why{named}: etl report {file_id}")
        elif row.status is FileStatus.FAILED:
            steps.append(f"more{named}: etl audit {file_id}; once the cause is fixed: etl replay")
    return steps


def _planned(pipeline: Pipeline, key: str) -> Planned:
    versions = pipeline.audit.of_key(pipeline.outputs["RawBucket"], key)
    return Planned(key=key, replaces=versions[-1].file_id if versions else "")


def _show_plan(plan: list[Planned], *, as_json: bool) -> None:
    if as_json:
        print_json(plan)
        return
    table = make_table("key", "replaces the file")
    for planned in plan:
        table.add_row(Name(masked_name(planned.key)), short_id(planned.replaces))
    console = make_console()
    console.print(table)
    console.print(f"{counted(len(plan), 'file')} would be uploaded: see 'etl check FILE' for the verdict on each")


def _upload(console: Console, pipeline: Pipeline, keys: Mapping[Path, str]) -> list[Upload]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    uploads = []
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        for file, key in keys.items():
            with bars.open(file, "rb", description=masked_name(file.name)) as content:
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
    for step in next_steps(rows):
        console.print(step, soft_wrap=True)
