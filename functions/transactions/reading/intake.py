"""Takes in a file's bytes once: hashed and counted as they arrive, unpacked and decoded."""

import codecs
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Protocol

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.reading.records import MAX_RECORD_BYTES

CHUNK_BYTES = 1 << 20
MAX_GZIP_RATIO = 200
"""No transactions are packed more densely; a file that is was made to harm."""
RATIO_FREE_BYTES = 64 << 20
"""So much may be unpacked whatever the ratio: few rows that are all alike are dense, and harmless."""
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LOOKED_AT, _MOST = 1000, 0.7
_GZIP = b"\x1f\x8b"
_C1_CONTROL = re.compile("[\x80-\x9f]")
_GZIP_WINDOW = 31


class Readable(Protocol):
    """What a file's bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return the next ``size`` bytes, fewer at the end."""


class Arrival:
    """A file as it arrives: ``size`` (bytes) and ``sha256`` (hex) cover what has been read so far."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """Hash of all bytes read so far."""
        return self._hash.hexdigest()

    def read(self, size: int, /) -> bytes:
        """Read, hash and count the next bytes."""
        chunk = self._stream.read(size)
        self._hash.update(chunk)
        self.size += len(chunk)
        return chunk

    def drain(self) -> None:
        """Read the rest, so that size and hash are those of the whole file."""
        while self.read(CHUNK_BYTES):
            pass


class Intake:
    """What a file holds, unpacked if it begins as gzip does."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._contents = self._unpacked()
        self._ahead = b""

    def peek(self) -> bytes:
        """Return the file's first bytes, a whole chunk if it is as long; they are read again by ``chunks``."""
        while len(self._ahead) < CHUNK_BYTES and (read := next(self._contents, b"")):
            self._ahead += read
        return self._ahead

    def chunks(self) -> Iterator[bytes]:
        """Read the file, from what was peeked to its end."""
        ahead, self._ahead = self._ahead, b""
        if ahead:
            yield ahead
        yield from self._contents

    def _unpacked(self) -> Iterator[bytes]:
        first = self._read()
        chunks = chain([first] if first else [], iter(self._read, b""))
        yield from _gunzipped(chunks) if first.startswith(_GZIP) else chunks

    def _read(self) -> bytes:
        return self._stream.read(CHUNK_BYTES)


