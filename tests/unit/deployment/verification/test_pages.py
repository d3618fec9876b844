"""The pages name every check, and every difference from AWS has its check or a reason."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployment.verification.checks import CHECKS, LAST

DOCS = Path(__file__).resolve().parents[4] / "docs"
ALL = {check.name: check for check in (*CHECKS, *LAST)}
SECTIONS = ("Omitted from the template", "Replaced by a stand-in", "Differences between the emulator and AWS")


def _rows(page: str, section: str) -> Iterator[list[str]]:
    """Read the rows of a section's table, without its head."""
    [text] = re.findall(rf"^## {section}$(.*?)(?=^## |\Z)", page, flags=re.MULTILINE | re.DOTALL)
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    yield from ([cell.strip() for cell in row] for row in rows[2:])


def test_names_are_unique() -> None:
    assert len(ALL) == len((*CHECKS, *LAST))


def test_the_page_lists_the_checks_as_they_are_made() -> None:
    rows = _rows((DOCS / "verifying.md").read_text(encoding="utf-8"), "Checks")

    listed = [(name.strip("`"), claim, embedded) for name, claim, _, embedded in rows]

    assert listed == [
        (check.name, check.claim, f"no: {check.only_aws}" if check.only_aws else "yes") for check in ALL.values()
    ]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_difference_has_a_check_or_a_reason(section: str) -> None:
    rows = list(_rows((DOCS / "fidelity.md").read_text(encoding="utf-8"), section))

    assert rows
    for row in rows:
        named = set(re.findall(r"`([a-z-]+)`", row[-1])) & ALL.keys()
        assert named or row[-1].startswith("not checkable: "), row[0]


def test_every_claim_of_aws_only_has_a_check() -> None:
    page = (DOCS / "fidelity.md").read_text(encoding="utf-8")
    rows = [
        line for line in page.splitlines() if line.startswith("|") and re.search("AWS only|only AWS|only by AWS", line)
    ]

    assert len(rows) >= 4
    for line in rows:
        assert set(re.findall(r"`([a-z-]+)`", line.strip("|").split("|")[-1])) & ALL.keys(), line
