"""Files that tasks leave in S3, for tasks on other machines or for a table."""

from pathlib import Path

import msgspec

from pipeline.clients import client
from pipeline.s3 import download_file, upload_file


class TaskFiles(msgspec.Struct, frozen=True):
    """Keeps files in ``bucket``, under keys that are ``prefix`` and the file's name."""

    bucket: str
    prefix: str

    def put(self, path: Path, name: str) -> None:
        """Keep the file at ``path``; one of the same name is replaced."""
        upload_file(client("s3"), self.bucket, f"{self.prefix}{name}", path)

    def get(self, name: str, path: Path) -> None:
        """Write the file of this name to ``path``."""
        download_file(client("s3"), self.bucket, f"{self.prefix}{name}", path)
