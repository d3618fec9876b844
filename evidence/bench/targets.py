"""What was promised, and whether it holds."""

from collections.abc import Iterator
from typing import Final

import msgspec

from evidence.bench.flaws import Format
from evidence.bench.limits import MEMORY_MB
from evidence.bench.plan import (
    BARE,
    BOTH,
    COLD_STARTS,
    COPY,
    JOB_ON_ONE,
    JOB_ON_TWO,
    PANDERA,
    PYDANTIC,
    TRANSFORM,
    VALIDATE,
    Contender,
)
from evidence.bench.results import Measurement, Results, Section

LARGE_SIZES_MB: Final = (1000, 3000)
TO_COPY: Final[dict[Format, tuple[str, float]]] = {
    "csv": ("CSV", 3.0),
    "ndjson": ("NDJSON, amounts as strings", 3.5),
    "ndjson-numbers": ("NDJSON, amounts as numbers", 4.0),
    "json": ("JSON array, amounts as strings", 3.5),
    "json-numbers": ("JSON array, amounts as numbers", 4.0),
}
"""Each format's name, and how many times as long as DuckDB's COPY the pipeline may take."""
FLAT: Final = 1.1
"""Memory is flat if three times the file takes at most a tenth more."""


class Target(msgspec.Struct, frozen=True):
    """A promise with its figure, None where it was not measured. ``at_least`` says which side of the limit is good.

    Times are judged by the wall clock. ``of_cpu`` is the same figure of CPU time, which other users of the machine
    change less. ``of_rounds`` are the least and the greatest ratio of two contenders within one round of turns: how far
    they are apart shows how much the machine itself changed meanwhile.
    """

    promise: str
    limit: float
    unit: str
    figure: float | None
    at_least: bool = False
    of_cpu: float | None = None
    of_rounds: tuple[float, float] | None = None

    @property
    def verdict(self) -> str:
        """Met, not met, or not measured."""
        if self.figure is None:
            return "not measured"
        met = self.figure >= self.limit if self.at_least else self.figure <= self.limit
        return "met" if met else "**not met**"


def targets(results: Results) -> Iterator[Target]:
    """Yield every target, also those without a figure."""
    yield from _speed(results.contenders)
    yield from _large_files(results.limited)
    yield from _job(results.job)
    yield from _cold_starts(results.cold_starts)


def _speed(section: Section | None) -> Iterator[Target]:
    def ratio(
        promise: str, limit: float, one: tuple[str, str], other: tuple[str, str], *, at_least: bool = False
    ) -> Target:
        found = section.ratio(one, other) if section else None
        return Target(
            promise,
            limit,
            " times",
            found.wall if found else None,
            at_least,
            of_cpu=found.cpu if found else None,
            of_rounds=(found.least, found.greatest) if found else None,
        )

    csv = (BOTH, "csv")
    for name, (title, limit) in TO_COPY.items():
        promise = f"{title}, validate + transform: at most {limit} times DuckDB's COPY"
        yield ratio(promise, limit, (BOTH, name), (COPY, name))
    for other in (PYDANTIC, PANDERA):
        yield ratio(f"CSV: at least 4 times faster than {other}", 4, (other, "csv"), csv, at_least=True)
    yield ratio("decimal comma below a preamble: at most 1.3 times the plain CSV", 1.3, (BOTH, "decimal-comma"), csv)
    both = section.find(*csv) if section else None
    yield Target("CSV, peak memory: at most 600 MB", 600, " MB", both.peak_mb if both else None)


def _large_files(section: Section | None) -> Iterator[Target]:
    small, large = LARGE_SIZES_MB
    for name in (VALIDATE, TRANSFORM):
        alone = f"{name.removeprefix('pipeline: ')} alone"
        found = section.find(name, f"csv, {large} MB") if section else None
        smaller = section.find(name, f"csv, {small} MB") if section else None
        yield Target(f"3 GB CSV, {alone}: under 5 minutes", 300, " s", found.wall_s if found else None)
        peak = found.peak_mb if found else None
        yield Target(f"3 GB CSV, {alone}: within {MEMORY_MB} MB", MEMORY_MB, " MB", peak)
        growth = found.peak_mb / smaller.peak_mb if found and smaller else None
        yield Target(f"memory flat, {alone}: 3 GB at most {FLAT} times 1 GB", FLAT, " times", growth)


def _job(section: Section | None) -> Iterator[Target]:
    def found(contender: Contender, size: int) -> Measurement | None:
        return section.find(contender.name, f"csv, {size} MB") if section else None

    one, two = found(JOB_ON_ONE, 1_000), found(JOB_ON_TWO, 1_000)
    faster = one.wall_s / two.wall_s if one and two else None
    yield Target("1 GB CSV, job: 2 cores at least 1.6 times as fast as 1", 1.6, " times", faster, at_least=True)
    functions = section.find(BOTH, "csv, 1000 MB") if section else None
    more = two.cpu_s / functions.cpu_s if two and functions else None
    yield Target("1 GB CSV, job: at most twice the CPU time of the functions", 2.0, " times", more)
    for size in (3_000, 10_000):
        large = found(JOB_ON_TWO, size)
        times = large.size_mb / two.size_mb if large and two else None
        growth = large.wall_s / two.wall_s / times if large and two and times else None
        of_cpu = large.cpu_s / two.cpu_s / times if large and two and times else None
        promise = f"{size // 1_000} GB CSV, job: at most 1.15 times as long per GB as 1 GB"
        yield Target(promise, 1.15, " times", growth, of_cpu=of_cpu)
    peaks = [one.peak_mb for one in section.measurements if one.contender != BOTH] if section else []
    yield Target("job, peak memory of each process: at most 1500 MB", 1500, " MB", max(peaks, default=None))


def _cold_starts(section: Section | None) -> Iterator[Target]:
    bare = section.find(BARE, "") if section else None
    for name in COLD_STARTS:
        found = section.find(name, "") if section else None
        seconds = found.wall_s - bare.wall_s if found and bare else None
        of_cpu = found.cpu_s - bare.cpu_s if found and bare else None
        yield Target(f"cold start of {name}: at most 0.5 s beside bare Python", 0.5, " s", seconds, of_cpu=of_cpu)
