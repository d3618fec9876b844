"""``python -m evidence.bench``, which ``make bench`` calls."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from evidence.bench.limits import LimitsError
from evidence.bench.measuring import PROJECT, RunFailedError
from evidence.bench.performance_page import TARGET_COLUMNS, page, target_row
from evidence.bench.plan import LARGER_FORMATS, LARGER_TIMES
from evidence.bench.plot import plot
from evidence.bench.results import Results, Section
from evidence.bench.running import run_cold_starts, run_contenders, run_limited
from evidence.bench.targets import LARGE_SIZES_MB, targets

DOCS = PROJECT / "docs"


def main(
    folder: Annotated[Path, typer.Option(help="Folder of the data.", file_okay=False)] = PROJECT / "build" / "bench",
    megabytes: Annotated[int, typer.Option(help="Size of the plain CSV; the other formats have the same rows.")] = 100,
    runs: Annotated[int, typer.Option(help="Number of runs of each program.")] = 5,
    *,
    larger: Annotated[
        bool,
        typer.Option("--larger", help=f"{', '.join(LARGER_FORMATS)} of {LARGER_TIMES} times the rows, one run."),
    ] = False,
    limited: Annotated[
        bool, typer.Option("--limited", help="1 and 3 GB in a control group with a function's limits; needs root.")
    ] = False,
    page_only: Annotated[bool, typer.Option("--page", help="Only rewrite the page; measure nothing.")] = False,
) -> None:
    """Measure, keep the results, write docs/performance.md and its plot."""
    console, results = Console(), Results.load()
    if not page_only:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with Progress(console=console, transient=True) as progress:
                if limited:
                    measured = {"limited": run_limited(folder, sizes=LARGE_SIZES_MB, runs=runs, progress=progress)}
                elif larger:
                    size = megabytes * LARGER_TIMES
                    section = run_contenders(folder, formats=LARGER_FORMATS, megabytes=size, runs=1, progress=progress)
                    measured = {"larger": section}
                else:
                    contenders = run_contenders(folder, megabytes=megabytes, runs=runs, progress=progress)
                    cold_starts = run_cold_starts(runs=runs, progress=progress)
                    measured = {"contenders": contenders, "cold_starts": cold_starts}
        except (LimitsError, RunFailedError) as error:
            console.print(f"error: {error}", style="red", markup=False)
            raise typer.Exit(1) from error
        results = replace(results, **measured)
    _write(results)
    _show(console, results)


def _write(results: Results) -> None:
    results.save()
    (DOCS / "performance.md").write_text(page(results), encoding="utf-8")
    if results.contenders:
        (DOCS / "performance.svg").write_text(plot(results.contenders), encoding="utf-8")


def _show(console: Console, results: Results) -> None:
    for section in (results.contenders, results.larger, results.limited, results.cold_starts):
        if section:
            console.print(_figures(section))
    table = Table(*TARGET_COLUMNS)
    for one in targets(results):
        *figures, verdict = target_row(one)
        table.add_row(*figures, verdict.strip("*"))
    console.print(table)


def _figures(section: Section) -> Table:
    table = Table("contender", "format", "wall s", "CPU s", "peak MB")
    for one in section.measurements:
        table.add_row(one.contender, one.format, f"{one.wall_s:.2f}", f"{one.cpu_s:.2f}", f"{one.peak_mb:.0f}")
    return table


typer.run(main)
