"""Audit rows as programs get them by ``--json``."""

from typing import Any

import msgspec

from pipeline.audit_row import AuditRow


def row_document(row: AuditRow) -> dict[str, Any]:
    """Turn a row into plain JSON values, with the number of its rows that can be read beside those accepted."""
    document: dict[str, Any] = msgspec.to_builtins(row)
    return document | {"rows_published": row.rows_published}
