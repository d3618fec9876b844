"""The page on cost and scale is the stack's own, and batching pays."""

from dataclasses import replace

import pytest

from etl.synthesis.synthesize import ROOT
from etl.synthesis.template import Template
from evidence.cost import bursts_section, large_files, prices
from evidence.cost.__main__ import PAGE
from evidence.cost.archive import instant_month, instant_read, months_to_repay, standard_month
from evidence.cost.bursts import Assumptions, load, simulate
from evidence.cost.cost_and_scale_page import page
from evidence.cost.model import (
    LARGE_FILE_DAYS,
    LARGE_FILE_MB,
    PricedStack,
    crawl_listing,
    files_in_batch,
    gigabyte,
    overlapping_file,
    overlaps_share,
    recorded_twice,
    small_file,
)
from evidence.cost.quotas import quota_use
from evidence.cost.walking import walk_file


@pytest.fixture(scope="module")
def stack(template: Template) -> PricedStack:
    return PricedStack.from_template(template)


def test_the_cost_page_is_up_to_date(stack: PricedStack) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(stack), "run 'make cost'"


def test_a_small_file_in_a_batch_costs_under_a_third(
    stack: PricedStack,
) -> None:
    batch, direct = (sum(small_file(stack, route).values()) for route in ("batch", "direct"))

    assert batch <= direct / 3


@pytest.mark.parametrize(("files_a_day", "batch"), [(200, 1.0), (10_000, 1.7), (1_000_000, 70.4), (10_000_000, 100)])
def test_how_full_a_batch_is_follows_from_the_rate(stack: PricedStack, files_a_day: int, batch: float) -> None:
    assert files_in_batch(stack, files_a_day / 86_400) == pytest.approx(batch, abs=0.05)


def test_a_file_in_a_batch_of_its_own_costs_most(stack: PricedStack) -> None:
    alone, some, full = (sum(small_file(stack, "batch", batch=batch).values()) for batch in (1, 10, 100))

    assert alone > some > full == sum(small_file(stack, "batch").values())


@pytest.mark.parametrize("gigabytes", [0.1, 1, 2.2, 3, 4.3, 10, 30, 1000])
def test_the_job_is_never_the_cheaper_route(stack: PricedStack, gigabytes: float) -> None:
    assert large_files.job(gigabytes) > large_files.functions(stack, gigabytes)


def test_a_run_of_the_job_costs_at_least_a_minute_of_two_workers() -> None:
    # Two runs, two workers, a minute each, at 0.44 USD an hour
    assert large_files.job(0.001) == pytest.approx(4 * 0.44 / 60)
    # And three workers for as long as the file is read
    assert large_files.job(100) == pytest.approx(2 * 3 * 1700 * 0.44 / 3600)


@pytest.mark.parametrize(("size", "workers"), [(0, 2), (2 * 2**30 + 1, 3), (10 * 2**30, 3), (2**50, 3)])
def test_the_workers_are_those_that_the_state_machine_asks_for(size: int, workers: int) -> None:
    """tests/workflow/test_large_runs.py has the same figures of the state machine itself."""
    assert large_files.workers(size) == workers


def test_a_crawl_of_a_million_objects_lists_a_thousand_times() -> None:
    assert crawl_listing(1_000_000) == pytest.approx(0.005)
    assert crawl_listing(1) == prices.S3_WRITE


def test_the_simulated_bursts_are_those_of_the_stack(stack: PricedStack) -> None:
    assumptions, bursts = bursts_section.assumptions(stack), load().bursts

    assert load().assumptions == assumptions, "run 'make cost'"
    assert [burst for burst in bursts if burst.files <= 1000] == [
        simulate(assumptions, burst.files, burst.concurrency) for burst in bursts if burst.files <= 1000
    ]


