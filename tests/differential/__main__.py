"""``python -m tests.differential --cases N --seed S``: random files, read with the product and with a reference."""

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.console import make_console
from cli.tables import make_table
from tests.differential.compare import Outcome, outcome
from tests.differential.generate.draw import draw
from tests.differential.report import codes, figures, reproduction

_REPORTED_EVERY: Final = 500
"""Cases between two lines of progress, where no bar can be drawn."""


def main() -> None:
    """Run the cases of a seed; the exit code is 1 if product and reference differ in any."""
    options = _options()
    console = make_console()
    numbers = [options.case] if options.case is not None else range(options.first, options.first + options.cases)
    if options.kind:
        numbers = [number for number in numbers if options.kind in draw(options.seed, number).kinds]
    began = time.monotonic()
    outcomes: list[Outcome] = []
    with suppress(KeyboardInterrupt):
        _run(options.seed, numbers, console, outcomes)
    console.print(_table(outcomes))
    differing = sum(bool(one.differences) for one in outcomes)
    console.print(
        f"{len(outcomes) - differing} of {len(numbers)} cases agree, {differing} differ, "
        f"in {time.monotonic() - began:.0f} s"
    )
    sys.exit(0 if len(outcomes) == len(numbers) and not differing else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000, help="number of cases")
    parser.add_argument("--seed", type=int, default=1, help="seed from which the cases are generated")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--case", type=int, help="run only the case with this number")
    parser.add_argument("--kind", help="run only the cases of a kind that the table names")
    return parser.parse_args()


def _run(seed: int, numbers: Sequence[int], console: Console, outcomes: list[Outcome]) -> None:
    """Run one case after the other, and print those that differ immediately."""
    with _progress(console) as progress:
        task = progress.add_task("cases", total=len(numbers))
        for number in numbers:
            found = outcome(draw(seed, number))
            if found.differences:
                console.print(reproduction(found), markup=False, highlight=False, soft_wrap=True)
            # The file's bytes are no longer needed.
            outcomes.append(replace(found, case=replace(found.case, content=b"")))
            progress.advance(task)
            if not console.is_terminal and len(outcomes) % _REPORTED_EVERY == 0:
                console.print(f"{len(outcomes)} of {len(numbers)} cases")


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _table(outcomes: Sequence[Outcome]) -> object:
    named = ("files", "refused", "accepted rows", "rejected rows", "dropped rows", "differ")
    table = make_table("kind", *named, numbers=named)
    for row in figures(outcomes):
        table.add_row(*row)
    table.caption = codes(outcomes)
    return table


if __name__ == "__main__":
    main()
