"""Runs one command as a process of its own and takes its time and memory from the kernel."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

import msgspec

from evidence.bench.limits import ControlGroup

PROJECT: Final = Path(__file__).parents[2]
_ENVIRONMENT: Final = {
    "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "functions")]),
    "PYTHONWARNINGS": "ignore",
    "AWS_DEFAULT_REGION": "us-east-1",
    # Lambda has credentials there; without any, a client asks the network for them. These open nothing.
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "POWERTOOLS_METRICS_NAMESPACE": "bench",
}


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What one process took: seconds of wall clock and of CPU, peak resident memory in 10^6 bytes.

    The peak is never less than that of the process that measures, some 70 MB: Linux counts from before the exec.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float


class RunFailedError(Exception):
    """A contender did not end well."""


def measure(arguments: Sequence[str], group: ControlGroup | None = None) -> tuple[Usage, bytes]:
    """Run Python with ``arguments``; return what it took and what it printed.

    ``group`` sets the limits of its memory and CPU.

    Raises
    ------
    RunFailedError
        If the process ends with an error. It holds the last of what the process said.
    """
    with TemporaryFile() as printed, TemporaryFile() as complaints:
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, *arguments],
            env=_inherited() | _ENVIRONMENT,
            stdout=printed,
            stderr=complaints,
            preexec_fn=group.join if group else None,  # noqa: PLW1509 - this process has one thread when it forks
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            complaints.seek(0)
            last = complaints.read().decode(errors="replace").strip().splitlines()[-1:]
            raise RunFailedError(f"{' '.join(arguments)} ended with {process.returncode}: {''.join(last)}")
        printed.seek(0)
        usage = Usage(
            wall_s=round(wall, 3),
            cpu_s=round(used.ru_utime + used.ru_stime, 3),
            peak_mb=round(used.ru_maxrss * 1024 / 1e6, 1),
        )
        return usage, printed.read()


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
