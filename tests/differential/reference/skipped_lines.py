"""Lines of a CSV file that the layout skips: comments, totals, all from a footer on."""

from collections.abc import Mapping
from typing import Any

from tests.differential.reference.patterns import search


def is_skipped(dialect: Mapping[str, Any], lines: list[str]) -> list[bool]:
    """Say for each of ``lines``, which stand below the header, whether it is skipped."""
    footer, in_footer, found = dialect.get("footer"), False, list[bool]()
    for line in lines:
        in_footer = in_footer or (footer is not None and bool(search(footer, line)))
        found.append(in_footer or _matches(dialect, line))
    return found


def _matches(dialect: Mapping[str, Any], line: str) -> bool:
    comment = dialect.get("commentChar")
    begins = comment is not None and line.startswith(comment)
    return begins or any(search(pattern, line) for pattern in dialect.get("skipLines", ()))
