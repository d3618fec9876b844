"""One unpacked copy of a function package for all its environments.

The emulator unpacks the whole package for every environment of a function: a hundred megabytes each, which is most of
the time of a cold start on a laptop. As on AWS, environments can read their code and cannot write to it.
"""

import hashlib
import tempfile
import threading
import zipfile
from pathlib import Path

_unpacking = threading.Lock()


class SharedZipFile(zipfile.ZipFile):
    """A zip file that is unpacked once; unpacking the same content again makes a link to it."""

    def extractall(self, path: object = None, members: object = None, pwd: bytes | None = None) -> None:
        """Make ``path``, an empty folder, a link to the unpacked content."""
        if members is not None or pwd is not None:
            raise NotImplementedError("a shared package is unpacked as a whole")
        target = Path(str(path))
        unpacked = Path(tempfile.gettempdir()) / f"package-{self._content()}"
        with _unpacking:
            if not unpacked.exists():
                partial = unpacked.with_suffix(".partial")
                super().extractall(partial)
                partial.rename(unpacked)
        target.rmdir()
        target.symlink_to(unpacked, target_is_directory=True)

    def _content(self) -> str:
        entries = "\n".join(f"{entry.filename} {entry.CRC} {entry.file_size}" for entry in self.infolist())
        return hashlib.sha256(entries.encode()).hexdigest()
