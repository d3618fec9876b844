"""Lines of a CSV file that are no records: comments, totals, all below a footer."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.differential.reference.answer import RefusedError


def blanked(dialect: Mapping[str, Any], lines: list[str], fewest_cells: int) -> Iterator[str]:
    """Yield ``lines``, blank those that are no records.

    Raises
    ------
    RefusedError
        If a line with as many cells as a row stands below the footer.
    """
    footer, in_footer = dialect.get("footer"), False
    for line in lines:
        if in_footer and line.count(dialect.get("delimiter", ",")) >= fewest_cells - 1:
            raise RefusedError("MALFORMED_CSV")
        in_footer = in_footer or (footer is not None and bool(re.search(footer, line)))
        yield "" if in_footer or _is_skipped(dialect, line) else line


def _is_skipped(dialect: Mapping[str, Any], line: str) -> bool:
    comment = dialect.get("commentChar")
    begins = comment is not None and line.startswith(comment)
    return begins or any(re.search(pattern, line) for pattern in dialect.get("skipLines", ()))
