"""From a file's bytes to its lines."""

import codecs
import gzip
import re
import zlib

from tests.differential.reference.answer import RefusedError

MAX_LINE_BYTES = 1_000_000
"""A longer line is absurd."""
FORBIDDEN = re.compile("[\x00\ufeff\x80-\x9f]")
"""Characters that are no text: NUL, byte order marks, C1 controls."""
_BOM = "\ufeff"
_SINGLE_BYTE = {"iso-8859-1", "cp1252", "cp1250", "cp1251", "cp1257", "koi8-r", "mac_roman", "cp437"}
"""Encodings of the generated files in which each byte is a character."""
_CONTROLS = re.compile("[\x80-\x9f]")


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
    if encoding in _SINGLE_BYTE and (_CONTROLS.search(text) or _is_utf8(content)):
        raise RefusedError("NOT_DECODABLE")
    if encoding == "utf-16" and content[:2] not in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        raise RefusedError("NOT_DECODABLE")
    return re.sub("\r\n?", "\n", text.removeprefix(_BOM))


def _is_utf8(content: bytes) -> bool:
    """Return whether ``content`` is UTF-8, with characters of several bytes."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return not content.isascii()


def lines_of(text: str) -> list[str]:
    """Split ``text``; a line end behind the last line begins no other."""
    lines = text.split("\n")
    return lines[:-1] if not lines[-1] else lines


def refuse_long(lines: list[str], code: str) -> None:
    """Refuse a file with an absurdly long line, or record."""
    if any(len(line) * 4 > MAX_LINE_BYTES and len(line.encode()) > MAX_LINE_BYTES for line in lines):
        raise RefusedError(code)


def beginning(content: bytes, encoding: str) -> str:
    """Decode ``content`` with a mark for undecodable bytes: reading finds those further down."""
    try:
        text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(content)
    except UnicodeError:
        return ""
    return re.sub("\r\n?", "\n", text.removeprefix(_BOM))


def readable_part(content: bytes, encoding: str) -> str:
    """Decode ``content`` as far as it can be: what is wrong with its beginning may be said first."""
    return beginning(content, encoding).partition("\ufffd")[0]
