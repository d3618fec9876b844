"""The page on speed: what was measured stands on it, beside what it is compared with."""

from evidence.bench.measuring import Usage
from evidence.bench.performance_page import page
from evidence.bench.plan import BOTH, COPY, DUCKDB
from evidence.bench.results import Circumstances, Measurement, Results, Section

CIRCUMSTANCES = Circumstances(
    measured_at="2025-11-03 06:00 UTC",
    commit="0123abc",
    machine="2 CPUs",
    python="3.11",
    duckdb="2.0.0",
    load_before=0.1,
    load_after=1.9,
)


def measured(contender: str, *usages: tuple[float, float, float]) -> Measurement:
    taken = tuple(Usage(wall_s=wall, cpu_s=cpu, peak_mb=peak) for wall, cpu, peak in usages)
    return Measurement(contender=contender, format="ndjson", size_mb=2350.4, usages=taken)


def section(*measurements: Measurement) -> Section:
    runs = len(measurements[0].usages)
    return Section(circumstances=CIRCUMSTANCES, rows=7_462_686, runs=runs, measurements=measurements)


def test_each_figure_stands_beside_its_ratio_to_the_lower_bound() -> None:
    # Given one run of the bound and of the pipeline
    larger = section(measured(COPY, (10.0, 20.0, 500.0)), measured(BOTH, (25.0, 80.0, 1000.0)))
    # When the page is written
    lines = page(Results(larger=larger)).splitlines()
    # Then both are on it, under what was measured
    heading = lines.index("## Contenders at 1 GB")
    assert lines.index("7,462,686 rows, one run.") > heading
    assert f"| {COPY} | ndjson | 2350 | 10.00 | 20.00 | 500 | 1.00 | 1.00 |" in lines[heading:]
    assert f"| {BOTH} | ndjson | 2350 | 25.00 | 80.00 | 1000 | 2.50 | 4.00 |" in lines[heading:]


def test_of_several_runs_median_time_and_highest_memory_count() -> None:
    contenders = section(measured(BOTH, (1.0, 2.0, 300.0), (9.0, 9.0, 200.0), (2.0, 3.0, 100.0)))

    lines = page(Results(contenders=contenders)).splitlines()

    assert "7,462,686 rows, median of 3 runs." in lines
    assert f"| {BOTH} | ndjson | 2350 | 2.00 | 3.00 | 300 |  |  |" in lines


def test_the_pipeline_is_compared_with_each_measured_script() -> None:
    # Given two rounds, in which the pipeline took twice and three times as long as a script
    script = measured(DUCKDB, (1.0, 2.0, 300.0), (2.0, 2.0, 300.0))
    both = measured(BOTH, (2.0, 6.0, 300.0), (6.0, 6.0, 300.0))

    lines = page(Results(contenders=section(script, both))).splitlines()

    assert f"| ndjson | {DUCKDB} | 2.67 | 2.00 - 3.00 | 3.00 |" in lines
