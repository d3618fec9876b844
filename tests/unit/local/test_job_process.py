"""What a run's log says of its error."""

import subprocess
import sys

import pytest

from local.job_process import last_error

SCRIPT = """
import json
try:
    json.loads("{")
except ValueError as error:
    raise json.JSONDecodeError("nothing to read", "", 0) from error
"""


@pytest.mark.parametrize("written_after", [[], ["26/11/28 18:42:02 INFO ShutdownHookManager: called", ""]])
def test_a_runs_error_is_that_of_its_last_traceback(written_after: list[str]) -> None:
    # Given the log of a script whose error has another one as its cause, and what others write at the end
    script = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    log = ["started", *script.stderr.splitlines(), *written_after]

    assert last_error(log) == "json.decoder.JSONDecodeError: nothing to read: line 1 column 1 (char 0)"


@pytest.mark.parametrize(("log", "error"), [(["first", "killed"], "killed"), ([], "")])
def test_without_a_traceback_it_is_the_last_line(log: list[str], error: str) -> None:
    assert last_error(log) == error
