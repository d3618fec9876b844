"""``etl layout``."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cli.console import make_console
from cli.drafting.reading import DraftError
from cli.drafting.writing import draft, slug
from cli.exit_codes import ExitCode
from cli.linting import Linted, lint_all
from cli.options import AsJson, Command, Group, UsageError, print_json, show_help
from cli.partners import complete_partner, require_layout_of
from cli.sample_section import propose_section
from cli.tables import counted, make_table
from transactions.assets import asset_folder
from transactions.layouts.catalog import LayoutCatalog

layouts = typer.Typer(
    cls=Group,
    name="layout",
    callback=show_help,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="List, check and draft layouts, which describe partners' files.",
)


class LintedLayout(msgspec.Struct, frozen=True, kw_only=True):
    """A layout's file and what is wrong with it, as ``lint --json`` prints it."""

    layout: str
    complaints: tuple[str, ...]


@layouts.command(name="list", cls=Command)
def list_layouts(
    partner: Annotated[
        str | None, typer.Option(help="Only this partner's layouts.", autocompletion=complete_partner)
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the layouts in this repository."""
    if partner is not None:
        require_layout_of(partner)
    shown = [layout for layout in LayoutCatalog.load() if partner in {None, layout.partner}]
    if as_json:
        print_json(shown)
        return
    table = make_table("layout", "partner", "format", "columns", "what it is", numbers=("columns",))
    for layout in shown:
        columns = len(layout.schema.fields)
        table.add_row(layout.name, layout.partner, layout.format.upper(), str(columns), layout.title)
    console = make_console()
    console.print(table)
    of = counted(len({layout.partner for layout in shown}), "partner")
    console.print(f"{counted(len(shown), 'layout')} of {of}")


@layouts.command(cls=Command)
def lint(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="PATH", exists=True, help="A layout, or a folder of them; by default the project's."),
    ] = None,
    *,
    write_sample: Annotated[
        bool,
        typer.Option("--write-sample", help="First fill the layout's section sample from the file beside it."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before the section is written.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check layouts: their keys, and that each layout's sample has the result that the layout declares.

    \b
    etl layout lint
    etl layout lint alpine-2026.yaml --write-sample

    Exit code 0: all are valid. 1: some are not; the output names the file, the keys and the rules that they break.
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    if write_sample:
        _write_sample(path, yes=yes, err=as_json)
    linted = lint_all(path or asset_folder("layouts"))
    if not linted:
        raise UsageError(f"no layout in {path}: a layout is a file whose name ends in .yaml")
    wrong = sum(bool(layout.complaints) for layout in linted)
    if as_json:
        print_json([LintedLayout(layout=one.path.name, complaints=one.complaints) for one in linted])
    else:
        console = make_console()
        for layout in linted:
            for line in _lines(layout):
                console.print(line, markup=False, soft_wrap=True)
        console.print(f"{counted(len(linted), 'layout')}, {wrong} wrong")
    if wrong:
        raise typer.Exit(ExitCode.NOTICE)


@layouts.command(name="draft", cls=Command)
def draft_layout(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="A partner's file.")
    ],
    partner: Annotated[
        str, typer.Option(help="The partner that sends the file.", autocompletion=complete_partner)
    ] = "partner",
    name: Annotated[str, typer.Option(help="The layout's name, and its file's; by default PARTNER-draft.")] = "",
) -> None:
    """Propose a layout for a file, to be reviewed by a person. Prints YAML with comments, and no value of the file.

    This is the only command that guesses a format: files are read with layouts only.

    \b
    etl layout draft may.csv --name new-bank > new-bank.yaml
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    if name and name != slug(name):
        raise UsageError(f"a layout's name is of lower-case letters, digits and hyphens, such as {slug(name)}")
    try:
        typer.echo(draft(file.read_bytes(), file.name, partner, name), nl=False)
    except DraftError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(ExitCode.REFUSED) from error


def _write_sample(path: Path | None, *, yes: bool, err: bool) -> None:
    """Show the section that follows from the sample, and write it once it is confirmed."""
    if path is None or path.is_dir():
        raise UsageError("--write-sample fills the section of one layout: give the path of its YAML file")
    proposed = propose_section(path)
    typer.echo(proposed.section, nl=False, err=err)
    if not yes:
        typer.confirm(f"Is this what the sample comes to, to be written to {path}?", abort=True, err=err)
    proposed.write()


def _lines(linted: Linted) -> list[str]:
    if linted.complaints:
        return [f"wrong  {complaint}" for complaint in linted.complaints]
    return [f"ok     {linted.path.name}{'' if linted.sample else ', which has no sample beside it'}"]
