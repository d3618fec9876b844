"""``etl report``."""

import webbrowser
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import msgspec
import typer

from cli.finding import FileArgument, find_row
from cli.options import AsJson, Suffix, UsageError, output_file_in
from cli.rejected_rows import export_rejected_rows
from cli.tables import counted, short_id
from deployment.connection import connect
from deployment.pipeline import Pipeline
from pipeline.audit_row import AuditRow
from pipeline.report_pages import json_key, report_page
from transactions.reports.report import Report


def report(
    file: FileArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            callback=output_file_in(".html"),
            help="Write the page to this .html file instead of opening it.",
        ),
    ] = None,
    rows: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            callback=output_file_in(".csv"),
            help="Write all rejected rows to this .csv file, and open no page.",
        ),
    ] = None,
    suffix: Suffix = "dev",
    *,
    as_json: AsJson = False,
) -> None:
    """Open the report page of a file: verdict, counts, sums, and errors with their lines, to send to the partner.

    \b
    etl report incoming/alpine/october.csv
    etl report incoming/alpine/october.csv --out october.html
    etl report incoming/alpine/october.csv --rows rejected.csv
    etl report incoming/alpine/october.csv --json
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    pipeline = connect(suffix)
    row = find_row(pipeline, file)
    if not row.report:
        raise UsageError(f"the file is {row.status} and has no report: see 'etl audit {short_id(row.file_id)}'")
    key = json_key(row.report)
    found = pipeline.processed(key)
    if found is None:
        raise UsageError(f"the report {key} is not in the processed bucket any more")
    if rows:
        _export(pipeline, row, found, rows, err=as_json)
    if out or not (rows or as_json):
        _write_page(found, row, out, err=as_json)
    if as_json:
        typer.echo(found.decode())


def _export(pipeline: Pipeline, row: AuditRow, report: bytes, rows: Path, *, err: bool) -> None:
    if not row.published:
        page = f"'etl report {short_id(row.file_id)}' shows the first lines of each error"
        raise UsageError(f"the file is {row.status}, so that no row of it is in quarantine: {page}")
    count = export_rejected_rows(pipeline, row, msgspec.json.decode(report, type=Report), rows)
    typer.echo(f"{rows} ({counted(count, 'error')})", err=err)


def _write_page(report: bytes, row: AuditRow, out: Path | None, *, err: bool) -> None:
    place = out or Path(mkdtemp(prefix="etl-report-")) / Path(row.report).name
    # The page in S3 follows the outcome within seconds; this one has the file's status of now.
    place.write_bytes(report_page(report, row))
    typer.echo(place, err=err)
    if out is None:
        webbrowser.open(place.as_uri())
