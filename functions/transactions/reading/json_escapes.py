"""Looks at what is escaped in the strings of JSON texts, without taking them apart.

A backslash stands in strings only, and an escaped one escapes nothing: what is behind it is text.
"""

import re

from transactions.reading.characters import holds_forbidden

_CARRIAGE_RETURN = re.compile(rb"\\(?:(\\)|(?:r|u000[dD])(?:\\(?:n|u000[aA]))?)")
"""An escaped carriage return with the line feed behind it, or an escaped backslash."""
_FORBIDDEN = rb"\\u(?:0000|00[89][0-9a-fA-F]|[fF][eE][fF][fF])"
_LIKE_FORBIDDEN = re.compile(_FORBIDDEN)
_ESCAPED_FORBIDDEN = re.compile(rb"(?<!\\)(?:\\\\)*+" + _FORBIDDEN)


def with_line_feeds(text: bytes) -> bytes:
    """Let the line ends within strings be single line feeds."""
    return _CARRIAGE_RETURN.sub(lambda found: found[0] if found[1] else rb"\n", text) if b"\\" in text else text


def may_be_forbidden(text: bytes) -> bool:
    """Decide, fast, whether parts of ``text`` need to be checked for forbidden characters."""
    return holds_forbidden(text) or bool(_LIKE_FORBIDDEN.search(text))


def is_forbidden(text: bytes) -> bool:
    """Return whether ``text`` holds a character that is no text, as it is or escaped."""
    return holds_forbidden(text) or bool(_ESCAPED_FORBIDDEN.search(text))
