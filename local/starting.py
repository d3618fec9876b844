"""One start of the embedded AWS at a time, which whoever ends it can find."""

import fcntl
import os
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType


class Starting(AbstractContextManager["Starting"]):
    """A lock on a file that names the process which holds it; entering waits for any other to let go."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        self._file = path.open("a+")

    def holder(self) -> int | None:
        """Return the process that holds the lock now; None if none does."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            return int(self._file.read() or 0) or None
        fcntl.flock(self._file, fcntl.LOCK_UN)
        return None

    def __enter__(self) -> "Starting":
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.truncate(0)
        self._file.close()
