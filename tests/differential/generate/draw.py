"""The case of a seed and a number."""

from random import Random

from tests.differential.generate import csv_files, json_files
from tests.differential.generate.case import Case
from tests.differential.generate.chance import chance

_CSV_SHARE = 0.6


def draw(seed: int, number: int) -> Case:
    """Draw a case: always the same one for the same seed and number."""
    rng = Random(f"{seed}:{number}")  # noqa: S311 - chance, not secrecy
    return csv_files.draw(seed, number, rng) if chance(rng, _CSV_SHARE) else json_files.draw(seed, number, rng)
