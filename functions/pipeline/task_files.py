"""Files that tasks leave in S3, for tasks on other machines or for a table."""

import shutil
from pathlib import Path

import msgspec

from pipeline.clients import client


class TaskFiles(msgspec.Struct, frozen=True):
    """Keeps files in ``bucket``, under keys that are ``prefix`` and the file's name.

    One request each, which holds 5 GB (S3 user guide, "Uploading objects"): twenty times a segment.
    """

    bucket: str
    prefix: str

    def put(self, path: Path, name: str) -> None:
        """Keep the file at ``path``; one of the same name is replaced."""
        with path.open("rb") as content:
            client("s3").put_object(Bucket=self.bucket, Key=f"{self.prefix}{name}", Body=content)

    def get(self, name: str, path: Path) -> None:
        """Write the file of this name to ``path``."""
        body = client("s3").get_object(Bucket=self.bucket, Key=f"{self.prefix}{name}")["Body"]
        with path.open("wb") as copy:
            shutil.copyfileobj(body, copy)
