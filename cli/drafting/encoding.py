# ruff: noqa: RUF001 - letters in their own scripts
"""Guesses a file's encoding: from its mark, its bytes, and from whether it then has words that banks write."""

import codecs
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from cli.drafting.header_words import ALL_HEADERS

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHERS: Final = (
    "cp1252", "cp1250", "cp1251", "cp1254", "cp1253", "cp1257", "gb18030", "big5", "cp932", "euc_jp", "cp949",
    "iso8859-15", "iso8859-2", "koi8-r", "cp866", "cp850", "cp852", "mac-roman", "cp1255", "cp874", "cp1256",
)  # fmt: skip
"""The likeliest first: of equally good ones the first is taken."""
_OWN_SCRIPT: Final = re.compile(
    "[а-яёіїєґ]{3,}|[α-ωάέήίόύώ]{3,}|[א-ת]{3,}|[\u0621-\u064a]{3,}|[\u0e01-\u0e4e]{3,}"
    "|[\u4e00-\u9fff\u3040-\u30ff\uac00-\ud7a3]{2,}"
)
"""Words in another script than Latin, in small letters where it has such."""
_LONG: Final = 4
"""A shorter word of Latin letters is found by chance."""
_HEAD: Final = 200_000
_FOUND: Final = 5
"""So much more does a known word count than an odd letter."""


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A file's text and its encoding. ``others`` would read it with as many known words."""

    text: str
    encoding: str = "utf-8"
    others: tuple[str, ...] = ()


def decode(content: bytes) -> Decoded:
    """Decode ``content``; what cannot be decoded at its end is left out, as it may be a part of a character."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return Decoded(text=_decoded(content, encoding).removeprefix("\ufeff"), encoding=encoding)
    if encoding := _unmarked_utf_16(content):
        return Decoded(text=_decoded(content, encoding), encoding=encoding)
    text = _decoded(content, "utf-8")
    if "\ufffd" not in text:
        return Decoded(text=text)
    scores = {encoding: _score(_decoded(content[:_HEAD], encoding)) for encoding in _OTHERS}
    best = max(scores.values())
    encoding, *others = (encoding for encoding, score in scores.items() if score == best)
    return Decoded(text=_decoded(content, encoding), encoding=encoding, others=tuple(others))


def _decoded(content: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("replace").decode(content)


def _unmarked_utf_16(content: bytes) -> str:
    """Every other byte of Western text is zero then."""
    head = content[:1000]
    for encoding, odd in (("utf-16-le", 1), ("utf-16-be", 0)):
        every_other = head[odd::2]
        if len(head) > 1 and every_other.count(0) > len(every_other) / 2:
            return encoding
    return ""


def _score(text: str) -> int:
    """Count words that banks write, less what no text has: odd letters, capitals in words, many accents in a row."""
    lines = text.splitlines()[:60]
    words = (word for line in lines for word in re.findall(r"[^\W\d_]{2,}", line) if not word.isascii())
    known = sum(ALL_HEADERS.found_in(word) for word in words if len(word) >= _LONG or _OWN_SCRIPT.search(word))
    strange = sum(
        unicodedata.category(character) in {"Cc", "Cn", "Co", "So", "Sm"} for character in _beyond_ascii(text)
    )
    capitals = len(re.findall(r"[a-zà-öø-ÿа-я][À-ÖØ-ÞА-Я]", text))
    mixed = len(
        re.findall(r"[A-Za-z][\u4e00-\u9fff]|[A-Za-z][\u0370-\u05ff]|[\u0370-\u05ff][A-Za-z]|[\uff61-\uff9f]", text)
    )
    runs = len(re.findall(r"[\u0080-\u024f]{3,}", text))
    own = len(_OWN_SCRIPT.findall(text))
    return _FOUND * known + own - strange - capitals - mixed - runs - 2 * text.count("\ufffd")


def _beyond_ascii(text: str) -> str:
    return "".join(character for character in text if not character.isascii())
