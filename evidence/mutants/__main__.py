"""Change a sample of the product's code and run the closest tests: ``python -m evidence.mutants``."""

import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape

from cli.console import make_console
from cli.tables import make_table
from evidence.mutants.running import Mutant, MutantResult, check_unchanged, copy_project, sample, try_out

ROOT: Final = Path(__file__).resolve().parents[2]
SHOWN_CHARACTERS: Final = 60


def main(
    count: Annotated[int, typer.Option("--changes", min=1, help="How many changes to draw.")] = 100,
    seed: Annotated[int, typer.Option(help="The same seed draws the same changes of the same code.")] = 1,
    limit: Annotated[int, typer.Option(min=1, help="Seconds that the tests of a change may take.")] = 1200,
) -> None:
    """Draw changes of functions/, etl/workflow/ and cli/, and show which of them no test notices.

    Exit code 0: all were noticed. 1: some were not.
    """
    console = make_console()
    mutants, of = sample(ROOT, count, seed)
    console.print(f"{len(mutants)} of {of} changes, seed {seed}")
    outcomes: dict[Mutant, MutantResult] = {}
    with tempfile.TemporaryDirectory() as folder:
        copy_project(ROOT, Path(folder))
        check_unchanged(mutants, Path(folder))
        for number, mutant in enumerate(mutants, 1):
            outcomes[mutant] = try_out(mutant, Path(folder), limit)
            console.print(f"{number:>4}  {mutant.place}  {escape(_shown(mutant))}  {outcomes[mutant]}", soft_wrap=True)
    missed = [mutant for mutant, outcome in outcomes.items() if outcome is MutantResult.NOT_NOTICED]
    table = make_table("not noticed", "before", "after")
    for mutant in missed:
        table.add_row(mutant.place, *map(escape, (_short(mutant.change.before), _short(mutant.change.after))))
    if missed:
        console.print(table)
    console.print(f"{len(mutants) - len(missed)} of {len(mutants)} changes noticed, seed {seed}")
    raise typer.Exit(1 if missed else 0)


def _shown(mutant: Mutant) -> str:
    return f"{_short(mutant.change.before)} -> {_short(mutant.change.after)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS]}..."


if __name__ == "__main__":
    typer.run(main)
