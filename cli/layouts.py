"""``etl layout``."""

from pathlib import Path
from typing import Annotated

import typer

from cli.console import make_console
from cli.drafting.reading import DraftError
from cli.drafting.writing import draft
from cli.linting import Linted, lint_all
from cli.tables import make_table
from transactions import LayoutCatalog
from transactions.assets import asset_folder

layouts = typer.Typer(
    name="layout",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Layouts: how partners' files are written, and how they become transactions.",
)


@layouts.command(name="list")
def list_layouts(
    partner: Annotated[str | None, typer.Option(help="Show only this partner's.")] = None,
) -> None:
    """List the layouts that ship with the pipeline."""
    shown = [layout for layout in LayoutCatalog.load() if partner in {None, layout.partner}]
    table = make_table("layout", "partner", "format", "columns", "what it is", numbers=("columns",))
    for layout in shown:
        columns = len(layout.schema.fields)
        table.add_row(layout.name, layout.partner, layout.format.upper(), str(columns), layout.title)
    console = make_console()
    console.print(table)
    console.print(f"{len(shown)} layouts of {len({layout.partner for layout in shown})} partners")


@layouts.command()
def lint(
    path: Annotated[
        Path | None, typer.Argument(exists=True, help="A layout, or a folder of them; those that ship if left out.")
    ] = None,
) -> None:
    """Check layouts: their keys, and that the sample beside each comes to the result it declares.

    Exit code 0: all are right. 1: some are wrong, each with its file, its keys and the rules they break.
    """
    linted = lint_all(path or asset_folder("layouts"))
    console = make_console()
    for layout in linted:
        for line in _lines(layout):
            console.print(line, markup=False, soft_wrap=True)
    wrong = sum(bool(layout.complaints) for layout in linted)
    console.print(f"{len(linted)} layouts, {wrong} wrong")
    if wrong or not linted:
        raise typer.Exit(1)


@layouts.command(name="draft")
def draft_layout(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A partner's file.")],
    partner: Annotated[str, typer.Option(help="Whose file it is.")] = "partner",
) -> None:
    """Propose a layout for a file, to be decided on by a person. Prints YAML with comments, and no value of the file.

    Nothing else ever guesses a format: files are read by layouts only.
    """
    try:
        typer.echo(draft(file.read_bytes(), file.name, partner), nl=False)
    except DraftError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


def _lines(linted: Linted) -> list[str]:
    if linted.complaints:
        return [f"wrong  {complaint}" for complaint in linted.complaints]
    return [f"ok     {linted.path.name}{'' if linted.sample else ', which has no sample beside it'}"]
