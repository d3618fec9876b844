"""The entry point of ``etl``. A command is a function in a module of its own, and one line here."""

import sys

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli.athena import QueryError
from cli.check import CheckCommand, check
from cli.demo.command import demo
from cli.layouts import layouts
from cli.status import StackNotFoundError, status
from cli.waiting import NotInTimeError
from local.cdk import CdkError
from local.lifecycle import EmulatorError

_EXPECTED_ERRORS = (BotoCoreError, CdkError, ClientError, EmulatorError, NotInTimeError, QueryError, StackNotFoundError)
"""Failures that a person can act on by their message; a traceback would only hide it."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Partner banks' transaction files, from upload to Athena.

    Start with [bold]etl demo[/]: it needs no AWS account. [bold]etl check[/] needs none either: it judges a file on
    this machine.

    [bold]etl status[/] works on the deployment that the environment's AWS settings reach: an AWS account, or the
    embedded AWS of [bold]make local[/], which prints what to export.""",
)
app.command()(demo)
app.command()(status)
app.command(cls=CheckCommand)(check)
app.add_typer(layouts)


def main() -> None:
    """Run the command line; an expected failure ends in one message and exit code 1."""
    try:
        app()
    except _EXPECTED_ERRORS as error:
        sys.exit(f"error: {error}")
