"""The promises on speed and memory: none is hidden, and each is judged on the right side of its limit."""

import pytest

from bench.page import page
from bench.results import Results
from bench.targets import Target, targets


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
