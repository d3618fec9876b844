"""The promises on speed and memory: none is hidden, and each is judged on the right side of its limit."""

import pytest
from msgspec.structs import replace

from evidence.bench.performance_page import page
from evidence.bench.plan import BOTH, COPY, JOB_ON_ONE, JOB_ON_TWO
from evidence.bench.results import Measurement, Results
from evidence.bench.targets import Target, targets
from tests.unit.evidence.bench.test_page import measured, section


def test_a_target_that_was_not_measured_stands_on_the_page() -> None:
    # Given that nothing was measured
    results = Results()
    # When the page is written
    written = page(results)
    # Then every target is on it, and says so
    rows = [line for line in written.splitlines() if line.endswith("| not measured |")]
    assert len(rows) == len(list(targets(results))) > 0


@pytest.mark.parametrize(
    ("figure", "at_least", "verdict"),
    [(3.0, False, "met"), (3.1, False, "**not met**"), (3.0, True, "met"), (2.9, True, "**not met**")],
)
def test_a_figure_is_judged_on_its_own_side_of_the_limit(figure: float, at_least: bool, verdict: str) -> None:  # noqa: FBT001
    assert Target("promise", 3.0, "", figure, at_least).verdict == verdict


def test_a_ratio_is_of_the_medians_and_shows_the_spread() -> None:
    # Given a machine that was slower in the last round
    bound = measured(COPY, (1.0, 2.0, 9.0), (1.0, 2.0, 9.0), (4.0, 2.0, 9.0))
    both = measured(BOTH, (3.0, 6.0, 9.0), (5.0, 6.0, 9.0), (8.0, 6.0, 9.0))

    [target] = [one for one in targets(Results(contenders=section(bound, both))) if one.of_rounds]

    assert (target.figure, target.of_cpu, target.of_rounds) == (5.0, 3.0, (2.0, 5.0))


def test_the_job_is_judged_by_gigabyte_core_and_process() -> None:
    # Given a job that is twice as fast on two cores, and takes a quarter longer per GB for ten times the file
    def read(contender: str, megabytes: int, *usage: float) -> Measurement:
        wall, cpu, peak = usage
        once = measured(contender, (wall, cpu, peak))
        return replace(once, format=f"csv, {megabytes} MB", size_mb=float(megabytes))

    job = section(
        read(BOTH, 1_000, 50.0, 80.0, 900.0),
        read(JOB_ON_ONE.name, 1_000, 200.0, 120.0, 700.0),
        read(JOB_ON_TWO.name, 1_000, 100.0, 120.0, 800.0),
        read(JOB_ON_TWO.name, 10_000, 1_250.0, 1_200.0, 850.0),
    )

    figures = {one.promise: one.figure for one in targets(Results(job=job)) if "job" in one.promise}

    of_cpu = {one.promise: one.of_cpu for one in targets(Results(job=job))}
    assert of_cpu["10 GB CSV, job: at most 1.15 times as long per GB as 1 GB"] == 1.0
    assert figures == {
        "1 GB CSV, job: 2 cores at least 1.6 times as fast as 1": 2.0,
        "1 GB CSV, job: at most twice the CPU time of the functions": 1.5,
        "3 GB CSV, job: at most 1.15 times as long per GB as 1 GB": None,
        "10 GB CSV, job: at most 1.15 times as long per GB as 1 GB": 1.25,
        "job, peak memory of each process: at most 1500 MB": 850.0,
    }
