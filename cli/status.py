"""``etl status``."""

from collections import Counter
from typing import Annotated

import boto3
import typer
from botocore.exceptions import ClientError
from rich.table import Table

from cli.audit import AuditRow
from cli.console import make_console
from cli.pipeline import Pipeline
from cli.tables import ROWS_COLUMNS, file_text, make_table, rows_cells, seconds, status_text
from etl.names import REGION, Names
from etl.statuses import FileStatus
from local.stack import DeployedStack


class StackNotFoundError(Exception):
    """There is no deployment of this suffix where the environment's AWS settings point."""


def status(
    suffix: Annotated[str, typer.Option(help="The deployment's environmentSuffix.")] = "dev",
    only: Annotated[FileStatus | None, typer.Option(help="Show only files of this status.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Show that many of the latest uploads.")] = 50,
) -> None:
    """Show the files of a deployment: their status, rows, and time from upload to outcome.

    Reads the whole audit table of the deployment that the environment's AWS settings reach.
    """
    rows = _pipeline(suffix).audit.rows()
    shown = [row for row in rows if only in {None, row.status}][-limit:]
    console = make_console()
    console.print(_table(shown))
    counts = Counter(row.status for row in rows)
    console.print(f"{len(shown)} of {len(rows)} files: " + ", ".join(f"{counts[s]} {s}" for s in sorted(counts)))


def _pipeline(suffix: str) -> Pipeline:
    stack = DeployedStack(boto3.Session(region_name=REGION), Names(suffix=suffix).stack)
    try:
        return Pipeline(stack)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise StackNotFoundError(
                f"no stack {stack.name} in {REGION}: deploy it, or name another --suffix"
            ) from error
        raise


def _table(rows: list[AuditRow]) -> Table:
    table = make_table("uploaded", "file", "status", *ROWS_COLUMNS, "latency", numbers=(*ROWS_COLUMNS, "latency"))
    for row in rows:
        remark = row.reason or row.error
        table.add_row(
            f"{row.uploaded_at:%m-%d %H:%M:%S}",
            file_text(row.key, remark),
            status_text(row.status),
            *rows_cells(row),
            seconds(row.latency),
        )
    return table
