"""What all tests of the command line have in common."""

import pytest


@pytest.fixture(autouse=True)
def _no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the width that a terminal may have left in the environment: output is not wrapped."""
    monkeypatch.delenv("COLUMNS", raising=False)
