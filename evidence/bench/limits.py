"""The limits of a function's machine, enforced by a control group of Linux."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

MEMORY_MB: Final = 2972
"""What a function of 3072 MB has left for its process, in 10^6 bytes."""
CPUS: Final = 1.7
"""What its memory buys of processors."""
_ROOT: Final = Path("/sys/fs/cgroup")
_PERIOD_US: Final = 100_000


class LimitsError(Exception):
    """No control group can be made here."""


class ControlGroup(msgspec.Struct, frozen=True):
    """A group with the limits set: one folder, or of the older kind of control groups one for each controller."""

    folders: tuple[Path, ...]

    def join(self) -> None:
        """Put the current process into the group."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(os.getpid()))


@contextmanager
def control_group() -> Iterator[ControlGroup]:
    """Make a group with a function's memory and CPU; remove it once its processes have ended.

    Raises
    ------
    LimitsError
        If this user may not make one.
    """
    name, memory, quota = f"bench-{os.getpid()}", int(MEMORY_MB * 1e6), int(CPUS * _PERIOD_US)
    if (_ROOT / "cgroup.controllers").exists():
        limits = {_ROOT / name: {"memory.max": f"{memory}", "cpu.max": f"{quota} {_PERIOD_US}"}}
    else:
        limits = {
            _ROOT / "memory" / name: {"memory.limit_in_bytes": f"{memory}"},
            _ROOT / "cpu" / name: {"cpu.cfs_period_us": f"{_PERIOD_US}", "cpu.cfs_quota_us": f"{quota}"},
        }
    made = list[Path]()
    try:
        for folder, values in limits.items():
            folder.mkdir()
            made.append(folder)
            for file, value in values.items():
                (folder / file).write_text(value)
        yield ControlGroup(tuple(made))
    except OSError as error:
        raise LimitsError(f"no control group can be made here ({error}): run it as root") from error
    finally:
        for folder in made:
            folder.rmdir()
