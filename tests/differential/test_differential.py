"""The product reads random files as the plain reference does; ``make fuzz`` runs more of them."""

import pytest

from tests.differential.compare import outcome
from tests.differential.generate.draw import draw
from tests.differential.report import reproduction

CASES = 100
BLOCK = 10
SEED = 1


@pytest.mark.parametrize("first", range(0, CASES, BLOCK))
def test_random_files_give_the_result_of_the_reference(first: int) -> None:
    for number in range(first, first + BLOCK):
        found = outcome(draw(SEED, number))

        assert not found.differences, reproduction(found)
