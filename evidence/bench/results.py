"""What was measured, as it is kept in ``evidence/bench/results.json``."""

from pathlib import Path
from statistics import median
from typing import Final

import msgspec

from evidence.bench.measuring import Usage

RESULTS: Final = Path(__file__).parent / "results.json"


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """When and where: the commit measured, the machine, and its load average of a minute before and after."""

    measured_at: str
    commit: str
    machine: str
    python: str
    duckdb: str
    load_before: float
    load_after: float


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """One contender on one file, run several times. ``size_mb`` is the file's, in 10^6 bytes."""

    contender: str
    format: str
    size_mb: float
    usages: tuple[Usage, ...]

    @property
    def wall_s(self) -> float:
        """Median of the wall clock, in seconds."""
        return median(usage.wall_s for usage in self.usages)

    @property
    def cpu_s(self) -> float:
        """Median of the CPU time, in seconds."""
        return median(usage.cpu_s for usage in self.usages)

    @property
    def peak_mb(self) -> float:
        """Highest peak of resident memory, in 10^6 bytes."""
        return max(usage.peak_mb for usage in self.usages)


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """How many times as long one contender takes as another.

    ``wall`` and ``cpu`` are of the medians. ``least`` and ``greatest`` are of the wall clock within one round of turns:
    how far they are apart tells how much the machine itself changed meanwhile.
    """

    wall: float
    cpu: float
    least: float
    greatest: float


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured in one go."""

    circumstances: Circumstances
    rows: int
    runs: int
    measurements: tuple[Measurement, ...]

    def find(self, contender: str, file_format: str) -> Measurement | None:
        """Return the measurement of ``contender`` on ``file_format``, None if there is none."""
        found = (one for one in self.measurements if (one.contender, one.format) == (contender, file_format))
        return next(found, None)

    def ratio(self, one: tuple[str, str], other: tuple[str, str]) -> Ratio | None:
        """Compare two contenders, each with its format; None where one of them was not measured."""
        above, below = self.find(*one), self.find(*other)
        if not above or not below:
            return None
        rounds = [up.wall_s / down.wall_s for up, down in zip(above.usages, below.usages, strict=True)]
        return Ratio(
            wall=above.wall_s / below.wall_s,
            cpu=above.cpu_s / below.cpu_s,
            least=min(rounds),
            greatest=max(rounds),
        )


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """All there is: contenders side by side, also on larger files, cold starts, large files by functions and job."""

    contenders: Section | None = None
    larger: Section | None = None
    cold_starts: Section | None = None
    limited: Section | None = None
    job: Section | None = None

    @classmethod
    def load(cls, path: Path = RESULTS) -> "Results":
        """Read the results kept so far, none if there is no file."""
        return msgspec.json.decode(path.read_bytes(), type=cls) if path.exists() else cls()

    def save(self, path: Path = RESULTS) -> None:
        """Keep the results."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")
