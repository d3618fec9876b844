"""What the commands have in common."""

import re
from datetime import timedelta
from typing import Annotated, Any, Final

import msgspec
import typer
from typer.core import TyperCommand

from cli.exit_codes import ExitCode

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Command(TyperCommand):
    """A command that exits with USAGE on incorrect usage: the usual exit code 2 means a rejected file here."""

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Read the arguments."""
        try:
            return super().make_context(*arguments, **options)
        except typer.TyperException as error:
            error.exit_code = ExitCode.USAGE
            raise


class UsageError(Exception):
    """An argument does not exist or is invalid. The message says what to give instead."""


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
    str, typer.Option("--suffix", envvar="ETL_SUFFIX", help="The deployment's environmentSuffix.", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print only JSON.")]
