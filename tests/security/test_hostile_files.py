"""Hostile files end in a verdict within a function's memory, run nothing, and leave nothing in logs and reports."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from etl.constructs.function import TIMEOUT
from tests.security.hostile import PLANTED, Hostile, csv_files, json_files

MEMORY_MB = 3008
MOST_MEMORY_MB = MEMORY_MB // 2
"""A function has twice as much, and shares it with nobody."""

FILES = [*csv_files(), *json_files()]
ONE_CALL = Path(__file__).parent / "one_call.py"
ROOT = Path(__file__).parents[2]
SECRET = "secret-of-the-function"  # noqa: S105 it opens nothing


@dataclass(frozen=True)
class Outcome:
    answer: dict[str, Any]
    peak_mb: float
    log: str
    written: dict[str, bytes]


def judge(hostile: Hostile, folder: Path) -> Outcome:
    """Have one process validate and transform the file, as one Lambda environment would."""
    content, out = folder / "content", folder / "out"
    out.mkdir()
    content.write_bytes(hostile.content())
    upload = {"partner": hostile.partner, "format": hostile.format, "file_name": hostile.file_name}
    (folder / "upload.json").write_text(json.dumps(upload | {"content": str(content)}), encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "functions")]),
        "PROCESSED_BUCKET": "bucket",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "TMPDIR": str(folder),
    }
    ended = subprocess.run(
        [sys.executable, ONE_CALL, folder / "upload.json", out],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT.to_seconds(),
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    outcome = json.loads((out / "outcome.json").read_text(encoding="utf-8"))
    written = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    return Outcome(outcome["answer"], outcome["peak_mb"], ended.stdout + ended.stderr, written)


@pytest.mark.requirement("P1")
@pytest.mark.parametrize("hostile", FILES, ids=lambda hostile: f"{hostile.format}: {hostile.name}")
def test_a_hostile_file_gets_a_verdict_and_leaves_nothing(hostile: Hostile, tmp_path: Path) -> None:
    outcome = judge(hostile, tmp_path)

    # Then it has its verdict
    codes = {outcome.answer["reason_code"] or None} if outcome.answer["verdict"] == "REJECTED" else set()
    codes = codes or {error["code"] for error in outcome.answer["errors"]} or {None}
    assert codes == {hostile.code}
    # And it took no more memory than a function has
    assert outcome.peak_mb < MOST_MEMORY_MB
    # And what it held stands in no log line, answer or report
    told = {name: text for name, text in outcome.written.items() if name.startswith(("reports/", "outcome"))}
    for name, text in {**told, "log": outcome.log.encode()}.items():
        assert PLANTED.encode() not in text, name
        assert SECRET.encode() not in text, name
        assert b"<script>" not in text or not name.endswith(".html"), name
    # And it was given no way to write anything beside what is the pipeline's
    assert {path.name for path in tmp_path.iterdir()} == {"content", "out", "upload.json"}
    accepted = {"manifests", "staging"} if outcome.answer["verdict"] != "REJECTED" else set()
    assert {name.partition("/")[0] for name in outcome.written} == {"outcome.json", "reports", *accepted}
