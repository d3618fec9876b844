"""``etl withdraw``."""

from typing import Annotated

import typer

from cli.console import make_console
from cli.documents import file_document
from cli.exit_codes import ExitCode
from cli.finding import FileArgument, find_row
from cli.options import AsJson, Suffix, UsageError, print_json
from cli.tables import counted, short_id
from deployment.connection import connect
from deployment.pipeline import Pipeline
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from transactions.masking import masked_name


def withdraw(
    file: FileArgument,
    reason: Annotated[str, typer.Option(help="The reason, for the file's history.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    suffix: Suffix = "dev",
    as_json: AsJson = False,
) -> None:
    """Remove a published file's rows from the tables; the file's history says who did it and why.

    To publish the file again, submit it again. Its duplicates stay DUPLICATE, and an older file that it replaced stays
    SUPERSEDED: submit the file that is to be published.

    \b
    etl withdraw 4f1c9a0b22de --reason "sent by mistake"
    etl withdraw october.csv --reason "test data" --yes --json
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    pipeline = connect(suffix)
    row = _published_row(pipeline, file)
    if not reason.strip():
        raise UsageError("--reason is empty: say why, for those who look at the history")
    rows, name = counted(row.rows_accepted, "row"), masked_name(row.key)
    if not yes:
        typer.confirm(f"Withdraw {rows} of {name} ({short_id(row.file_id)})?", abort=True, err=as_json)
    pipeline.withdrawals.withdraw(row, reason)
    after = pipeline.audit.get([row.file_id])[row.file_id]
    if as_json:
        print_json(file_document(after))
    else:
        make_console().print(f"{after.status}: {rows} of {name} withdrawn", markup=False, soft_wrap=True)
    raise typer.Exit(ExitCode.OK if after.status is FileStatus.WITHDRAWN else ExitCode.NOTICE)


def _published_row(pipeline: Pipeline, file: str) -> AuditRow:
    """Return the row of a file that has rows, or whose withdrawal may be unfinished; UsageError of any other."""
    row = find_row(pipeline, file)
    if not row.published and row.status is not FileStatus.WITHDRAWN:
        file_id = short_id(row.file_id)
        raise UsageError(f"{file_id} is {row.status}, and has no rows to withdraw: see 'etl audit {file_id}'")
    return row
