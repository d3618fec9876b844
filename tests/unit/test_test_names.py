"""A test's name is short enough to be read in a list of results."""

import ast
from pathlib import Path

LONGEST = 60
TESTS = Path(__file__).parents[1]


def test_no_name_of_a_test_is_longer_than_60_characters() -> None:
    names = [
        f"{module.relative_to(TESTS)}: {node.name}"
        for module in sorted(TESTS.rglob("test_*.py"))
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and len(node.name) > LONGEST
    ]

    assert names == []
