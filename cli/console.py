"""What the commands write to, and how they show that a step is in progress."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

PLAIN_WIDTH: Final = 100
"""Columns where the output is no terminal: a log, a file, a pipe."""


class PrintableConsole(Console):
    """Shows ``?`` for what would steer a terminal: partners choose the names and cells that are shown."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does; its own control segments stay."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=_printable(segment.text))


def make_console() -> Console:
    """Make a console as wide as the terminal."""
    console = PrintableConsole(highlight=False)
    return console if console.is_terminal else PrintableConsole(highlight=False, width=PLAIN_WIDTH)


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() or character == "\n" else "?" for character in text)


@contextmanager
def step(console: Console, doing: str) -> Iterator[None]:
    """Show a spinner while the block runs (on a terminal), and a line with its seconds when it is done."""
    began = time.monotonic()
    with console.status(doing):
        yield
    console.print(f"[green]✓[/] {doing} [dim]{time.monotonic() - began:.1f} s[/]")
