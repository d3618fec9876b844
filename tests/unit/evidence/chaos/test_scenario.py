"""A scenario follows from its seed, and has the job's troubles only where the job processes files."""

from dataclasses import astuple

import pytest

from evidence.chaos.run import LARGE_BYTES
from evidence.chaos.scenario import Scenario, draw

SEEDS = range(200)


@pytest.fixture(scope="module")
def with_job() -> list[Scenario]:
    return [draw(seed, with_job=True) for seed in SEEDS]


def test_a_seed_gives_the_same_scenario_again(with_job: list[Scenario]) -> None:
    assert [draw(seed, with_job=True) for seed in SEEDS] == with_job
    assert [draw(seed) for seed in SEEDS] == [draw(seed) for seed in SEEDS]


def test_without_the_job_none_of_its_runs_is_broken() -> None:
    storms = [draw(seed).storm for seed in SEEDS]

    assert {(storm.killed_runs, storm.stopped_runs, storm.timed_out) for storm in storms} == {((), (), 0.0)}


def test_with_the_job_each_of_its_troubles_comes(with_job: list[Scenario]) -> None:
    storms = [scenario.storm for scenario in with_job]

    assert any(storm.killed_runs for storm in storms)
    assert any(storm.stopped_runs for storm in storms)
    assert any(storm.timed_out for storm in storms)
    assert any(astuple(storm)[-3:] == ((), (), 0.0) for storm in storms)


def test_with_the_job_most_scenarios_have_files_for_it(with_job: list[Scenario]) -> None:
    large = [sum(len(upload.content.encode()) > LARGE_BYTES for upload in scenario.uploads) for scenario in with_job]

    assert sum(number > 0 for number in large) > 0.7 * len(large)
    assert max(len(scenario.uploads) for scenario in with_job) <= 3
