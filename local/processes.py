"""The processes of this machine, as ``/proc`` lists them, without those that have ended and wait for their parents."""

import contextlib
import os
import signal
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_POLL_SECONDS: Final = 0.02


@dataclass(frozen=True, kw_only=True)
class Process:
    """A running process: its id, its parent's, and that of its session."""

    pid: int
    parent: int
    session: int


def running_processes() -> Iterator[Process]:
    """List what runs now."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name before, which is in brackets, may have spaces of its own.
            state, parent, _group, session = stat.read_text().rpartition(")")[2].split()[:4]
            if state != "Z":
                yield Process(pid=int(stat.parent.name), parent=int(parent), session=int(session))


def members(session: int) -> list[int]:
    """List the processes of a session."""
    return [process.pid for process in running_processes() if process.session == session]


def family(pid: int) -> list[int]:
    """List a process and all that it and its children have started."""
    running = list(running_processes())
    found = [pid]
    for parent in found:
        found += [process.pid for process in running if process.parent == parent]
    return found


def send(pids: Iterable[int], signal_number: signal.Signals) -> None:
    """Send a signal to those that still run."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal_number)


def kill(pids: Collection[int]) -> None:
    """Kill those that still run, and return when none of them does."""
    send(pids, signal.SIGKILL)
    while not set(pids).isdisjoint(process.pid for process in running_processes()):
        time.sleep(_POLL_SECONDS)
