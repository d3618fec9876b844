"""The load sends files that are told apart, and a file that was lost or changed on the way is seen."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest

from deployment.dead_letters import DeadLetter, make_letter
from deployment.pipeline import Pipeline, Upload
from evidence.chaos import load
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from tests.unit.cli.rows import audit_row
from transactions.results import RecordedTotal


@dataclass
class FakePipeline:
    """Completes what is uploaded, as it was sent; ``changes`` says what becomes of a file of a number instead."""

    changes: dict[int, dict[str, Any] | None] = field(default_factory=dict)
    letters: tuple[str, ...] = ()

    def upload(self, key: str, _content: bytes) -> Upload:
        return Upload(key=key, version_id="v")

    def rows(self, uploads: Iterable[Upload]) -> dict[Upload, AuditRow]:
        return {upload: row for upload in uploads if (row := self._row(upload))}

    @property
    def dead_letters(self) -> "FakePipeline":
        return self

    def replay(self, _wanted: object, *, dry_run: bool) -> list[DeadLetter]:
        assert dry_run
        return [_letter(version) for version in self.letters]

    def _row(self, upload: Upload) -> AuditRow | None:
        number = int(upload.key.rpartition("-")[2].partition(".")[0])
        amounts = [Decimal(row.amount) for row in load.content(number).rows]
        total = RecordedTotal(currency="CHF", count=len(amounts), sum=sum(amounts, Decimal()))
        facts: dict[str, Any] = {"key": upload.key, "rows_accepted": len(amounts), "totals": (total,)}
        changes = self.changes.get(number, {})
        return None if changes is None else audit_row(**(facts | changes))


def _letter(version: str) -> DeadLetter:
    upload = {"bucket": "raw", "object": {"key": "incoming/alpine/a.csv", "version-id": version}}
    return make_letter(upload, reason="Pipeline.NoOutcome", attempt=0, kept_at=datetime.now(UTC))


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "_POLL_SECONDS", 0)
    monkeypatch.setattr(load, "_QUIET_SECONDS", 0)


def _send(pipeline: FakePipeline) -> load.Load:
    return load.send(cast("Pipeline", pipeline), files=9, seconds=0)


def test_no_two_generated_files_have_the_same_content() -> None:
    contents = {load.content(number).encode() for number in range(1000)}

    assert len(contents) == 1000


def test_files_that_completed_as_sent_show_no_difference() -> None:
    outcome = _send(FakePipeline())

    assert (list(outcome.differences), len(outcome.rows)) == ([], 9)
    assert next(outcome.report()) == "9 COMPLETED"


def test_a_dead_letter_of_a_completed_file_is_no_fault() -> None:
    completed = _letter("1").file_id
    pipeline = FakePipeline(changes={0: {"file_id": completed}}, letters=("1", "2", "3"))

    assert _send(pipeline).dead_letters == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (None, "has no outcome"),
        ({"status": FileStatus.PROCESSING}, "has no outcome"),
        ({"status": FileStatus.FAILED, "error": "Disk.Full"}, "is FAILED: Disk.Full"),
        ({"rows_accepted": 7}, "was published as 7 rows"),
        ({"totals": ()}, "was published as 5 rows of {}"),
    ],
)
def test_a_file_with_another_outcome_is_named(change: dict[str, Any] | None, words: str) -> None:
    [difference] = _send(FakePipeline(changes={4: change})).differences

    assert "file-4" in difference
    assert words in difference
