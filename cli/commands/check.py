"""``etl check``."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import duckdb
import typer
from rich.console import Console

from cli.checking import ANY_PARTNER, CheckedFile, Choice, check_file, choose
from cli.checking_tables import show
from cli.console import PrintableConsole, make_console
from cli.exit_codes import ExitCode
from cli.options import AsJson
from transactions.errors import EngineError, LayoutError, ReconciliationError
from transactions.results import Verdict

_EXIT_CODES: dict[Verdict, ExitCode] = {
    "VALID": ExitCode.OK,
    "VALID_WITH_REJECTED_ROWS": ExitCode.NOTICE,
    "REJECTED": ExitCode.REFUSED,
}
_FAILURES = (duckdb.Error, EngineError, OSError, ReconciliationError)


def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file to check.")],
    partner: Annotated[
        str | None, typer.Option(help="The partner that sends the file: only its layouts are tried.")
    ] = None,
    layout: Annotated[
        str | None, typer.Option(help="The layout to use: its name, or the path of its YAML file.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="Write the Parquet files and the report to this folder.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check a file on this machine, with the code of the deployed functions and without AWS.

    Without --partner and --layout, all layouts are tried, and exactly one must fit.

    Exit code 0: valid. 1: valid, with rejected rows. 2: the file is rejected. 3: incorrect usage. 4: the check failed.
    """
    errors = PrintableConsole(stderr=True, highlight=False)
    try:
        choice = choose(file, partner=partner, layout=layout)
    except (LayoutError, ValueError) as error:
        errors.print(f"error: {error}", style="red", markup=False)
        raise typer.Exit(ExitCode.USAGE) from error
    try:
        checked = _checked(file, choice, out, errors)
    except _FAILURES as error:
        # The engine's own messages may quote the file: only the kind of the error is shown.
        errors.print(f"error: the check failed ({type(error).__name__}); nothing is said about the file", style="red")
        raise typer.Exit(ExitCode.FAILED) from error
    if choice.partner == ANY_PARTNER and checked.report.rejection:
        errors.print("all layouts were tried: name --partner or --layout for a closer look", style="dim")
    if as_json:
        typer.echo(checked.report.json())
    else:
        show(make_console(), checked, out)
    raise typer.Exit(_EXIT_CODES[checked.report.verdict])


def _checked(file: Path, choice: Choice, out: Path | None, errors: Console) -> CheckedFile:
    """Check ``file``, and keep the written files only if a folder is given."""
    if out:
        return check_file(file, choice, out, errors)
    with TemporaryDirectory() as folder:
        return check_file(file, choice, Path(folder), errors)
