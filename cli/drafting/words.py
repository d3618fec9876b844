"""Compares words of many languages: by their letters, whatever their case, accents and punctuation."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_NOT_DECOMPOSED: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe"}  # the fourth is the Turkish i without a dot
)
_LONG: Final = 5
"""A word of so many letters is also recognized within another: languages write ``Buchungsdatum`` as one word."""
_NOT_ALPHABETIC: Final = 0x2E80
"""From here on characters stand for syllables or words, and words are not separated."""


@lru_cache(maxsize=10_000)
def plain(text: str) -> str:
    """Return the words of ``text`` in small letters without accents, with single spaces between them.

    >>> plain("Débit/valutaDate (€)")
    'debit valuta date'
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    letters = unicodedata.normalize("NFKD", apart.casefold().translate(_NOT_DECOMPOSED))
    without_marks = "".join(character for character in letters if unicodedata.category(character)[0] != "M")
    return " ".join(re.findall(r"[^\W_]+", without_marks))


class Vocabulary:
    """Words and phrases, separated by commas. Long ones are recognized within other words, short ones on their own."""

    def __init__(self, phrases: str) -> None:
        self._known = known = frozenset({plain(phrase) for phrase in phrases.split(",")} - {""})
        parts = (re.escape(phrase) if _is_long(phrase) else rf"\b{re.escape(phrase)}\b" for phrase in known)
        self._pattern = re.compile("|".join(sorted(parts, key=len, reverse=True)))

    @classmethod
    def of(cls, *vocabularies: "Vocabulary") -> "Vocabulary":
        """Return the phrases of all ``vocabularies``."""
        return cls(",".join(phrase for vocabulary in vocabularies for phrase in sorted(vocabulary._known)))  # noqa: SLF001

    def __contains__(self, text: str) -> bool:
        """Return whether ``text`` is one of the phrases as a whole."""
        return plain(text) in self._known

    def found_in(self, text: str) -> bool:
        """Return whether a phrase stands in ``text``."""
        return bool(self._pattern.search(plain(text)))


def _is_long(phrase: str) -> bool:
    return len(phrase) >= _LONG or any(ord(character) >= _NOT_ALPHABETIC for character in phrase)
