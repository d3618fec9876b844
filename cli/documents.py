"""Files as programs get them by ``--json``."""

import msgspec

from pipeline.audit_row import AuditRow


class FileDocument(AuditRow, frozen=True, kw_only=True):
    """A file's audit row, and how many of its rows can be read beside how many were accepted."""

    rows_published: int = 0


def file_document(row: AuditRow) -> FileDocument:
    """Add to a row what follows from it."""
    return FileDocument(**msgspec.structs.asdict(row), rows_published=row.rows_published)
