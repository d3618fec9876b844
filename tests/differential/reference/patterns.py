"""A layout's patterns: the one dialect of the pages."""

import re

_OTHERWISE = re.compile(r"(\\[^s])|\\s|\$")
_MEANT = {"$": r"\Z", r"\s": r"[ \t\n\r\f]"}


def search(pattern: str, text: str) -> re.Match[str] | None:
    """Search for ``pattern`` in ``text``."""
    return re.search(_python(pattern), text, re.ASCII)


def full_match(pattern: str, text: str) -> re.Match[str] | None:
    """Match all of ``text``."""
    return re.fullmatch(_python(pattern), text, re.ASCII)


def _python(pattern: str) -> str:
    """Let ``$`` be the very end of a text, not before its last line feed as well, and no vertical tab a blank."""
    return _OTHERWISE.sub(lambda match: match[1] or _MEANT[match[0]], pattern)
