"""Runs tasks on Spark, each as a Spark job of its own: the first ones run while the file is still being read.

Rows never pass through the Java virtual machine. Spark places the tasks on machines, and runs one again whose machine
is lost.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, Protocol, TypeVar

from transactions.engine.tasks import TaskError

MOST_TASKS: Final = 12
"""At a time: the workers have eight processors, and a task or two for each of them that is done wait."""
_TASK_ERROR: Final = re.compile(r"TaskError: (\w+)")
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class RunsJobs(Protocol):
    """The part of a SparkContext that runs jobs."""

    def parallelize(self, c: Iterable[Any], numSlices: int | None = None) -> Any:  # noqa: N803 - Spark's own name
        """Make a dataset of ``c``, in so many partitions."""


class SparkRunner:
    """Hands so many tasks to Spark at a time, and takes one more item for each that is done."""

    def __init__(self, context: RunsJobs, tasks: int = MOST_TASKS) -> None:
        self._context, self._tasks = context, tasks

    def run(self, task: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
        """Run ``task`` on each of ``items``; the results are in order.

        Raises
        ------
        TaskError
            If a task fails, with the name of its error. The first one, in the items' order, ends the run.
        """
        results, waiting = list[_Result](), deque[Future[_Result]]()
        with ThreadPoolExecutor(self._tasks) as pool:
            for item in items:
                if len(waiting) >= self._tasks:
                    results.append(waiting.popleft().result())
                waiting.append(pool.submit(self._run_one, task, item))
            return [*results, *(one.result() for one in waiting)]

    def _run_one(self, task: Callable[[_Item], _Result], item: _Item) -> _Result:
        try:
            results: list[_Result] = self._context.parallelize([item], 1).map(task).collect()
        except Exception as error:
            # Spark tells it as a part of a Java error's message.
            if named := _TASK_ERROR.search(str(error)):
                raise TaskError(named[1]) from None
            raise
        return results[0]
