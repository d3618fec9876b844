"""A folder in place of the S3 bucket in which the job's tasks leave files for each other."""

import shutil
from pathlib import Path

import msgspec


class Folder(msgspec.Struct, frozen=True):
    """Keeps files below ``root``. In a module of its own, where the tasks' processes find it."""

    root: Path

    def put(self, path: Path, name: str) -> None:
        """Keep the file at ``path``."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)

    def get(self, name: str, path: Path) -> None:
        """Write the file of this name to ``path``."""
        shutil.copyfile(self.root / name, path)
