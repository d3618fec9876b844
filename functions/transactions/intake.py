"""Takes in a file's bytes once: hashed, counted and decoded as they pass."""

import codecs
import hashlib
import io
from collections.abc import Iterator
from typing import BinaryIO

from transactions.codes import FileCode
from transactions.errors import FileRejectedError

CHUNK_BYTES = 1 << 20
BYTE_ORDER_MARK = "\ufeff"


class Intake:
    """A file as it arrives. ``size`` (bytes) and ``sha256`` (hex) cover what has been read so far."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self._ahead = b""
        self.size = 0

    @property
    def sha256(self) -> str:
        """Hash of all bytes read so far."""
        return self._hash.hexdigest()

    def peek(self) -> bytes:
        """Return the file's first bytes, a whole chunk if it is as long; they are read again by ``chunks``."""
        while len(self._ahead) < CHUNK_BYTES and (read := self._read()):
            self._ahead += read
        return self._ahead

    def chunks(self) -> Iterator[bytes]:
        """Read the file, from what was peeked to its end."""
        ahead, self._ahead = self._ahead, b""
        if ahead:
            yield ahead
        while chunk := self._read():
            yield chunk

    def drain(self) -> None:
        """Read the rest, so that size and hash are those of the whole file."""
        for _ in self.chunks():
            pass

    def _read(self) -> bytes:
        chunk = self._stream.read(CHUNK_BYTES)
        self._hash.update(chunk)
        self.size += len(chunk)
        return chunk


def decoded(chunks: Iterator[bytes], encoding: str) -> Iterator[str]:
    """Decode ``chunks``, without a byte order mark and with line feeds as line ends.

    Raises
    ------
    FileRejectedError
        If the bytes are not of ``encoding``; it names the offset of the first that is not.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    line_ends = io.IncrementalNewlineDecoder(None, translate=True)
    offset, first = 0, True
    for chunk in _with_end(chunks):
        pending = decoder.getstate()[0]
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            at = offset - len(pending) + error.start
            raise FileRejectedError(FileCode.NOT_DECODABLE, f"no {encoding} at byte {at}") from error
        offset += len(chunk)
        if first and text:
            text, first = text.removeprefix(BYTE_ORDER_MARK), False
        yield line_ends.decode(text, final=not chunk)


def _with_end(chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield from chunks
    yield b""
