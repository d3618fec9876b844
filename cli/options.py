"""What the commands have in common."""

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from typer.core import TyperCommand, TyperGroup

from cli.exit_codes import ExitCode

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Command(TyperCommand):
    """A command whose help shows no type beside a flag."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters."""
        return _without_flag_types(super().get_params(ctx))


class Group(TyperGroup):
    """Commands that exit with USAGE on incorrect usage: the usual exit code 2 means a rejected file here."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters."""
        return _without_flag_types(super().get_params(ctx))

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Read the group's own arguments."""
        with _usage_errors():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        """Find the command, read its arguments, and run it."""
        with _usage_errors():
            return super().invoke(ctx)


def show_help(context: typer.Context) -> None:
    """Show the help of a group of commands that is called without one of them, which is incorrect usage."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(ExitCode.USAGE)


def _without_flag_types(parameters: list[Any]) -> list[Any]:
    for parameter in parameters:
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
    return parameters


@contextmanager
def _usage_errors() -> Iterator[None]:
    try:
        yield
    except typer.TyperException as error:
        error.exit_code = ExitCode.USAGE
        raise


class CommandError(Exception):
    """A command could not do its work. The message says what to do."""


class UsageError(Exception):
    """An argument does not exist or is invalid. The message says what to give instead."""


def output_file(path: Path | None) -> Path | None:
    """Accept a file to write to only if its folder can take it, so that no work is done in vain.

    Raises
    ------
    UsageError
        If its folder does not exist, or may not be written to.
    """
    if path is None:
        return None
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}: mkdir -p {shlex.quote(str(path.parent))}")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UsageError(f"{path}: may not be written: give another place, or change the permissions")
    return path


def duration(text: str) -> timedelta:
    """Read ``90s``, ``15m``, ``24h`` or ``7d``.

    Raises
    ------
    typer.BadParameter
        If it is not a duration.
    """
    found = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if not found:
        raise typer.BadParameter(f"{text!r} is not a duration: write 90s, 15m, 24h or 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def print_json(document: Any) -> None:
    """Print a document as JSON, and nothing else; an exact number is printed as a string."""
    typer.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())


Suffix = Annotated[
    str, typer.Option("--suffix", envvar="ETL_SUFFIX", help="The suffix of the deployment.", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print only JSON.")]
