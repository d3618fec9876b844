"""What the commands write to, and how they show that a step is in progress."""

import os
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

PLAIN_WIDTH: Final = 10_000
"""Columns where the output is no terminal and ``COLUMNS`` is not set: a line of a log or a file is not wrapped."""


class PrintableConsole(Console):
    """Shows ``?`` for what would steer a terminal: partners choose the names and cells that are shown.

    A space of any kind, such as the thin one between thousands, is shown as a plain space.
    """

    def on_broken_pipe(self) -> None:
        """Leave it to the command line what to do when nobody reads the output any more; called in the handler."""
        raise  # noqa: PLE0704

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does; its own control segments stay."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=_printable(segment.text))


def make_console() -> Console:
    """Make a console as wide as the terminal, or as ``COLUMNS`` says."""
    console = PrintableConsole(highlight=False)
    if console.is_terminal or os.environ.get("COLUMNS", "").isdigit():
        return console
    return PrintableConsole(highlight=False, width=PLAIN_WIDTH)


def _printable(text: str) -> str:
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable() or character == "\n":
        return character
    return " " if unicodedata.category(character) == "Zs" else "?"


@contextmanager
def step(console: Console, doing: str) -> Iterator[None]:
    """Show a spinner while the block runs (on a terminal), and a line with its seconds when it is done."""
    began = time.monotonic()
    with console.status(doing):
        yield
    console.print(f"[green]✓[/] {doing} [dim]{time.monotonic() - began:.1f} s[/]")
