"""Tasks run as Spark jobs, several at a time, and their results are in the order of the items."""

from collections.abc import Callable, Iterator
from threading import Barrier, Lock
from typing import Any

import pytest

from pipeline.spark import SparkRunner
from transactions.engine.tasks import TaskError

TASKS = 2


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
    assert SparkRunner(FakeContext(), TASKS).run(lambda item: item * 2, range(50)) == [item * 2 for item in range(50)]


def test_several_tasks_run_at_a_time() -> None:
    # Given tasks that end only when two of them run
    both = Barrier(TASKS, timeout=30)

    assert len(SparkRunner(FakeContext(), TASKS).run(lambda _: both.wait(), range(10))) == 10


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

    SparkRunner(FakeContext(), TASKS).run(task, items())

    # Then two run or wait, and one more is taken
    assert max(ahead) <= TASKS + 1


def test_the_first_error_ends_the_run_with_its_name() -> None:
    # Given tasks whose errors Spark tells as it tells Python's: within a message of its own
    def task(item: int) -> int:
        raise RuntimeError(f"Job aborted: transactions.engine.tasks.TaskError: Error{item}\n\tat org.apache.spark")

    with pytest.raises(TaskError, match=r"^Error0$") as raised:
        SparkRunner(FakeContext(), TASKS).run(task, range(5))

    assert raised.value.__suppress_context__


def test_an_error_of_spark_itself_is_not_hidden() -> None:
    def task(_: int) -> int:
        raise RuntimeError("no executors")

    with pytest.raises(RuntimeError, match="no executors"):
        SparkRunner(FakeContext(), TASKS).run(task, range(5))
