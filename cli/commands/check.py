"""``etl check``."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import duckdb
import typer
from rich.progress import Progress

from cli.checking.files import ANY_PARTNER, Choice, check_file, choose
from cli.checking.inputs import Input, Inputs, find_inputs
from cli.checking.outcomes import Outcome, write_junit
from cli.checking.tables import show, show_summary
from cli.console import PrintableConsole, make_console
from cli.failures import reason_of
from cli.options import AsJson, UsageError, output_file, print_json
from cli.partners import complete_layout, complete_partner
from transactions.errors import EngineError, ReconciliationError
from transactions.masking import masked_name

_FAILURES = (duckdb.Error, EngineError, ReconciliationError)


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Files, folders, or - for standard input.")],
    partner: Annotated[
        str | None,
        typer.Option(
            help="The partner that sends the files: only its layouts are tried.", autocompletion=complete_partner
        ),
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option(help="The layout to use: its name, or the path of its YAML file.", autocompletion=complete_layout),
    ] = None,
    *,
    name: Annotated[str | None, typer.Option(help="The name that the one file, or standard input, arrives by.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", file_okay=False, help="Write the Parquet files and the reports to this folder."),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write a test case for each file to this JUnit XML file.")
    ] = None,
    show_values: Annotated[
        bool,
        typer.Option("--show-values", help="Show texts of the file instead of shapes; never in what is written."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check files on this machine, with the code of the deployed functions and without AWS.

    Without --partner and --layout, all layouts are tried, and exactly one must fit.

    \b
    etl check october.csv
    etl check 2025-10/ --partner alpine --junit checked.xml
    unzip -p october.zip | etl check - --name october.csv

    Exit code, the highest of all files: 0: valid. 1: valid, with rejected rows, or the pipeline ignores files of this
    name. 2: the file is rejected. 3: incorrect usage. 4: the check failed.
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    with TemporaryDirectory() as folder:
        output_file(junit)
        choice = choose(partner=partner, layout=layout)
        inputs = find_inputs(files, name, Path(folder))
        if show_values and (as_json or not inputs.is_one):
            raise UsageError("--show-values shows one file on the terminal, and is not for --json")
        outcomes = list(_outcomes(inputs, choice, out, show_values=show_values))
        if junit:
            write_junit(outcomes, junit)
    _print(inputs, outcomes, out, as_json=as_json, any_partner=choice.partner == ANY_PARTNER)
    raise typer.Exit(max(outcome.exit_code for outcome in outcomes))


def _outcomes(inputs: Inputs, choice: Choice, out: Path | None, *, show_values: bool) -> Iterator[Outcome]:
    errors = PrintableConsole(stderr=True, highlight=False)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("Check", total=len(inputs.files), visible=not inputs.is_one)
        for file in inputs.files:
            if file.is_left_out:
                yield Outcome(file=file)
            else:
                yield _outcome(file, choice, out, progress, show_values=show_values)
            progress.advance(task)


def _outcome(file: Input, choice: Choice, out: Path | None, progress: Progress, *, show_values: bool) -> Outcome:
    """Check ``file``, and keep the written files only if a folder is given."""
    try:
        with TemporaryDirectory() as folder:
            checked = check_file(file, choice, out or Path(folder), progress, show_values=show_values)
            return Outcome(file=file, checked=checked)
    except OSError as error:
        return Outcome(file=file, error=reason_of(error))
    except _FAILURES as error:
        # The engine's own messages may quote the file: only the kind of the error is shown.
        return Outcome(file=file, error=type(error).__name__)


def _print(inputs: Inputs, outcomes: list[Outcome], out: Path | None, *, as_json: bool, any_partner: bool) -> None:
    errors = PrintableConsole(stderr=True, highlight=False)
    for outcome in outcomes:
        if outcome.error:
            failed = f"the check of {masked_name(outcome.file.given)} failed ({outcome.error})"
            errors.print(f"error: {failed}; nothing is said about the file", style="red", markup=False, soft_wrap=True)
    rejected = [outcome.checked for outcome in outcomes if outcome.checked and outcome.checked.report.rejection]
    if any_partner and rejected:
        errors.print("all layouts were tried: name --partner or --layout for a closer look", style="dim")
    if as_json:
        documents = [outcome.document for outcome in outcomes]
        if not inputs.is_one:
            print_json(documents)
        elif outcomes[0].checked:
            print_json(documents[0])
        return
    console = make_console()
    if inputs.is_one:
        show(console, outcomes[0], out)
    else:
        show_summary(console, outcomes, out)
