"""A process is found with all that it has started."""

import os
import signal
import subprocess
import sys

from local.processes import family, kill, members, running_processes, send

# Starts a child that leads a process group of its own, as Spark's workers do, and prints its id.
PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], process_group=0)
print(child.pid, flush=True)
child.wait()
"""


def _start() -> tuple[subprocess.Popen[str], int]:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


def test_a_family_ends_with_its_children_in_other_groups() -> None:
    parent, child = _start()
    assert sorted(family(parent.pid)) == sorted([parent.pid, child]) == sorted(members(parent.pid))

    kill(family(parent.pid))
    parent.wait()

    assert not {process.pid for process in running_processes()} & {parent.pid, child}


def test_a_process_that_has_ended_gets_no_signal() -> None:
    parent, child = _start()
    kill(family(parent.pid))
    parent.wait()

    send([parent.pid, child], signal.SIGTERM)

    assert os.getpid() in {process.pid for process in running_processes()}
