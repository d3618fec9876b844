"""The embedded AWS with its objects on disk: a large file and what the job makes of it do not fit into memory."""

from typing import Any

from ministack.services import s3

from local.server import app

__all__ = ["app"]

_entry = s3._version_entry_from_record  # noqa: SLF001


def _without_content(record: dict[str, Any], version_id: str, _: bytes) -> dict[str, Any]:
    # The emulator keeps a version's content in memory also where the object is on disk, and reads it there without it.
    entry: dict[str, Any] = _entry(record, version_id, None)
    return entry


s3.S3_PERSIST = True
s3._version_entry_from_record = _without_content  # noqa: SLF001
