"""Writes ``docs/performance.md`` from the results."""

from collections.abc import Iterable, Iterator
from typing import Final

from evidence.bench.limits import CPUS, MEMORY_MB
from evidence.bench.plan import BOTH, COPY, LARGER_TIMES, SCRIPTS
from evidence.bench.results import Circumstances, Measurement, Results, Section
from evidence.bench.targets import Target, targets
from transactions.engine.database import MEMORY_MB as ENGINE_MEMORY_MB

TARGET_COLUMNS: Final = ("target", "figure", "by round", "of CPU time", "")
_HEAD = """# Performance

What the pipeline costs beside other ways to do the same job. `make bench` measures and writes this page and its plot
from [evidence/bench/results.json](../evidence/bench/results.json); no figure is written by hand.

The data is invented and seeded: the same rows in every format, one in a hundred bad, of more than ten kinds. Each
contender is a process of its own, and they take turns in one run. Figures are medians of wall clock and CPU time, and
the highest peak of resident memory, in 10⁶ bytes; the start of Python is part of them. Contenders that count and sum
must come to the same counts, sums and errors, or there are no results. Where the load average is well above 2, others
used the machine: the wall clock is then inflated, and unevenly so; CPU time is the steadier figure. On a machine whose
host has other guests, runs of the same code an hour apart differ by a tenth or two, ratios too: "by round" has the
least and the greatest ratio of two contenders that ran in the same round.
"""
_CONTENDERS = """
## Contenders

The lower bound is DuckDB's own COPY of the file to one Parquet file: it reads every cell as text and checks nothing.
The others find the same errors, keep decimals exact, write the accepted rows as Parquet by booking date and keep the
rejected ones with line, field and code. Plain CSV is the layout `alpine-2025`, the decimal comma is `dkb-2023`. JSON
has its amounts as strings, or as numbers, with texts that are escaped.

"DuckDB, one pass" and "Polars, one pass" are what a user would write for this job. They read the file once, where the
pipeline reads it twice, and they trust their reader: an open quote may swallow rows, and a row that ends early has
empty cells. DuckDB reads a JSON number as a float, and writes the rows of a date in any order. Polars does not show
the type of a JSON value, so it reads the plain CSV only, as csv + pydantic and pandas + pandera do.

![Wall clock by contender and format](performance.svg)
"""
_SCRIPTS = f"""
### Compared with scripts of one pass

The time of "{BOTH}" as a multiple of each script's, of the same run.
"""
_LARGER = f"""
## Contenders at 1 GB

The same with {LARGER_TIMES} times the rows, in one run, by `make bench BENCH=--larger`.
"""
_LIMITED = f"""
## Large files, within the limits of a function's machine

Each function alone, in a control group of {MEMORY_MB} MB and {CPUS} CPUs: what a function of 3072 MB has. The engine's
memory limit is {ENGINE_MEMORY_MB} MB.
"""
_JOB = """
## Large files, by the job

The job's own tasks on Spark in one process on this machine, by `make bench BENCH=--job`; a folder is in the place of
S3. The start of the Java virtual machine is part of each run. CPU time is of all processes; the peak is of the process
that needed most. The file is read in a process beside the tasks: on a machine of two processors, two tasks at a time
cannot be twice as fast as one.
"""
_COLD_STARTS = """
## Cold start

Importing the handler, loading and checking every layout, and making the S3 client, in a fresh Python with byte code and
file cache warm. What AWS adds to fetch and unpack the package is not in it, nor is the end of the process, which Lambda
freezes.
"""


def page(results: Results) -> str:
    """Write the page."""
    return "\n".join(_lines(results)) + "\n"


def target_row(target: Target) -> tuple[str, ...]:
    """Write a target in the order of ``TARGET_COLUMNS``, nothing where there is no figure."""
    least_and_greatest = " - ".join(f"{ratio:.2f}" for ratio in target.of_rounds or ())
    figure, of_cpu = (_written(number, target.unit) for number in (target.figure, target.of_cpu))
    return target.promise, figure, least_and_greatest, of_cpu, target.verdict


def _lines(results: Results) -> Iterator[str]:
    yield _HEAD
    yield "## Targets\n"
    yield from _table(TARGET_COLUMNS, map(target_row, targets(results)))
    if results.contenders:
        yield _CONTENDERS
        yield from _contenders(results.contenders)
        yield _SCRIPTS
        yield from _table(("format", "script", "wall", "by round", "CPU"), _beside_scripts(results.contenders))
    if results.larger:
        yield _LARGER
        yield from _contenders(results.larger)
    if results.limited:
        yield _LIMITED
        yield f"The files are CSV; {_runs(results.limited)}.\n"
        yield from _table(("function", "file", "wall s", "CPU s", "peak MB"), map(_row, results.limited.measurements))
        yield from _under(results.limited.circumstances)
    if results.job:
        yield _JOB
        yield "The files are CSV, each read once.\n"
        rows = (_row(one) for one in results.job.measurements)
        yield from _table(("who", "file", "wall s", "CPU s", "peak MB"), rows)
        yield from _under(results.job.circumstances)
    if results.cold_starts:
        yield _COLD_STARTS
        started = ((one.contender, *_figures(one)[:2]) for one in results.cold_starts.measurements)
        yield from _table(("what", "wall s", "CPU s"), started)
        yield from _under(results.cold_starts.circumstances)


def _written(figure: float | None, unit: str) -> str:
    return "" if figure is None else f"{figure:.2f}{unit}"


def _contenders(section: Section) -> Iterator[str]:
    yield f"{section.rows:,} rows, {_runs(section)}.\n"
    head = ("contender", "format", "file MB", "wall s", "CPU s", "peak MB", "wall to COPY", "CPU to COPY")
    yield from _table(head, (_compared(section, one) for one in section.measurements))
    yield from _under(section.circumstances)


def _compared(section: Section, one: Measurement) -> tuple[str, ...]:
    bound = section.find(COPY, one.format)
    ratios = (f"{one.wall_s / bound.wall_s:.2f}", f"{one.cpu_s / bound.cpu_s:.2f}") if bound else ("", "")
    return (one.contender, one.format, f"{one.size_mb:.0f}", *_figures(one), *ratios)


def _beside_scripts(section: Section) -> Iterator[tuple[str, ...]]:
    for one in section.measurements:
        if one.contender in SCRIPTS and (ratio := section.ratio((BOTH, one.format), (one.contender, one.format))):
            by_round = f"{ratio.least:.2f} - {ratio.greatest:.2f}"
            yield one.format, one.contender, f"{ratio.wall:.2f}", by_round, f"{ratio.cpu:.2f}"


def _row(one: Measurement) -> tuple[str, ...]:
    return (one.contender, one.format, *_figures(one))


def _figures(one: Measurement) -> tuple[str, str, str]:
    return f"{one.wall_s:.2f}", f"{one.cpu_s:.2f}", f"{one.peak_mb:.0f}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _runs(section: Section) -> str:
    return "one run" if section.runs == 1 else f"median of {section.runs} runs"


def _under(about: Circumstances) -> Iterator[str]:
    yield (
        f"\nMeasured {about.measured_at} at commit {about.commit}, on {about.machine}, Python {about.python}, DuckDB"
        f" {about.duckdb}. Load average {about.load_before} before and {about.load_after} after."
    )
