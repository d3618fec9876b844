"""What runs tasks in tests: in this process, with all that goes in and out serialized as between machines."""

import pickle
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class SerializingRunner:
    """Runs one task after the other, each on copies of its own."""

    @staticmethod
    def run(task: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Run ``task`` on each of ``items``."""
        results = list[Result]()
        for item in items:
            own_task, own_item = pickle.loads(pickle.dumps((task, item)))  # noqa: S301 - what was pickled right before
            results.append(pickle.loads(pickle.dumps(own_task(own_item))))  # noqa: S301 - as above
        return results


@dataclass(frozen=True)
class Folder:
    """Keeps files below a folder."""

    root: Path

    def put(self, path: Path, name: str) -> None:
        """Keep a copy of the file at ``path``."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)

    def get(self, name: str, path: Path) -> None:
        """Copy the file of this name to ``path``."""
        shutil.copyfile(self.root / name, path)
