"""What the page of a report says of a file's rows that other files have too."""

from typing import Any

import pytest

from pipeline.constants import FileStatus
from pipeline.report_pages import overlaps_sentence
from tests.unit.cli.rows import audit_row


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, ""),
        ({"rows_in_other_files": 1, "overlapping_file_count": 2}, "1 row also in 2 other files."),
        (
            {"rows_in_other_files": 1200, "overlapping_file_count": 1, "conflicting_rows": 1100},
            "1 200 rows also in 1 other file, 1 100 of them with another amount or currency.",
        ),
        (
            {"rows_in_other_files": 3_200_000, "overlapping_file_count": 1000},
            "3 200 000 rows also in 1 000 other files.",
        ),
    ],
)
def test_a_published_file_says_how_many_rows_others_have(facts: dict[str, int], sentence: str) -> None:
    said = overlaps_sentence(audit_row(FileStatus.COMPLETED, **facts)).replace("\N{NARROW NO-BREAK SPACE}", " ")

    assert said == (f"{sentence} The ledger counts each transaction once." if sentence else "")


@pytest.mark.parametrize("status", sorted(set(FileStatus) - {FileStatus.COMPLETED}))
def test_a_file_of_which_nothing_is_published_says_nothing(status: FileStatus) -> None:
    figures: dict[str, Any] = {"rows_in_other_files": 2, "overlapping_file_count": 1}

    assert overlaps_sentence(audit_row(status, **figures)) == ""
