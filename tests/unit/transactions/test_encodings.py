"""Encodings: each that a layout may declare is decoded piece by piece as it is decoded whole."""

import codecs
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import layout
from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.encodings import ENCODINGS, codec_name
from transactions.layouts.fields import Schema, StringField
from transactions.layouts.layout import Dialect
from transactions.reading.headers import find_layout
from transactions.reading.intake import utf8

NAMES = " ".join(ENCODINGS.values()).split()
UNICODE = ENCODINGS["Unicode"].split()
LETTERS = "aZ09;\r\n~\\\x1béßčłДжыя一丁中文銀行ぁアｱ가힣กبجאב€£\u0301\ufeff😀"
MARK_BYTES = 4
"""A reader's first piece holds a whole mark: it is a megabyte long, or the file."""


def _whole(content: bytes, encoding: str) -> str | None:
    """Decode at once: without a mark, with one kind of line end; None if that is not possible."""
    try:
        # Python takes a file without a mark for one of this machine's order of bytes; a partner's has its own.
        text = codecs.getincrementaldecoder(encoding)().decode(content, final=True)
        assert text == content.decode(encoding)
    except UnicodeError:
        return None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _may_be_another(content: bytes, text: str) -> bool:
    """Return whether bytes that are to be no Unicode are UTF-8 as well, or have C1 controls: then they are refused."""
    try:
        is_utf8 = not content.isascii() and bool(content.decode())
    except UnicodeDecodeError:
        is_utf8 = False
    return is_utf8 or any("\x80" <= character <= "\x9f" for character in text)


def _in_pieces(pieces: Iterable[bytes], encoding: str) -> str | None:
    try:
        return b"".join(utf8(iter(pieces), encoding)).decode()
    except FileRejectedError as error:
        return None if error.code is FileCode.NOT_DECODABLE else error.reason


@settings(max_examples=500, deadline=None)
@given(encoding=st.sampled_from(NAMES), data=st.data())
def test_a_file_in_pieces_is_decoded_as_a_whole_one(encoding: str, data: st.DataObject) -> None:
    # Given a text in that encoding, or any bytes, cut anywhere
    texts = st.text(st.sampled_from(LETTERS) | st.characters(exclude_categories=["Cs"]), max_size=20)
    content = data.draw(texts.map(lambda text: text.encode(encoding, errors="ignore")) | st.binary(max_size=20))
    cuts = sorted(data.draw(st.sets(st.integers(MARK_BYTES, max(len(content), MARK_BYTES)))))
    # When it is decoded piece by piece
    found = _in_pieces((content[start:end] for start, end in pairwise([0, *cuts, len(content)])), encoding)
    # Then it is the text, and what is none is told
    whole = _whole(content, encoding)
    doubted = found is None and whole is not None and encoding not in UNICODE and _may_be_another(content, whole)
    assert doubted or found == whole


@pytest.mark.parametrize("encoding", NAMES)
def test_a_file_is_known_by_its_header_in_every_encoding(encoding: str) -> None:
    own = layout(
        encoding=encoding,
        dialect=Dialect(delimiter=";"),
        schema=Schema(fields=(StringField(name="A"), StringField(name="B"))),
    )

    assert find_layout("A;B\n1;2\n".encode(encoding), [own]).lines_above == 1


@pytest.mark.parametrize(
    "encoding",
    [
        *["zip", "bz2", "hex", "base64", "rot13", "quopri", "uu", "idna", "punycode", "undefined", "unicode_escape"],
        *["raw_unicode_escape", "utf-7", "hz", "mbcs", "oem", "string", "..", "", "a\0b", "é", "x" * 300],
    ],
)
def test_what_is_no_encoding_of_files_is_none(encoding: str) -> None:
    assert codec_name(encoding) is None


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("UTF8", "utf-8"), ("latin-1", "iso8859-1"), ("Windows-1252", "cp1252"), ("sjis", "shift_jis")],
)
def test_an_encoding_may_be_called_by_any_of_its_names(encoding: str, name: str) -> None:
    assert codec_name(encoding) == name


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_missing_byte_order_mark_rejects_the_file(encoding: str) -> None:
    content = "A;B".encode(f"{encoding}-le")

    with pytest.raises(FileRejectedError, match="begins with a byte order mark") as error:
        list(utf8(iter([content]), encoding))

    assert error.value.code is FileCode.NOT_DECODABLE
