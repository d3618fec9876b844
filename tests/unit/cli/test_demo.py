"""The demonstration's judgement: it passes what is as expected, and names what is not."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from cli.demo.checks import check
from cli.demo.report import show, summary
from cli.demo.run import DemoRun
from cli.demo.scenario import BATCH, DIRECT, DIRECT_THRESHOLD_BYTES, LARGE_THRESHOLD_BYTES, statement_of, waves
from cli.progress import progress
from deployment.pipeline import Upload
from etl.workflow import definition
from etl.workflow.large_files import LARGE_FILES
from pipeline.constants import FileStatus
from tests.unit.cli.outcomes import expected_outcome

Spoil = Callable[[DemoRun], DemoRun]


def _with_row(number: int, **changes: Any) -> Spoil:
    def spoil(outcome: DemoRun) -> DemoRun:
        results = list(outcome.results)
        result = results[number - 1]
        results[number - 1] = replace(result, row=msgspec.structs.replace(result.row, **changes))
        return replace(outcome, results=results)

    return spoil


def _change(**changes: Callable[[Any], Any]) -> Spoil:
    return lambda outcome: replace(outcome, **{name: make(getattr(outcome, name)) for name, make in changes.items()})


def _direct_instead(outcome: DemoRun) -> DemoRun:
    results = list(outcome.results)
    results[0] = replace(results[0], route=DIRECT)
    return replace(outcome, results=results)


SPOILED: dict[str, tuple[Spoil, str]] = {
    "a status": (_with_row(2, status=FileStatus.FAILED), "Every file has its expected status and reason"),
    "a route": (_direct_instead, "Small files went in batches, others direct, and the largest to the job on Spark"),
    "a batch": (_with_row(2, execution="another"), "The small files of the first wave share one execution"),
    "a count": (_with_row(2, rows_read=99), "Rows read, accepted, rejected and dropped are exact"),
    "a cent": (_with_row(2, totals=()), "Control totals are exact to the last digit, per currency"),
    "a missing alert": (_change(alerts=lambda alerts: alerts[1:]), "Every alert that was due went out, and no other"),
    "an alert too many": (
        _change(alerts=lambda alerts: [*alerts, alerts[0]]),
        "Every alert that was due went out, and no other",
    ),
    "a readable duplicate": (
        _change(published=lambda published: published | {"id-12": 8}),
        "No row of a duplicate, superseded or rejected file is readable",
    ),
    "a query's total": (
        _change(totals=lambda rows: [rows[0] | {"total": "0.00001"}, *rows[1:]]),
        "Athena's totals equal those of the completed files' audit rows",
    ),
    "a lost bad row": (
        _change(quarantine=lambda rows: rows[1:]),
        "Quarantine holds every error of every rejected row",
    ),
    "a partition": (
        _change(registered_partitions=lambda _: frozenset()),
        "Every partition with rows is registered in the Glue catalog",
    ),
    "a slow file": (_with_row(2, history=()), "Every file was done within 15 minutes of its upload"),
    "a report": (_change(reports=lambda _: frozenset()), "Every file has its report for the partner"),
    "a dead letter": (_change(dead_letters=lambda _: 1), "The dead-letter queue is empty"),
}


def test_an_outcome_as_expected_passes_every_check() -> None:
    assert [found.claim for found in check(expected_outcome()) if not found.ok] == []


@pytest.mark.parametrize(("spoil", "claim"), SPOILED.values(), ids=SPOILED.keys())
def test_a_deviation_fails_the_check_that_is_about_it(spoil: Spoil, claim: str) -> None:
    # Given an outcome with one thing wrong; when it is checked
    checks = check(spoil(expected_outcome()))
    # Then the claim about it fails, and says what was seen
    (found,) = [found for found in checks if found.claim == claim]
    assert not found.ok
    assert found.problems[0]
    # And the last line says so
    assert "FAILED" in summary(checks, {}).plain


def test_every_check_can_fail() -> None:
    assert {claim for _, claim in SPOILED.values()} == {found.claim for found in check(expected_outcome())}


def test_the_report_shows_all_results_within_100_columns() -> None:
    console = Console(file=io.StringIO(), width=100, highlight=False)
    outcome = expected_outcome()
    show(console, outcome, check(outcome))
    text = console.file.getvalue()  # type: ignore[attr-defined] # a StringIO
    for result in outcome.results:
        assert result.sample.key.removeprefix("incoming/") in text
    assert "same content as file 1" in text
    assert "HEADER_MISMATCH" in text
    assert "GROUP BY partner, currency" in text
    assert "FAILED" not in text
    assert max(map(len, text.splitlines())) <= 100


def test_progress_without_a_terminal_is_a_line_per_change() -> None:
    # Given an upload that is looked at three times, with two statuses
    console = Console(file=io.StringIO(), width=100)
    row = expected_outcome().results[0].row
    upload = Upload(key=row.key, version_id=row.version_id)
    with progress(console, [upload]) as watch:
        watch({upload: msgspec.structs.replace(row, status=FileStatus.PROCESSING)})
        watch({upload: row})
        watch({upload: row})
    # Then there are two lines
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined] # a StringIO
    assert ["PROCESSING" in line for line in lines] == [True, False]


def test_samples_stand_on_their_side_of_the_threshold() -> None:
    for sample in (sample for wave in waves() for sample in wave):
        expected = DIRECT if len(sample.content) >= DIRECT_THRESHOLD_BYTES else BATCH
        expected = LARGE_FILES if len(sample.content) > LARGE_THRESHOLD_BYTES else expected
        assert sample.expected.route == expected, sample.key


def test_each_route_is_shown() -> None:
    routes = {sample.expected.route for wave in waves() for sample in wave}

    assert routes == {definition.DIRECT, definition.BATCH, LARGE_FILES}


@given(st.integers(min_value=0, max_value=300))
def test_a_generated_file_has_the_totals_that_it_claims(rows: int) -> None:
    sample = statement_of(rows, shows="many rows", key="incoming/alpine/many.csv", route=DIRECT)
    sums: dict[str, Decimal] = {"CHF": Decimal(0), "EUR": Decimal(0), "USD": Decimal(0)}
    for row in csv.DictReader(io.StringIO(sample.content.decode())):
        sums[row["currency"]] += Decimal(row["amount"])
    assert sums == sample.expected.totals
    assert statement_of(rows, shows=sample.shows, key=sample.key, route=DIRECT) == sample
