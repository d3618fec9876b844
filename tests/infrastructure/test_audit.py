"""``make audit`` asks about everything that is locked, and fails when something of it is vulnerable.

The advisories are a server of the test's own, which answers as OSV does.
"""

import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
LOCKS: Final = sorted((ROOT / "requirements").glob("*.txt"))
PINNED: Final = re.compile(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^ \\;]+)", re.MULTILINE)


@dataclass
class Advisories:
    """What is known to be vulnerable, and what was asked about."""

    vulnerable: set[str] = field(default_factory=set)
    asked: set[tuple[str, str]] = field(default_factory=set)
    url: str = ""

    def about(self, name: str, version: str) -> dict[str, object]:
        self.asked.add((name, version))
        affected = [{"package": {"name": name, "ecosystem": "PyPI"}, "versions": [version]}]
        advisory = {"id": "TEST-1", "summary": "made up", "affected": affected, "modified": "2025-01-01T00:00:00Z"}
        return {"vulns": [advisory]} if name in self.vulnerable else {}


@pytest.fixture
def advisories() -> Iterator[Advisories]:
    """Given a server of advisories."""
    known = Advisories()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = json.dumps(known.about(query["package"]["name"], query["version"])).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    known.url = f"http://127.0.0.1:{server.server_port}/v1/query"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


def audit(lock: Path, advisories: Advisories) -> subprocess.CompletedProcess[str]:
    """Audit a lock file with the options of ``make audit``, and these advisories."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    [options] = re.findall(r"pip-audit (.+?) --requirement", makefile)
    command = [sys.executable, "-m", "pip_audit", *shlex.split(options), "--requirement", str(lock)]
    service = ["--vulnerability-service", "osv", "--osv-url", advisories.url]
    return subprocess.run([*command, *service], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_of_a_lock_file_is_audited(lock: Path, advisories: Advisories) -> None:
    ended = audit(lock, advisories)

    assert ended.returncode == 0, ended.stderr
    assert advisories.asked == set(PINNED.findall(lock.read_text(encoding="utf-8")))


def test_a_vulnerable_package_fails_the_audit_and_is_named(
    advisories: Advisories,
) -> None:
    advisories.vulnerable = {"duckdb"}

    ended = audit(ROOT / "requirements" / "functions.txt", advisories)

    assert ended.returncode == 1
    assert "duckdb" in ended.stdout
    assert "TEST-1" in ended.stdout
