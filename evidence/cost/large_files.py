"""What the job for large files costs at least, beside the functions that do the same for smaller ones."""

from collections.abc import Iterator
from math import ceil
from typing import Final

from etl.workflow.large_files import BYTES_A_WORKER, FEWEST_WORKERS, MOST_WORKERS
from evidence.cost import measured, prices
from evidence.cost.formatting import dollars, table
from evidence.cost.model import PricedStack, call

GIGABYTE: Final = 10**9
GIGABYTES: Final = (0.1, 1, 2, 3, 10, 30, 100)
_RUNS: Final = 2
"""One to validate a file, one to transform it."""
_SECONDS_A_HOUR: Final = 3600


def workers(size_bytes: float) -> int:
    """Return how many workers the state machine asks for."""
    return min(MOST_WORKERS, max(FEWEST_WORKERS, ceil(size_bytes / BYTES_A_WORKER) + 1))


def seconds_of_run(gigabytes: float) -> float:
    """Return the seconds for which a run is billed, at least: its file is read once, by one reader."""
    return max(prices.GLUE_LEAST_SECONDS, gigabytes * measured.READING_SECONDS_PER_GB)


def job(gigabytes: float) -> float:
    """Return the cost of both runs of a file, at least."""
    hours = _RUNS * seconds_of_run(gigabytes) / _SECONDS_A_HOUR
    return hours * workers(gigabytes * GIGABYTE) * prices.GLUE_DPU_HOUR


def seconds_of_functions(gigabytes: float) -> dict[str, float]:
    """Return the seconds of the two functions that read a file, whether or not a function has so many."""
    return {name: 1000 * gigabytes * spent for name, spent in measured.seconds_per_mb().items()}


def functions(stack: PricedStack, gigabytes: float) -> float:
    """Return the cost of these functions."""
    return sum(call(stack, name, seconds) for name, seconds in seconds_of_functions(gigabytes).items())


def section(stack: PricedStack) -> Iterator[str]:
    """Write the section."""
    threshold = f"{stack.large_threshold_bytes / GIGABYTE:.2f} GB"
    minimum, pace = prices.GLUE_LEAST_SECONDS, measured.READING_SECONDS_PER_GB
    yield "## A large file"
    yield ""
    yield f"Files of more than `largeThresholdBytes`, {threshold}, are validated and transformed by the job"
    yield f"on AWS Glue, in a run each. A worker costs {prices.GLUE_DPU_HOUR:.2f} USD an hour, by the second, and"
    yield f"{minimum} seconds at least. How long a run takes on AWS is not measured, so this is the least that it can"
    yield f"cost: all workers are paid while one reader goes through the file, at {pace} seconds a gigabyte. Beside it"
    yield "stand the functions `validate` and `transform`, also for files that are too large for them. All else"
    yield "costs the same on either route."
    yield ""
    rows = []
    for gigabytes in GIGABYTES:
        size, least, other = gigabytes * GIGABYTE, job(gigabytes), functions(stack, gigabytes)
        seconds = ", ".join(f"{spent:.0f}" for spent in seconds_of_functions(gigabytes).values())
        rows.append(
            [
                f"{gigabytes:g} GB",
                seconds,
                dollars(other),
                str(workers(size)),
                f"{_RUNS} * {seconds_of_run(gigabytes):.0f}",
                dollars(least),
                dollars(least / gigabytes),
                f"{least / other:.0f}",
            ]
        )
    yield from table(
        (
            "file",
            "functions, seconds",
            "functions, USD",
            "workers",
            "runs, seconds at least",
            "job, USD at least",
            "USD a gigabyte",
            "times the functions",
        ),
        rows,
    )
    yield "At no size is the job the cheaper route. It is the only one for what outgrows a function's five minutes,"
    yield "memory and disk, and a lower threshold costs more. More workers than two do not shorten the reading either."
    yield ""
