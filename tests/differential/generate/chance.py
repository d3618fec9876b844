"""Small helpers to draw with."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def chance(rng: Random, probability: float) -> bool:
    """Return true with the given ``probability``."""
    return rng.random() < probability


def some(rng: Random, values: Sequence[T], most: int) -> list[T]:
    """Draw between none and ``most`` of ``values``, each once at most."""
    return rng.sample(values, rng.randint(0, min(most, len(values))))


def weighted(rng: Random, weights: dict[T, float]) -> T:
    """Draw one of the keys."""
    return rng.choices(list(weights), list(weights.values()))[0]
