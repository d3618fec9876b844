"""A real browser for all tests of pages, which are skipped where none is installed."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.opening import Opener

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Given the Chromium of this machine."""
    driver = pytest.importorskip("playwright.sync_api", reason="the browser's driver is missing: run 'make browser'")
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip(f"no browser is installed ({', '.join(_NAMES)}): install Chromium")
    with driver.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=list(_QUIET))
        yield launched
        launched.close()


@pytest.fixture
def opener(browser: Any, tmp_path: Path) -> Opener:
    """Given what opens pages and records what they ask for and say."""
    return Opener(browser, tmp_path)
