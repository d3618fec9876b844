"""A layout's patterns: the one dialect of the pages."""

import re

_END = re.compile(r"(\\.)|\$")


def search(pattern: str, text: str) -> re.Match[str] | None:
    """Search for ``pattern`` in ``text``."""
    return re.search(_python(pattern), text, re.ASCII)


def full_match(pattern: str, text: str) -> re.Match[str] | None:
    """Match all of ``text``."""
    return re.fullmatch(_python(pattern), text, re.ASCII)


def _python(pattern: str) -> str:
    """Let ``$`` be the very end of a text, and not stand before its last line feed as well."""
    return _END.sub(lambda match: match[1] or r"\Z", pattern)
