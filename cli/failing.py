"""Ends a command that cannot do its work."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from cli.console import PrintableConsole
from cli.exit_codes import ExitCode
from cli.options import UsageError


@contextmanager
def failing_in_one_line() -> Iterator[None]:
    """Print what prevents the command, and end it with USAGE, or with FAILED if a file cannot be read or written."""
    try:
        yield
    except UsageError as error:
        _end(f"{error}", ExitCode.USAGE)
    except OSError as error:
        _end(reason_of(error), ExitCode.FAILED)


def _end(reason: str, code: ExitCode) -> NoReturn:
    PrintableConsole(stderr=True, highlight=False).print(f"error: {reason}", style="red", markup=False, soft_wrap=True)
    raise typer.Exit(code)


def reason_of(error: OSError) -> str:
    """Say which file cannot be read or written, and why."""
    reason = error.strerror or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason
