"""The entry point of ``etl``. A command is a function in a module of its own, and one line here."""

import sys

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli.commands.audit import audit
from cli.commands.check import check
from cli.commands.demo import demo
from cli.commands.doctor import doctor
from cli.commands.layout import layouts
from cli.commands.query import query
from cli.commands.replay import replay
from cli.commands.report import report
from cli.commands.status import status
from cli.commands.submit import submit
from cli.commands.verify import verify
from cli.commands.withdraw import withdraw
from cli.exit_codes import ExitCode
from cli.options import Command, UsageError
from cli.rejected_rows import ExportError
from deployment.athena import QueryError
from deployment.connection import StackNotFoundError
from deployment.dead_letters import ReplayError
from deployment.waiting import NotInTimeError
from deployment.withdrawals import WithdrawalError
from local.cdk import CdkError
from local.lifecycle import EmulatorError

_USAGE_ERRORS = (StackNotFoundError, UsageError)
_FAILURES = (
    BotoCoreError,
    CdkError,
    ClientError,
    EmulatorError,
    ExportError,
    NotInTimeError,
    QueryError,
    ReplayError,
    WithdrawalError,
)
"""Errors whose message says what to do; a traceback would only hide it."""

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
    no_args_is_help=True,
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
app.command(rich_help_panel=_FILES, cls=Command)(report)
app.command(rich_help_panel=_FILES, cls=Command)(replay)
app.command(rich_help_panel=_FILES, cls=Command)(withdraw)
app.command(rich_help_panel=_LOOK, cls=Command)(query)
app.command(rich_help_panel=_LOOK, cls=Command)(doctor)
app.command(rich_help_panel=_LOOK, cls=Command)(verify)


def main() -> None:
    """Run the command line; an expected failure ends in one line that says what to do next, and an exit code."""
    try:
        app()
    except _USAGE_ERRORS as error:
        _end(error, ExitCode.USAGE)
    except _FAILURES as error:
        _end(error, ExitCode.FAILED)


def _end(error: Exception, code: ExitCode) -> None:
    print(f"error: {error}", file=sys.stderr)  # noqa: T201 the one message of a command that failed
    sys.exit(code)
