"""What the commands have in common."""

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from cli.exit_codes import ExitCode

OUTPUT_CLOSED: Final = 141
"""The exit code of a command whose output nobody reads to its end: that of the shell."""

_VALUES: Final = {"int": "NUMBER", "Path": "FILE"}
"""What the help calls the value of an option of such a type, if the option itself does not say."""

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Command(TyperCommand):
    """A command whose help names values as a person would."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters."""
        return _named_values(super().get_params(ctx))


class Group(TyperGroup):
    """Commands that exit with USAGE on incorrect usage: the usual exit code 2 means a rejected file here."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters."""
        return _named_values(super().get_params(ctx))

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Read the group's own arguments."""
        with _usage_errors():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        """Find the command, read its arguments, and run it."""
        with _usage_errors(), _closed_output():
            return super().invoke(ctx)


def show_help(context: typer.Context) -> None:
    """Show the help of a group of commands that is called without one of them, which is incorrect usage."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(ExitCode.USAGE)


def _named_values(parameters: list[Any]) -> list[Any]:
    """Have the help name the values of options by what they are, in place of Python's types; flags have none."""
    for parameter in parameters:
        if isinstance(parameter, TyperArgument):
            # Its name says it.
            parameter.display_type_rich = _no_type  # type: ignore[method-assign]
        elif parameter.is_flag:
            parameter.metavar = ""
        elif parameter.metavar is None:
            parameter.metavar = _VALUES.get(parameter.bare_type(), "TEXT")
    return parameters


def _no_type(ctx: Any) -> str:  # noqa: ARG001 the library's own signature
    return ""


@contextmanager
def _closed_output() -> Iterator[None]:
    """End as other programs do when a reader such as ``head`` has closed the output."""
    try:
        yield
    except BrokenPipeError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(OUTPUT_CLOSED) from error


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


def output_file_in(ending: str) -> Callable[[Path | None], Path | None]:
    """Make what accepts a file to write to, as :func:`output_file` does, if its name ends in ``ending``."""

    def accept(path: Path | None) -> Path | None:
        if path and path.suffix.lower() != ending:
            raise UsageError(f"{path}: the name must end in {ending}")
        return output_file(path)

    return accept


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
