"""``etl overview``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.console import PrintableConsole, make_console, step
from cli.options import AsJson, Suffix, UsageError, print_json
from cli.overview.asking import Sources
from cli.overview.folder import write
from deployment.connection import deployed_stack
from deployment.pipeline import Pipeline
from transactions.layouts.catalog import shipped_layouts

LATELY: Final = 14
"""Days that the overview covers."""


def overview(
    out: Annotated[
        Path | None,
        typer.Option(file_okay=False, metavar="FOLDER", help="Write index.html and the reports to this folder."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Cover so many days (UTC), today included.")] = LATELY,
    suffix: Suffix = "dev",
    *,
    no_reports: Annotated[bool, typer.Option("--no-reports", help="Write the page alone, without links.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a page on all partners' files: what is to be looked at, files by partner and day, sums by currency.

    The folder needs no server. It contains the reports of the files that the page lists.

    \b
    etl overview --out overview
    etl overview --out overview --days 31 --no-reports
    etl overview --json
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    if out is None and not as_json:
        raise UsageError("there is nothing to write to: give --out FOLDER, or --json")
    stack = deployed_stack(suffix)
    pipeline = Pipeline(stack)
    sources = Sources(
        stack=stack.name, athena=pipeline.athena, alerted=pipeline.missing_files, layouts=shipped_layouts()
    )
    console = PrintableConsole(stderr=True, highlight=False) if as_json else make_console()
    with step(console, "Ask Athena"):
        found = sources.overview(days, datetime.now(UTC))
    if out:
        with step(console, "Write the page"):
            index = write(found, out, None if no_reports else pipeline.processed)
        console.print(str(index), soft_wrap=True)
    if as_json:
        print_json(found)
