"""Who may import whom: the table of CONTRIBUTING.md."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS = ROOT / "functions"
ROW = re.compile(r"^\| (`[^|]*)\|[^|]*\|([^|]*)\|$", re.MULTILINE)
NAME = re.compile(r"`([^`]+)`")


def _table() -> dict[str, list[str]]:
    """Read for each room, by the package that its folder is, what it may import."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return {
        _package(folder): [*NAME.findall(allowed), _package(folder)]
        for folders, allowed in ROW.findall(page)
        for folder in NAME.findall(folders)
    }


def _package(folder: str) -> str:
    return folder.removeprefix("functions/").strip("/").replace("/", ".")


ROOMS = _table()
"""The longest name that fits is a module's room."""


def _room(module: str) -> str | None:
    found = [room for room in ROOMS if f"{module}.".startswith(f"{room}.")]
    return max(found, key=len, default=None)


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).exists()]


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _within(imported: str, allowed: str) -> bool:
    return f"{imported}.".startswith(f"{allowed}.")


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "tests"])
def test_a_room_imports_only_what_the_table_allows(room: str) -> None:
    modules = [
        path for path in _tracked() if path.suffix == ".py" and _room(_package(str(path.with_suffix("")))) == room
    ]

    broken = [
        f"{path} imports {imported}"
        for path in modules
        for imported in _imports(path)
        if _room(imported) and not any(_within(imported, allowed) for allowed in ROOMS[room])
    ]

    assert broken == []


def test_the_table_names_every_folder() -> None:
    folders = {path.parts[0] for path in _tracked() if len(path.parts) > 1 and not path.parts[0].startswith(".")}
    of_functions = {path.parts[1] for path in _tracked() if path.parts[0] == "functions"}

    assert (folders - {"functions"}) | of_functions == ROOMS.keys()
