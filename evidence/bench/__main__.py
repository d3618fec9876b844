"""``python -m evidence.bench``, which ``make bench`` calls."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from msgspec.structs import replace
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from evidence.bench.limits import LimitsError
from evidence.bench.measuring import PROJECT, RunFailedError
from evidence.bench.performance_page import TARGET_COLUMNS, page, target_row
from evidence.bench.plan import JOB_SIZES_MB, LARGER_FORMATS, LARGER_TIMES
from evidence.bench.plot import plot
from evidence.bench.results import Results, Section
from evidence.bench.running import run_cold_starts, run_contenders, run_job, run_limited
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
    job: Annotated[
        bool, typer.Option("--job", help="The job for large files: 1, 3 and 10 GB, once; an hour or two.")
    ] = False,
    page_only: Annotated[bool, typer.Option("--page", help="Only rewrite the page; measure nothing.")] = False,
) -> None:
    """Measure, keep the results, write docs/performance.md and its plot."""
    console, results = Console(), Results.load()
    if page_only:
        _write(results)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with Progress(console=console, transient=True) as progress:
                bench = _Bench(folder, megabytes, runs, progress)
                for measured in bench.job() if job else bench.limited() if limited else bench.contenders(larger=larger):
                    results = replace(results, **measured)
                    _write(results)
        except (LimitsError, RunFailedError) as error:
            console.print(f"error: {error}", style="red", markup=False)
            raise typer.Exit(1) from error
    _show(console, results)


class _Bench(NamedTuple):
    """The sections by name, as soon as each is measured."""

    folder: Path
    megabytes: int
    runs: int
    progress: Progress

    def limited(self) -> Iterator[dict[str, Section]]:
        yield {"limited": run_limited(self.folder, sizes=LARGE_SIZES_MB, runs=self.runs, progress=self.progress)}

    def job(self) -> Iterator[dict[str, Section]]:
        for section in run_job(self.folder, sizes=JOB_SIZES_MB, progress=self.progress):
            yield {"job": section}

    def contenders(self, *, larger: bool) -> Iterator[dict[str, Section]]:
        if larger:
            size = self.megabytes * LARGER_TIMES
            section = run_contenders(
                self.folder, formats=LARGER_FORMATS, megabytes=size, runs=1, progress=self.progress
            )
            yield {"larger": section}
        else:
            section = run_contenders(self.folder, megabytes=self.megabytes, runs=self.runs, progress=self.progress)
            yield {"contenders": section, "cold_starts": run_cold_starts(runs=self.runs, progress=self.progress)}


def _write(results: Results) -> None:
    results.save()
    (DOCS / "performance.md").write_text(page(results), encoding="utf-8")
    if results.contenders:
        (DOCS / "performance.svg").write_text(plot(results.contenders), encoding="utf-8")


def _show(console: Console, results: Results) -> None:
    for section in (results.contenders, results.larger, results.limited, results.job, results.cold_starts):
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
