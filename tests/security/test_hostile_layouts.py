"""Layouts are data: no tag, reference or surprise of YAML makes more of them, and no pattern of theirs runs away."""

from pathlib import Path

import pytest

from transactions.errors import LayoutError
from transactions.layouts.catalog import read_layout

LAYOUTS = Path(__file__).parents[2] / "layouts"
GOOD = (LAYOUTS / "alpine-2025.yaml").read_text(encoding="utf-8")
TITLE = "title: Alpine Bank, account transactions"

BOMB = "\n".join(
    ["a0: &a0 [x, x]", *(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 10))]
)
"""Ten lines that stand for nine to the ninth entries."""

TRICKS = {
    "runs a function": "title: !!python/object/apply:os.system ['touch planted']",
    "makes an object": "title: !!python/object:subprocess.Popen {}",
    "reads a module": "title: !!python/module:os",
    "has a tag of its own": "title: !include /etc/passwd",
    "a number for a text": "title: 017",
    "a truth for a text": "title: no",
    "multiplies itself": f"{BOMB}\ntitle: *a9",
    "contains itself": "title: &itself [*itself]",
    "an unknown key": f"{TITLE}\nexecute: rm",
    "two documents": f"{TITLE}\n---\nname: other",
    "a character that YAML forbids": "title: \x07",
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_layout_with_a_trick_is_refused(trick: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a layout that is good but for one trick
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "alpine-2025.yaml"
    assert TITLE in GOOD
    path.write_text(GOOD.replace(TITLE, TRICKS[trick]), encoding="utf-8")
    # When it is read, then it is refused in one error that names it, and nothing has run
    with pytest.raises(LayoutError, match="alpine-2025"):
        read_layout(path)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_the_layout_without_a_trick_is_read(tmp_path: Path) -> None:
    path = tmp_path / "alpine-2025.yaml"
    path.write_text(GOOD, encoding="utf-8")

    assert read_layout(path).title in TITLE
