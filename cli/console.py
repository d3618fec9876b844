"""What the commands write to, and how they tell that a step is under way."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console

PLAIN_WIDTH: Final = 100
"""Columns where the output is no terminal: a log, a file, a pipe."""


def make_console() -> Console:
    """Make a console as wide as the terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PLAIN_WIDTH)


@contextmanager
def step(console: Console, doing: str) -> Iterator[None]:
    """Show a spinner while the block runs (on a terminal), and a line with its seconds when it is done."""
    began = time.monotonic()
    with console.status(doing):
        yield
    console.print(f"[green]✓[/] {doing} [dim]{time.monotonic() - began:.1f} s[/]")
