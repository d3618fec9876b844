"""Makes a change in a copy of the project, and runs the closest tests there."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from evidence.mutants.changes import CodeChange, changes_of
from evidence.mutants.closest import TESTS_OF, closest_tests, modules, room_of

_LINKED: Final = (".venv", "node_modules", "build")
"""What the tests need besides the tracked files."""
_SHOWN_LINES: Final = 20
"""Of pytest's output, where it could not be used."""
_NO_FAILURE, _FAILURE, _NOT_COLLECTED = 0, 1, 2


class MutantResult(StrEnum):
    """What the closest tests made of a change."""

    NOTICED = "noticed"
    TIMED_OUT = "noticed, as they did not end"
    NOT_NOTICED = "NOT NOTICED"


@dataclass(frozen=True)
class Mutant:
    """One change of one module."""

    module: Path
    change: CodeChange

    @property
    def place(self) -> str:
        """Where it is."""
        return f"{self.module}:{self.change.line}"


def sample(root: Path, count: int, seed: int) -> tuple[list[Mutant], int]:
    """Draw ``count`` changes from all that there are below ``root``; return them and how many there are.

    A larger sample of the same seed begins with the smaller one.
    """
    everything = [Mutant(path, change) for path in modules(root) for change in changes_of((root / path).read_bytes())]
    random.Random(seed).shuffle(everything)  # noqa: S311 - no secret
    return everything[:count], len(everything)


def copy_project(root: Path, copy: Path) -> None:
    """Copy the tracked files of ``root``, as they are now, to ``copy``."""
    listing = ["git", "ls-files", "-z"]
    listed = subprocess.run(listing, cwd=root, capture_output=True, check=True, text=True)  # noqa: S603 - no input
    for name in filter(None, listed.stdout.split("\0")):
        if (root / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, copy / name)
    for name in _LINKED:
        if (root / name).exists():
            (copy / name).symlink_to((root / name).resolve())


def check_unchanged(mutants: Iterable[Mutant], copy: Path) -> None:
    """Run the tests of all rooms of ``mutants`` on the code as it is.

    Raises
    ------
    RuntimeError
        If one of them fails: it would notice every change.
    """
    folders = sorted({folder for mutant in mutants for folder in TESTS_OF[room_of(mutant.module)]})
    done = _pytest(folders, copy, None)
    if done.returncode != _NO_FAILURE:
        raise RuntimeError(f"without a change a test fails, so that nothing can be measured:\n{_last_lines(done)}")


def try_out(mutant: Mutant, copy: Path, limit_seconds: int) -> MutantResult:
    """Make the change in ``copy``, run the closest tests up to the first failure, and undo the change.

    Raises
    ------
    RuntimeError
        If the tests could not be run.
    """
    path = copy / mutant.module
    source = path.read_bytes()
    path.write_bytes(mutant.change.applied_to(source))
    try:
        return _run(closest_tests(mutant.module, copy), copy, limit_seconds)
    finally:
        path.write_bytes(source)


def _run(tests: list[str], copy: Path, limit_seconds: int) -> MutantResult:
    try:
        done = _pytest(tests, copy, limit_seconds)
    except subprocess.TimeoutExpired:
        return MutantResult.TIMED_OUT
    if done.returncode not in {_NO_FAILURE, _FAILURE, _NOT_COLLECTED}:
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{_last_lines(done)}")
    return MutantResult.NOT_NOTICED if done.returncode == _NO_FAILURE else MutantResult.NOTICED


def _pytest(tests: list[str], copy: Path, limit_seconds: int | None) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": f"{copy}{os.pathsep}{copy / 'functions'}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--hypothesis-seed=1", *tests]
    return subprocess.run(  # noqa: S603 - pytest on our own tests
        command, cwd=copy, env=environment, capture_output=True, check=False, timeout=limit_seconds, text=True
    )


def _last_lines(done: "subprocess.CompletedProcess[str]") -> str:
    return "\n".join((done.stdout + done.stderr).splitlines()[-_SHOWN_LINES:])
