"""Runs the contenders in turns, and sees to it that all of them did the same job."""

import os
import platform
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import msgspec
from rich.progress import Progress

from evidence.bench import data
from evidence.bench.contenders.result import ContenderResult
from evidence.bench.flaws import FORMATS, Format
from evidence.bench.limits import ControlGroup, control_group
from evidence.bench.measuring import PROJECT, RunFailedError, Usage, measure
from evidence.bench.plan import BARE, COLD_STARTS, CONTENDERS, LIMITED, Contender
from evidence.bench.results import Circumstances, Measurement, Section

SEED = 20251103


def run_contenders(
    folder: Path, *, formats: Sequence[Format] = FORMATS, megabytes: int, runs: int, progress: Progress
) -> Section:
    """Let all contenders read the same rows in each of ``formats``, in turns, ``runs`` times.

    The plain CSV has ``megabytes`` (10^6 bytes).

    Raises
    ------
    RunFailedError
        If a contender fails, or comes to other counts, totals or errors than the others.
    """
    rows = data.rows_of(megabytes)
    files = {name: _file(folder, name, rows, progress) for name in formats}
    jobs = [(contender, name) for name in formats for contender in CONTENDERS if name in contender.formats]
    usages, outcomes = defaultdict[tuple[str, str], list[Usage]](list), dict[str, ContenderResult]()
    load_before = os.getloadavg()[0]
    # The plain CSV last: the decimal comma right before it, and the other contenders after it, are compared with it.
    turns = sorted(jobs, key=lambda job: formats.index(job[1]), reverse=True)
    for contender, name in progress.track(turns * runs, description="contenders, in turns"):
        usage, outcome = _run(contender, name, files[name])
        if contender.counts and not outcome.agrees(outcomes.setdefault(name, outcome)):
            raise RunFailedError(f"{contender.name} on {name} comes to {outcome}, others to {outcomes[name]}")
        usages[contender.name, name].append(usage)
    measurements = [
        _measurement(contender, name, files[name], usages[contender.name, name]) for contender, name in jobs
    ]
    return _section(rows, runs, load_before, measurements)


def run_limited(folder: Path, *, sizes: Sequence[int], runs: int, progress: Progress) -> Section:
    """Let each function read large CSV files (``sizes`` in 10^6 bytes), ``runs`` times, within its machine's limits.

    Raises
    ------
    RunFailedError
        If a function fails, as it does where it needs more memory than there is.
    LimitsError
        If no limits can be set here.
    """
    measurements = list[Measurement]()
    load_before = os.getloadavg()[0]
    for size in sizes:
        file = _file(folder, "csv", data.rows_of(size), progress)
        usages = defaultdict[Contender, list[Usage]](list)
        for contender in progress.track(LIMITED * runs, description=f"{size} MB, limited"):
            with control_group() as group:
                usages[contender].append(_run(contender, "csv", file, group)[0])
        measurements += [_measurement(contender, f"csv, {size} MB", file, usages[contender]) for contender in LIMITED]
        file.unlink()
    return _section(data.rows_of(max(sizes)), runs, load_before, measurements)


def run_job(folder: Path, *, sizes: Mapping[int, Sequence[Contender]], progress: Progress) -> Iterator[Section]:
    """Let the job for large files read CSV files (``sizes`` in 10^6 bytes) once, each removed when it has been read.

    After each size, yield what has been measured so far.

    Raises
    ------
    RunFailedError
        If a run fails, or comes to other counts, totals or errors than another one of the same file.
    """
    measurements = list[Measurement]()
    load_before = os.getloadavg()[0]
    for size, contenders in sizes.items():
        file = _file(folder, "csv", data.rows_of(size), progress)
        outcomes = dict[str, ContenderResult]()
        for contender in progress.track(contenders, description=f"{size} MB"):
            usage, outcome = _run(contender, "csv", file)
            if not outcome.agrees(outcomes.setdefault("csv", outcome)):
                raise RunFailedError(f"{contender.name} comes to {outcome}, others to {outcomes['csv']}")
            measurements.append(_measurement(contender, f"csv, {size} MB", file, [usage]))
        file.unlink()
        yield _section(data.rows_of(size), 1, load_before, measurements)


def run_cold_starts(*, runs: int, progress: Progress) -> Section:
    """Import and prepare each function, in turns with Python that does nothing."""
    commands = {BARE: ["-c", "pass"]}
    commands |= {name: ["-m", "evidence.bench.contenders.cold_start", name] for name in COLD_STARTS}
    usages = defaultdict[str, list[Usage]](list)
    load_before = os.getloadavg()[0]
    for command in commands.values():
        measure(command)
    for name in progress.track([*commands] * runs, description="cold starts, in turns"):
        usages[name].append(measure(commands[name])[0])
    measurements = [
        Measurement(contender=name, format="", size_mb=0.0, usages=tuple(taken)) for name, taken in usages.items()
    ]
    return _section(0, runs, load_before, measurements)


def _file(folder: Path, name: Format, rows: int, progress: Progress) -> Path:
    """Write the file unless an earlier run has left it."""
    path = folder / f"{rows}-{SEED}.{name}"
    if not path.exists():
        task = progress.add_task(f"writing {rows:,} rows of {name}", total=None)
        unfinished = path.with_suffix(".part")
        data.write(unfinished, name, rows, SEED)
        unfinished.rename(path)
        progress.remove_task(task)
    return path


def _run(
    contender: Contender, name: str, file: Path, group: ControlGroup | None = None
) -> tuple[Usage, ContenderResult]:
    with _output(file.parent) as output:
        module = f"evidence.bench.contenders.{contender.module}"
        usage, printed = measure(["-m", module, *contender.steps, name, str(file), str(output)], group)
    return usage, msgspec.json.decode(printed, type=ContenderResult)


@contextmanager
def _output(folder: Path) -> Iterator[Path]:
    with TemporaryDirectory(dir=folder) as output:
        yield Path(output)


def _measurement(contender: Contender, name: str, file: Path, usages: Sequence[Usage]) -> Measurement:
    size = round(file.stat().st_size / 1e6, 1)
    return Measurement(contender=contender.name, format=name, size_mb=size, usages=tuple(usages))


def _section(rows: int, runs: int, load_before: float, measurements: Sequence[Measurement]) -> Section:
    circumstances = Circumstances(
        measured_at=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        commit=_commit(),
        machine=_machine(),
        python=platform.python_version(),
        duckdb=duckdb.__version__,
        load_before=round(load_before, 1),
        load_after=round(os.getloadavg()[0], 1),
    )
    return Section(circumstances=circumstances, rows=rows, runs=runs, measurements=tuple(measurements))


def _commit() -> str:
    git = shutil.which("git")
    if not git:
        return "unknown"
    said = subprocess.run([git, "describe", "--always", "--dirty"], cwd=PROJECT, capture_output=True, check=False)  # noqa: S603
    return said.stdout.decode().strip() or "unknown"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{len(os.sched_getaffinity(0))} CPUs ({platform.machine()}), {memory:.0f} GB, {platform.system()}"
