"""Validate and transform one file as Lambda would, in this process; ``python one_call.py UPLOAD FOLDER``.

``UPLOAD`` is a JSON file with the partner, the format and the path of the content. Everything that is written for S3
goes into ``FOLDER``, the answers and the peak of resident memory into ``FOLDER/outcome.json``; the log to standard
output.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pipeline import clients


class FolderS3:
    """S3, as far as the functions ask for it: one upload to read, and a folder for all that they write."""

    def __init__(self, key: str, content: Path, folder: Path) -> None:
        self._key = key
        self._content = content
        self._folder = folder

    def get_object(self, **request: Any) -> Any:
        path = self._content if request["Key"] == self._key else self._path(request["Key"])
        return {"Body": path.open("rb")}

    def put_object(self, **request: Any) -> Any:
        path = self._path(request["Key"])
        body = request["Body"]
        path.write_bytes(body if isinstance(body, bytes) else body.read())

    def _path(self, key: str) -> Path:
        path = (self._folder / key).resolve()
        assert path.is_relative_to(self._folder), f"{key} breaks out of the bucket"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def main(upload: Path, folder: Path) -> None:
    given = json.loads(upload.read_text(encoding="utf-8"))
    key = f"incoming/{given['partner']}/{given['file_name']}"
    s3 = FolderS3(key, Path(given["content"]), folder.resolve())
    clients.client = lambda _service: s3  # type: ignore[assignment] # before the handlers import it
    from handlers import transform, validate  # noqa: PLC0415
    from tests.unit.functions.fakes import FakeContext  # noqa: PLC0415

    file = {
        "file_id": "f" * 64,
        "bucket": "bucket",
        "key": key,
        "version_id": "1",
        "etag": "",
        "size": Path(given["content"]).stat().st_size,
        "uploaded_at": "2025-11-03T09:30:00Z",
        "partner": given["partner"],
        "file_name": given["file_name"],
        "format": given["format"],
        "execution": "execution",
    }
    answer = validate.handler({"file": file}, FakeContext())
    if answer["verdict"] != "REJECTED":
        answer["transformation"] = transform.handler({"file": file, "validation": answer}, FakeContext())
    (folder / "outcome.json").write_text(json.dumps({"answer": answer, "peak_mb": _peak_mb()}), encoding="utf-8")


def _peak_mb() -> float:
    # Not getrusage: its figure begins with that of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (peak,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak) / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
