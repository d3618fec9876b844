"""Both steps as the job for large files takes them: tasks on Spark, on a number of this machine's processors."""

import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

from pyspark import SparkContext

from evidence.bench.contenders.folder import Folder
from evidence.bench.contenders.pipeline import LAYOUTS, catalog_of, outcome, source_of
from evidence.bench.contenders.result import ContenderResult, run
from local.processes import running_processes, send
from local.spark import spark_environment
from pipeline.spark import SparkRunner
from transactions.distributed import Workers, transform_with_tasks, validate_with_tasks

_PR_SET_CHILD_SUBREAPER: Final = 36  # prctl(2)


def _job(file_format: str, file: Path, output: Path) -> ContenderResult:
    _adopt_orphans()
    os.environ.update(spark_environment(cores=int(sys.argv[1])))
    context = SparkContext.getOrCreate()
    context.setLogLevel("ERROR")
    try:
        return _answer(file_format, file, output, SparkRunner(context))
    finally:
        _end(context)


def _answer(file_format: str, file: Path, output: Path, runner: SparkRunner) -> ContenderResult:
    catalog = catalog_of(file_format)
    layout = catalog.get(LAYOUTS[file_format])
    source = source_of(layout, file)
    workers = Workers(runner=runner, exchange=Folder(output / "tasks"))
    with file.open("rb") as stream:
        validated = outcome(validate_with_tasks(stream, source, catalog, workers))
    with file.open("rb") as stream:
        transformed = outcome(transform_with_tasks(stream, source, layout, Folder(output / "objects"), workers))
    if not validated.agrees(transformed):
        sys.exit(f"validate comes to {validated}, transform to {transformed}")
    return validated


def _adopt_orphans() -> None:
    """Become the parent of processes whose parents end, so that waiting for them counts what they took."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _end(context: SparkContext) -> None:
    gateway: Any = context._gateway  # noqa: SLF001 - it has no public name
    java = gateway.proc
    # The daemon that starts the Python workers ignores how they end, and what they took would be lost with them.
    send([process.pid for process in running_processes() if process.parent == java.pid], signal.SIGKILL)
    context.stop()
    java.stdin.close()
    java.wait()
    while _waited():
        pass


def _waited() -> bool:
    try:
        os.wait()
    except ChildProcessError:
        return False
    return True


if __name__ == "__main__":
    run(_job)
