"""Which tests are closest to a module: those of its room, and first of all those that import it."""

import ast
from pathlib import Path
from typing import Final

TESTS_OF: Final = {
    "functions/transactions": ("tests/unit/transactions",),
    "functions/pipeline": ("tests/unit/functions",),
    "functions/handlers": ("tests/unit/functions",),
    "etl/workflow": ("tests/unit/etl", "tests/infrastructure", "tests/workflow"),
    "cli": ("tests/unit/cli",),
}
"""The rooms whose code is changed, and the folders of their tests."""


def modules(root: Path) -> list[Path]:
    """List the modules of the rooms, relative to ``root``."""
    found = (path for room in TESTS_OF for path in (root / room).rglob("*.py"))
    return sorted(path.relative_to(root) for path in found)


def room_of(module: Path) -> str:
    """Return the room that ``module`` stands in."""
    [room] = [room for room in TESTS_OF if module.is_relative_to(room)]
    return room


def closest_tests(module: Path, root: Path) -> list[str]:
    """List the test files of the room of ``module``: those that import it, or are called like it, come first."""
    files = sorted(path for folder in TESTS_OF[room_of(module)] for path in (root / folder).glob("test_*.py"))
    name = ".".join(module.with_suffix("").parts).removeprefix("functions.")
    names_it = [path for path in files if path.stem == f"test_{module.stem}"]
    imports_it = [path for path in files if name in _imported(path)]
    return [str(path.relative_to(root)) for path in dict.fromkeys([*names_it, *imports_it, *files])]


def _imported(path: Path) -> set[str]:
    names = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return names
