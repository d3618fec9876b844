"""Runs tasks on Spark, each as a Spark job of its own: the first ones run while the file is still being read.

Rows never pass through the Java virtual machine. Spark places the tasks on machines, and runs one again whose machine
is lost.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, Protocol, TypeVar

_WAITING: Final = 2
"""For each task that runs, so many more may wait: then the next one is ready, and the disk does not fill with them."""
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class RunsJobs(Protocol):
    """The part of a SparkContext that runs jobs."""

    def parallelize(self, c: Iterable[Any], numSlices: int | None = None) -> Any:  # noqa: N803 - Spark's own name
        """Make a dataset of ``c``, in so many partitions."""


class SparkRunner:
    """Runs as many tasks at a time as there are ``slots``, which are the processors of the workers."""

    def __init__(self, context: RunsJobs, slots: int) -> None:
        self._context, self._slots = context, slots

    def run(self, task: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
        """Run ``task`` on each of ``items``; the results are in order. The first error, in that order, ends it."""
        results, waiting = list[_Result](), deque[Future[_Result]]()
        with ThreadPoolExecutor(self._slots) as pool:
            for item in items:
                if len(waiting) >= self._slots * (1 + _WAITING):
                    results.append(waiting.popleft().result())
                waiting.append(pool.submit(self._run_one, task, item))
            return [*results, *(one.result() for one in waiting)]

    def _run_one(self, task: Callable[[_Item], _Result], item: _Item) -> _Result:
        results: list[_Result] = self._context.parallelize([item], 1).map(task).collect()
        return results[0]
