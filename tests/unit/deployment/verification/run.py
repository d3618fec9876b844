"""A run whose files came to what they should; a test changes what is wrong."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from deployment.pipeline import Upload
from deployment.verification.files import SampleFile, make_files
from deployment.verification.scenario import Aborted
from pipeline.audit_row import AuditRow, Change
from pipeline.constants import FileStatus
from transactions.results import RecordedTotal

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FILES = make_files("run", threshold=2048, today=date(2026, 3, 1))


def row_of(file: SampleFile, **changed: Any) -> AuditRow:
    """Return the row that a file should have."""
    totals = tuple(RecordedTotal(currency=currency, count=1, sum=total) for currency, total in file.totals.items())
    row = AuditRow(
        file_id=f"id-{file.name}",
        status=file.status,
        key=file.key,
        version_id=f"v-{file.name}",
        partner="etl-verify",
        execution="direct" if file.name == FILES.large.name else "batch",
        size=len(file.content),
        uploaded_at=NOW,
        history=(Change(file.status, NOW, "arn", ""),),
        attempts=1,
        rows_accepted=len(file.bookings),
        rows_rejected=file.rejected,
        totals=totals,
    )
    return _replace(row, **changed)


def _replace(row: AuditRow, **changed: Any) -> AuditRow:
    return AuditRow(**({name: getattr(row, name) for name in row.__struct_fields__} | changed))


@dataclass
class Run:
    """In place of a scenario; ``changed`` are fields of rows by the files' names."""

    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    files = FILES
    began_at = NOW

    def uploads(self) -> dict[str, Upload]:
        return {file.name: Upload(key=file.key, version_id=f"v-{file.name}") for file in FILES.sent}

    def rows(self) -> dict[str, AuditRow]:
        return {file.name: row_of(file, **self.changed.get(file.name, {})) for file in FILES.sent}

    def aborted(self) -> Aborted:
        file = FILES.aborted[0]
        row = row_of(replace(file, status=FileStatus.FAILED), **self.changed.get("aborted", {}))
        return Aborted(file=file, upload=Upload(key=file.key, version_id="v"), row=row, began_at=NOW)

    def replayed(self) -> AuditRow:
        return row_of(FILES.aborted[0], **({"attempts": 2} | self.changed.get("replayed", {})))
