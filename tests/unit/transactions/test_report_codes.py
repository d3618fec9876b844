"""The page on rejections names every code, as the code itself explains it."""

import re
from pathlib import Path

import pytest

from transactions.codes import FileCode, RowCode, WarningCode

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "rejections.md").read_text(encoding="utf-8")
FILES, ROWS, WARNINGS = PAGE.split("\n## ")[1:]


@pytest.mark.parametrize(("section", "codes"), [(FILES, FileCode), (ROWS, RowCode), (WARNINGS, WarningCode)])
def test_the_page_lists_each_code_with_meaning_cause_and_cure(
    section: str, codes: type[FileCode | RowCode | WarningCode]
) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \| (.+) \|$", section, flags=re.MULTILINE)

    explained = [(code.value, f"{code.meaning}.", f"{code.cure[0].upper()}{code.cure[1:]}.") for code in codes]
    assert [(code, meaning, cure) for code, meaning, _, cure in rows] == explained
    assert all(cause.strip(" .") for _, _, cause, _ in rows)