@pytest.mark.parametrize("concurrency", [1, 10, 100])
def test_a_burst_takes_the_time_that_its_calls_take(concurrency: int) -> None:
    """With calls of a second each, and one batch: no file can be faster, and most waits are short."""
    alone = Assumptions(calls=(1.0,), between=0.0, batch_size=300, map_concurrency=300)

    burst = simulate(alone, 300, concurrency)

    assert burst.failed == 0
    assert 300 / concurrency <= burst.seconds <= 4 * 300 / concurrency + 600
    assert burst.waited_again <= 300 - concurrency


@pytest.mark.parametrize("route", ["batch", "direct"])
def test_overlaps_cost_at_most_15_percent_of_a_small_file(stack: PricedStack, route: str) -> None:
    # Also of a file that has some
    alone, overlapping = small_file(stack, route), overlapping_file(stack, route)

    assert 0 < overlaps_share(alone) < overlaps_share(overlapping) <= 0.15


def test_figures_that_come_late_are_recorded_by_themselves(stack: PricedStack) -> None:
    at_once = replace(stack, recording_window=1)
    recording = "record what was found"

    assert recorded_twice(at_once) == 1
    assert overlapping_file(at_once, "batch")[recording] == pytest.approx(
        overlapping_file(stack, "batch")[recording] / recorded_twice(stack)
    )


def test_a_good_file_enters_the_same_states_on_both_routes(stack: PricedStack) -> None:
    batch, direct = (walk_file(stack.definition, route) for route in ("batch", "direct"))

    assert batch == direct
    assert sum("lambda-" in resource for resource in batch.calls) == 3


def test_twice_the_files_use_each_quota_twice_as_much(stack: PricedStack) -> None:
    once, twice = quota_use(stack, 100), quota_use(stack, 200)

    assert {quota: pytest.approx(2 * use) for quota, use in once.items()} == twice


def test_staged_rows_that_expire_later_cost_only_their_storage(
    stack: PricedStack,
) -> None:
    now, later = gigabyte(stack), gigabyte(replace(stack, staging_days=2 * stack.staging_days))

    staged = "staged rows until they expire"
    assert later == now | {staged: pytest.approx(2 * now[staged])}


def test_a_large_file_of_many_days_costs_more_requests(
    stack: PricedStack,
) -> None:
    files = 1000 / LARGE_FILE_MB

    large, small = gigabyte(stack)["S3 requests"] / files, small_file(stack, "direct")["S3 requests"]

    # Each booking date but the first, and the rejected rows: an object that is written twice and read once
    assert large - small == pytest.approx(LARGE_FILE_DAYS * (2 * prices.S3_WRITE + prices.S3_READ))


@pytest.mark.requirement("S4")
@pytest.mark.parametrize(
    ("kilobytes", "standard", "archived", "repaid", "read"),
    [
        (5, "0.00000011", "0.00000049", None, "0.0000101"),
        (60, "0.00000132", "0.00000049", 24, "0.0000117"),
        (127, "0.00000279", "0.00000049", 9, "0.0000136"),
    ],
)
def test_small_processed_objects_do_not_repay_their_archive(
    kilobytes: int, standard: str, archived: str, repaid: int | None, read: str
) -> None:
    size = kilobytes * 1024
    before, after = standard_month(size), instant_month(size)
    months = months_to_repay(prices.GLACIER_INSTANT_MOVE, before=before, after=after)

    assert (f"{before:.8f}", f"{after:.8f}", f"{instant_read(size):.7f}") == (standard, archived, read)
    assert (months and round(months)) == repaid
    page = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    [row] = [line for line in page.splitlines() if line.startswith(f"| {kilobytes} KB |")]
    assert f"${standard} | ${archived}" in row
    assert f"| {f'{repaid} months' if repaid else 'never'} | ${read}" in row


def test_a_large_object_repays_its_archive_within_weeks() -> None:
    size = 10 * 1024 * 1024

    months = months_to_repay(prices.GLACIER_INSTANT_MOVE, before=standard_month(size), after=instant_month(size))

    assert months is not None
    assert months < 1
