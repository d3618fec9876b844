"""Tasks run as Spark jobs, several at a time, and their results are in the order of the items."""

from collections.abc import Callable, Iterator
from threading import Barrier, Lock
from typing import Any

import pytest

from pipeline.spark import SparkRunner

SLOTS = 2


class FakeDataset:
    """A dataset that computes where it is collected."""

    def __init__(self, items: list[Any]) -> None:
        self._items = items

    def map(self, function: Callable[[Any], Any]) -> "FakeDataset":
        """Apply ``function`` to each item."""
        return FakeDataset([function(item) for item in self._items])

    def collect(self) -> list[Any]:
        """Return the items."""
        return self._items


class FakeContext:
    """Runs jobs in the thread that asks for them."""

    @staticmethod
    def parallelize(c: Any, numSlices: int | None = None) -> FakeDataset:  # noqa: N803 - Spark's own name
        """Make a dataset."""
        assert numSlices == 1
        return FakeDataset(list(c))


def test_results_come_in_the_order_of_the_items() -> None:
    assert SparkRunner(FakeContext(), SLOTS).run(lambda item: item * 2, range(50)) == [item * 2 for item in range(50)]


def test_as_many_tasks_run_at_a_time_as_there_are_slots() -> None:
    # Given tasks that end only when two of them run
    both = Barrier(SLOTS, timeout=30)

    assert len(SparkRunner(FakeContext(), SLOTS).run(lambda _: both.wait(), range(10))) == 10


def test_items_are_taken_only_as_there_is_room_for_them() -> None:
    # Given items that are counted as they are taken, and tasks that see how far that is
    taken, done, lock, ahead = 0, 0, Lock(), list[int]()

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield number

    def task(item: int) -> int:
        nonlocal done
        with lock:
            ahead.append(taken - done)
            done += 1
        return item

    SparkRunner(FakeContext(), SLOTS).run(task, items())

    # Then six run or wait, and one more is taken
    assert max(ahead) <= 7


def test_the_first_error_ends_the_run() -> None:
    def task(item: int) -> int:
        raise ValueError(str(item))

    with pytest.raises(ValueError, match="0"):
        SparkRunner(FakeContext(), SLOTS).run(task, range(5))
