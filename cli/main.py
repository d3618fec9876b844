"""The entry point of ``etl``. A command is a function in a module of its own, and one line here."""

import os
import sys
from importlib.metadata import version
from typing import Annotated, Final

import typer

from cli.commands.alerts import alerts
from cli.commands.audit import audit
from cli.commands.check import check
from cli.commands.demo import demo
from cli.commands.doctor import doctor
from cli.commands.info import info
from cli.commands.layout import layouts
from cli.commands.logs import logs
from cli.commands.overview import overview
from cli.commands.query import query
from cli.commands.replay import replay
from cli.commands.report import report
from cli.commands.status import status
from cli.commands.submit import submit
from cli.commands.verify import verify
from cli.commands.withdraw import withdraw
from cli.failures import TRACEBACK, explain
from cli.options import Command, Group, show_help

_INTERRUPTED: Final = 130
"""The exit code of a command that a person ends by Ctrl-C, or does not confirm: that of the shell."""

_HELP = (
    "Partner banks' transaction files, from upload to Athena.\n\n"
    "Start with [bold]etl demo[/], which needs no AWS account. [bold]etl check[/] needs none either: it checks a file"
    " on this machine.\n\n"
    "The other commands work on the deployment that the environment's AWS settings point to: in an AWS account, or in"
    " the embedded AWS of [bold]make local[/], which prints the settings. --suffix, or ETL_SUFFIX, names the"
    " deployment.\n\n"
    "Exit codes: 0: done. 1: done, something needs attention. 2: a file was rejected. 3: incorrect usage. 4: failed."
)

app = typer.Typer(
    cls=Group,
    invoke_without_command=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=_HELP,
)

_TRY, _FILES, _LOOK = "Without AWS", "Files", "Data and health"
app.command(rich_help_panel=_TRY, cls=Command)(demo)
app.command(rich_help_panel=_TRY, cls=Command)(check)
app.add_typer(layouts, rich_help_panel=_TRY)
app.command(rich_help_panel=_FILES, cls=Command)(submit)
app.command(rich_help_panel=_FILES, cls=Command)(status)
app.command(rich_help_panel=_FILES, cls=Command)(audit)
app.command(rich_help_panel=_FILES, cls=Command)(logs)
app.command(rich_help_panel=_FILES, cls=Command)(report)
app.command(rich_help_panel=_FILES, cls=Command)(replay)
app.command(rich_help_panel=_FILES, cls=Command)(withdraw)
app.command(rich_help_panel=_LOOK, cls=Command)(overview)
app.command(rich_help_panel=_LOOK, cls=Command)(query)
app.command(rich_help_panel=_LOOK, cls=Command)(info)
app.command(rich_help_panel=_LOOK, cls=Command)(alerts)
app.command(rich_help_panel=_LOOK, cls=Command)(doctor)
app.command(rich_help_panel=_LOOK, cls=Command)(verify)


@app.callback()
def root(
    context: typer.Context,
    *,
    show_version: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)] = False,
) -> None:
    """Show the version, or without a command the help."""
    if show_version:
        typer.echo(f"etl {version('transaction-pipeline')}")
        raise typer.Exit
    show_help(context)


def main() -> None:
    """Run the command line; a failure ends in one line that says what to do next, and an exit code."""
    try:
        sys.exit(app(prog_name="etl", standalone_mode=False))
    except typer.Abort as abort:
        if isinstance(abort.__context__, EOFError | KeyboardInterrupt):
            # The question is still the terminal's last line.
            typer.echo(err=True)
        _end("not confirmed: nothing is changed", _INTERRUPTED)
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        failure = explain(error)
        _end(failure.line, failure.code)


def _end(line: str, code: int) -> None:
    print(f"error: {' '.join(line.split())}", file=sys.stderr)  # noqa: T201 the one message of a command that failed
    sys.exit(code)
