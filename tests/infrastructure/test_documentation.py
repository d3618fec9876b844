"""The documents say what the code says."""

import ast
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.config import CONTEXT_KEYS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/*.md")])


def _table_rows(page: Path) -> Iterator[list[str]]:
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def _proofs() -> dict[str, set[str]]:
    """Test files by the requirement IDs that their markers name."""
    proofs: dict[str, set[str]] = defaultdict(set)
    for module in ROOT.glob("tests/**/test_*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.requirement"):
                for argument in node.args:
                    proofs[ast.literal_eval(argument)].add(str(module.relative_to(ROOT)))
    return proofs


def _requirements() -> dict[str, list[str]]:
    """Read the proofs that the page of requirements names, by ID."""
    rows = _table_rows(ROOT / "docs" / "requirements.md")
    return {row[0]: re.findall(r"`([^`]+)`", row[2]) for row in rows if re.fullmatch(r"[A-Z]\d", row[0])}


def test_each_test_named_by_the_requirements_page_carries_the_id() -> None:
    proofs = _proofs()
    missing = [
        (requirement, place)
        for requirement, named in _requirements().items()
        for place in named
        if place.startswith("tests/") and not any(module.startswith(place) for module in proofs[requirement])
    ]

    assert missing == []


def test_each_requirement_of_a_test_is_on_the_requirements_page() -> None:
    assert set(_proofs()) <= set(_requirements())


def test_the_documented_path_has_every_command_of_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    [path] = re.findall(r'export PATH="(.+):\$PATH"', (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8"))
    monkeypatch.setenv("PATH", path.replace("$PWD", str(ROOT)))

    assert [command for command in ("etl", "cdk", "node") if not shutil.which(command)] == []


def test_the_configuration_page_lists_every_key_and_default() -> None:
    page = ROOT / "docs" / "configuration.md"
    rows = {row[0].strip("`"): row[1].strip("`") for row in _table_rows(page) if row[0].startswith("`")}

    assert rows == {
        key.name: {None: "none, required", "": "none"}.get(key.default, key.default) for key in CONTEXT_KEYS
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_to_a_file_leads_to_a_file(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_to_a_section_leads_to_a_section(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", page.read_text(encoding="utf-8"))

    assert [
        anchor for target, anchor in links if anchor not in _anchors(page.parent / target if target else page)
    ] == []


def test_the_index_lists_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}

    assert pages <= set(re.findall(r"\]\(([a-z-]+\.md)\)", index))
