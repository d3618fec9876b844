"""From a file's bytes to its lines."""

import codecs
import gzip
import re
import zlib

from tests.differential.reference.answer import RefusedError

MAX_LINE_BYTES = 1_000_000
"""A longer line is absurd."""
_BOM = "\ufeff"


def unpacked(content: bytes) -> bytes:
    """Unpack what begins as gzip does."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise RefusedError("NOT_DECODABLE") from error


def decoded(content: bytes, encoding: str) -> str:
    """Decode ``content``, without a byte order mark at its beginning and with line feeds as line ends."""
    try:
        text = codecs.decode(content, encoding)
        text.encode()
    except UnicodeError as error:
        raise RefusedError("NOT_DECODABLE") from error
    return re.sub("\r\n?", "\n", text.removeprefix(_BOM))


def lines_of(text: str) -> list[str]:
    """Split ``text``; a line end behind the last line begins no other."""
    lines = text.split("\n")
    return lines[:-1] if not lines[-1] else lines


def refuse_long(lines: list[str], code: str) -> None:
    """Refuse a file with an absurdly long line."""
    if any(len(line) * 4 > MAX_LINE_BYTES and len(line.encode()) > MAX_LINE_BYTES for line in lines):
        raise RefusedError(code)


def readable_part(content: bytes, encoding: str) -> str:
    """Decode ``content`` as far as it can be: what is wrong with its beginning may be said first."""
    try:
        codecs.decode(content, encoding).encode()
    except UnicodeDecodeError as error:
        return decoded(content[: error.start], encoding)
    except UnicodeError:
        return ""
    return ""