def utf8(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Turn ``chunks`` into UTF-8, without a byte order mark and with line feeds as line ends.

    Raises
    ------
    FileRejectedError
        If the bytes are not of ``encoding``; it names the offset of the first that is not.
    """
    decoder, line_ends = codecs.getincrementaldecoder(encoding)(), _LineEnds()
    is_utf8 = codecs.lookup(encoding).name == "utf-8"
    doubt = _SingleByteDoubt(encoding) if _is_single_byte(encoding) else None
    offset, first = 0, True
    for chunk in _with_end(chunks):
        pending = decoder.getstate()[0]
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            at = offset - len(pending) + error.start
            raise FileRejectedError(FileCode.NOT_DECODABLE, f"no {encoding} at byte {at}") from error
        except UnicodeError as error:
            detail = f"{encoding} begins with a byte order mark; {encoding}-le and {encoding}-be have none"
            raise FileRejectedError(FileCode.NOT_DECODABLE, detail) from error
        if doubt:
            doubt.look_at(chunk, text, offset)
        offset += len(chunk)
        # What is UTF-8 already is only looked at, and goes on as it came.
        content = chunk if is_utf8 else text.encode()
        if first and content:
            content, first = content.removeprefix(codecs.BOM_UTF8), False
        yield line_ends.as_feeds(content)


def unmarked_utf16(head: bytes) -> str:
    """Name the UTF-16 that ``head`` looks like, without a byte order mark; nothing where it looks like none.

    Of text in most languages, most high bytes are NUL, and no low one is.
    """
    if head.startswith(_UTF16_MARKS):
        return ""
    halves = {"utf-16-le": (head[1:_LOOKED_AT:2], head[:_LOOKED_AT:2]), "utf-16-be": (head[:_LOOKED_AT:2], head[1::2])}
    for encoding, (high, low) in halves.items():
        if high.count(0) > _MOST * len(high) and 0 not in low[: len(high)]:
            return encoding
    return ""


def is_empty(head: bytes) -> bool:
    """Return whether a file that begins with ``head`` has nothing but white space, and perhaps a byte order mark."""
    if head.startswith(_UTF16_MARKS):
        return len(head) % 2 == 0 and not head[2:].replace(b"\0", b"").strip() and len(head) < CHUNK_BYTES
    return not head.removeprefix(codecs.BOM_UTF8).strip() and len(head) < CHUNK_BYTES


class LastByte:
    """Passes texts on and keeps account of the last byte."""

    def __init__(self, texts: Iterator[bytes]) -> None:
        self._texts = texts
        self._last = b""

    def __iter__(self) -> Iterator[bytes]:
        for text in self._texts:
            self._last = text[-1:] or self._last
            yield text

    @property
    def ends_line(self) -> bool:
        """Whether what has been passed on ends with a line end."""
        return self._last == b"\n"


def whole_lines(texts: Iterable[bytes], malformed: FileCode) -> Iterator[bytes]:
    """Cut ``texts`` after their last whole line each; yield without that line end.

    Raises
    ------
    FileRejectedError
        With the code ``malformed``, if a line is longer than any record may be.
    """
    rest = b""
    for text in texts:
        block, line_end, rest = (rest + text).rpartition(b"\n")
        _refuse_long_lines(block, malformed)
        if len(rest) > MAX_RECORD_BYTES:
            raise _too_long(malformed)
        if line_end:
            yield block
    if rest:
        yield rest


@cache
def _is_single_byte(encoding: str) -> bool:
    """Return whether each byte is a character by itself, also those that are none in ASCII."""
    high = range(128, 256)
    alone = {bytes((byte,)).decode(encoding, errors="replace") for byte in high}
    # In an encoding of several bytes, some take the next one with them.
    beside = [bytes((byte, ord("@"))).decode(encoding, errors="replace") for byte in high]
    return alone != {"\ufffd"} and all(len(text) == 2 for text in beside)  # noqa: PLR2004 - both bytes


class _SingleByteDoubt:
    """Doubts that a file is of a single-byte encoding, in which hardly any byte is an error."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._as_utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._all_ascii = True

    def look_at(self, chunk: bytes, text: str, offset: int) -> None:
        """Look at the next ``chunk``, which is ``text``; an empty one is the end.

        Raises
        ------
        FileRejectedError
            If there is a control character where the encoding that was meant has another one, or if the whole file
            is UTF-8, with characters of several bytes.
        """
        if control := _C1_CONTROL.search(text):
            at = f"a control character in {self._encoding} at byte {offset + control.start()}; cp1252 may be meant"
            raise FileRejectedError(FileCode.NOT_DECODABLE, at)
        self._all_ascii = self._all_ascii and chunk.isascii()
        if self._as_utf8:
            try:
                self._as_utf8.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                self._as_utf8 = None
        if not chunk and self._as_utf8 and not self._all_ascii:
            raise FileRejectedError(FileCode.NOT_DECODABLE, f"the file is UTF-8 throughout, not {self._encoding}")


class _LineEnds:
    """Turns carriage returns, alone or before a line feed, into line feeds."""

    def __init__(self) -> None:
        self._after_return = False

    def as_feeds(self, text: bytes) -> bytes:
        if self._after_return and text:
            text = text.removeprefix(b"\n")
            self._after_return = False
        if b"\r" not in text:
            return text
        self._after_return = text.endswith(b"\r")
        return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _refuse_long_lines(block: bytes, malformed: FileCode) -> None:
    """Look for a line end in each window of half a record: a longer line holds a whole one."""
    window = MAX_RECORD_BYTES // 2
    starts = range(0, len(block) - window + 1, window)
    suspicious = any(block.find(b"\n", start, start + window) < 0 for start in starts)
    if suspicious and max(map(len, block.split(b"\n"))) > MAX_RECORD_BYTES:
        raise _too_long(malformed)


def _too_long(malformed: FileCode) -> FileRejectedError:
    return FileRejectedError(malformed, f"a line is longer than {MAX_RECORD_BYTES} bytes")


def _gunzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    unpacker, size, packed_size = zlib.decompressobj(_GZIP_WINDOW), 0, 0
    for chunk in chunks:
        packed = chunk
        packed_size += len(chunk)
        while packed:
            if unpacker.eof:
                unpacker = zlib.decompressobj(_GZIP_WINDOW)
            try:
                content = unpacker.decompress(packed, CHUNK_BYTES)
            except zlib.error as error:
                raise FileRejectedError(FileCode.NOT_DECODABLE, "the gzip file is damaged") from error
            size += len(content)
            if size > RATIO_FREE_BYTES + MAX_GZIP_RATIO * packed_size:
                raise FileRejectedError(
                    FileCode.FILE_TOO_LARGE, f"unpacked to more than {MAX_GZIP_RATIO} times its size"
                )
            if content:
                yield content
            packed = unpacker.unconsumed_tail or unpacker.unused_data
    if rest := unpacker.flush():
        yield rest
    if not unpacker.eof:
        raise FileRejectedError(FileCode.NOT_DECODABLE, "the gzip file is cut off")


def _with_end(chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield from chunks
    yield b""
