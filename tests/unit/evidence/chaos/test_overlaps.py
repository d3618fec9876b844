"""The model of the figures on overlaps finds nothing where they are right, and whatever is broken by hand."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from evidence.chaos.overlaps import overlap_differences
from evidence.chaos.scenario import Content, PlannedRow
from evidence.chaos.state import Entry, ObservedRow, Overlaps, State
from evidence.chaos.uploaded import Uploaded


def _uploaded(name: str, *amounts: str, version: str = "1", partner: str = "alpine") -> Uploaded:
    """Upload the transactions 0, 1, 2 ... with these amounts; none is a row that cannot be read."""
    rows = tuple(
        PlannedRow(transaction_id=str(number), day="2025-11-03", amount=amount, currency="CHF", good=bool(amount))
        for number, amount in enumerate(amounts)
    )
    content = Content(partner=partner, rows=rows, refused=False)
    return Uploaded(bucket="raw", key=f"incoming/{partner}/{name}.csv", version_id=version, content=content)


FIRST = _uploaded("month", "1.00", "2.00", "3.00")
REPLACED = _uploaded("week", "1.00", "", "", version="1")
REPLACING = _uploaded("week", "1.00", "2.50", "", version="2")
STRANGER = replace(FIRST, key="incoming/obie/month.csv", content=replace(FIRST.content, partner="obie"))
UPLOADS = [FIRST, REPLACED, REPLACING, STRANGER]


def _row(second: int, overlaps: Overlaps, *more: str) -> ObservedRow:
    """Return the row of a file that was COMPLETED at this second, and changed afterwards."""
    history = tuple(
        Entry(status=status, at=f"2025-11-03T10:00:{place:02}Z")
        for place, status in enumerate(("RECEIVED", "PROCESSING", "COMPLETED", *more), start=second - 2)
    )
    return ObservedRow(
        status=history[-1].status,
        history=history,
        duplicate_of="",
        counts=(0, 0, 0),
        published=0,
        sums={},
        overlaps=overlaps,
    )


def _overlaps(rows: int, conflicts: int, *named: Uploaded) -> Overlaps:
    files = frozenset(upload.file_id for upload in named)
    return Overlaps(rows=rows, conflicts=conflicts, files=len(files), named=files)


ROWS = {
    FIRST.file_id: _row(10, Overlaps()),
    REPLACED.file_id: _row(20, _overlaps(1, 0, FIRST), "SUPERSEDED"),
    REPLACING.file_id: _row(30, _overlaps(2, 1, FIRST)),
    STRANGER.file_id: _row(40, Overlaps()),
}


def _differences(rows: Mapping[str, ObservedRow], uploads: list[Uploaded] = UPLOADS, **facts: Any) -> list[str]:
    state = State(
        rows=rows,
        table=Counter(),
        ledger=Counter(),
        quarantine=Counter(),
        letters=(),
        waiting=0,
        alerts_received=(),
        **facts,
    )
    return list(overlap_differences(uploads, state))


def _says(upload: Uploaded, overlaps: Overlaps) -> dict[str, ObservedRow]:
    return {**ROWS, upload.file_id: replace(ROWS[upload.file_id], overlaps=overlaps)}


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        _says(FIRST, _overlaps(1, 0, REPLACED)),
        _says(FIRST, _overlaps(2, 1, REPLACED, REPLACING)),
        _says(FIRST, _overlaps(1, 1, REPLACING)),
        _says(REPLACED, Overlaps()),
    ],
    ids=[
        "each at once",
        "the first saw what was replaced since",
        "the first was looked for late, and changed meanwhile",
        "the first saw the last half published",
        "the second was replaced before it was looked for",
    ],
)
def test_figures_of_any_moment_show_no_difference(rows: dict[str, ObservedRow]) -> None:
    assert _differences(rows) == []


@pytest.mark.parametrize(
    "rows",
    [
        _says(REPLACING, Overlaps()),
        _says(REPLACING, _overlaps(1, 0, FIRST)),
        _says(REPLACING, _overlaps(2, 0, FIRST)),
        _says(REPLACING, _overlaps(3, 1, FIRST)),
        _says(REPLACING, _overlaps(2, 2, FIRST)),
        _says(REPLACING, replace(_overlaps(2, 1, FIRST), files=2)),
        _says(REPLACING, replace(_overlaps(2, 1, FIRST), files=2, named=frozenset({FIRST.file_id, "nobody"}))),
        _says(REPLACING, _overlaps(2, 1, FIRST, REPLACING)),
        _says(REPLACING, _overlaps(2, 1, FIRST, REPLACED)),
        _says(REPLACING, _overlaps(2, 1, FIRST, STRANGER)),
        _says(STRANGER, _overlaps(3, 1, FIRST)),
        {**ROWS, FIRST.file_id: replace(_row(10, _overlaps(1, 0, REPLACED)), history=(), status="FAILED")},
    ],
    ids=[
        "nothing of what stood before",
        "a row too few",
        "a conflict too few",
        "a row too many",
        "a conflict too many",
        "a file too many",
        "a file that nobody uploaded",
        "itself",
        "the version that it replaces",
        "another partner's file",
        "another partner's rows",
        "a file that never was completed",
    ],
)
def test_wrong_figures_are_found(rows: dict[str, ObservedRow]) -> None:
    assert _differences(rows)


def test_a_file_that_was_not_announced_need_not_be_looked_for() -> None:
    silent = _says(REPLACING, Overlaps())

    assert _differences(silent, unsettled=frozenset({REPLACING.file_id})) == []
    assert _differences(silent, unsettled=frozenset({FIRST.file_id}))


def test_a_withdrawn_file_is_not_named_by_one_that_comes_after() -> None:
    # Given a file that is withdrawn, and its content again under another name
    withdrawn = replace(FIRST, withdrawn=True)
    again = replace(FIRST, key="incoming/alpine/again.csv", after_withdrawal=True)
    uploads = [withdrawn, REPLACING, again]
    rows = {
        withdrawn.file_id: _row(10, Overlaps(), "WITHDRAWN"),
        REPLACING.file_id: _row(30, _overlaps(2, 1, withdrawn)),
        again.file_id: _row(50, _overlaps(2, 1, REPLACING)),
    }
    wrong = {**rows, again.file_id: _row(50, _overlaps(3, 1, REPLACING, withdrawn))}

    assert _differences(rows, uploads) == []
    assert _differences(wrong, uploads)
