"""``python -m evidence.proofs``, which ``make prove-least-privilege`` calls."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from etl.synthesis.synthesize import synthesize
from evidence.proofs import results
from evidence.proofs.exceptions import not_shown
from evidence.proofs.least_privilege import NotEnoughError, prove
from evidence.proofs.results import GrantResult
from evidence.proofs.security_page import PAGE, with_tables
from local.cdk import CdkError
from local.lifecycle import EmulatorError


def main(
    *,
    page_only: Annotated[bool, typer.Option("--page", help="Only rewrite the page's tables; prove nothing.")] = False,
    changed_only: Annotated[
        bool, typer.Option("--changed", help="Prove only roles whose grants have changed, and keep the other results.")
    ] = False,
) -> None:
    """Remove every grant, one at a time; save what breaks, and write the tables of docs/security.md.

    Exits with 1 if a grant is not needed, or if the roles' permissions are not sufficient.
    """
    console = Console()
    if page_only:
        _write_page(results.load())
        return
    try:
        outcomes = _prove(console, results.load() if changed_only else [])
    except (CdkError, EmulatorError, NotEnoughError) as error:
        console.print(f"error: {error}", style="red", markup=False)
        raise typer.Exit(1) from error
    results.save(outcomes)
    _write_page(outcomes)
    console.print(_table(outcomes))
    useless = [outcome.grant for outcome in outcomes if not outcome.differences and not not_shown(outcome.grant)]
    if useless:
        console.print(f"error: nothing breaks without {len(useless)} of them: remove them, or say why in exceptions.py")
        raise typer.Exit(1)


def _prove(console: Console, known: list[GrantResult]) -> list[GrantResult]:
    columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.completed:3d}  {task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("deploying", total=None)

        def watch(taken: str) -> None:
            progress.update(task, advance=1, description=f"without {taken}")
            if not console.is_terminal:
                console.print(f"without {taken}", markup=False)

        return prove(watch, known=known)


def _write_page(outcomes: list[GrantResult]) -> None:
    with tempfile.TemporaryDirectory() as outdir:
        template = synthesize(Path(outdir))
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), template, outcomes), encoding="utf-8")


def _table(outcomes: list[GrantResult]) -> Table:
    table = Table("role", "grants", "needed", "not shown", "not needed")
    for role in sorted({outcome.grant.role for outcome in outcomes}):
        of_role = [outcome for outcome in outcomes if outcome.grant.role == role]
        missed = sum(1 for outcome in of_role if outcome.differences)
        hidden = sum(1 for outcome in of_role if not_shown(outcome.grant))
        counts = (len(of_role), missed, hidden, len(of_role) - missed - hidden)
        table.add_row(role, *map(str, counts))
    return table


typer.run(main)
