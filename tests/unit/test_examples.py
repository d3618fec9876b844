"""The examples in docstrings say what the functions do."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = [
    path.relative_to(folder).with_suffix("")
    for folder in (ROOT, ROOT / "functions")
    for name in ("cli", "deployment", "etl", "evidence", "handlers", "local", "pipeline", "transactions")
    for path in sorted((folder / name).rglob("*.py"))
    if ">>>" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_each_example_gives_what_it_says(module: Path) -> None:
    results = doctest.testmod(importlib.import_module(".".join(module.parts)))

    assert results.attempted
    assert not results.failed
