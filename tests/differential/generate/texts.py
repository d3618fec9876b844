# ruff: noqa: RUF001 - characters of other scripts are what it is about
"""Texts as they stand in real files, and as they should not."""

from random import Random

from tests.differential.generate.chance import chance

PLAIN = (
    "Kiosk Nord",
    "rent",
    "A-17/b",
    "0012",
    "Gas & Power",
    "x",
    "Zug 4711 nach Bern",
    "ref. 2025-10",
    "null",
    "NULL",
)
FOREIGN = ("Müller & Söhne", "Ålesund", "Żabka", "ООО Ромашка", "株式会社", "naïve café", "Straße 5", "İstanbul", "ﬁ")
ODD = (
    'say "hi"', "it's", "a;b", "x,y", "one|two", "tab\there", " padded ", "  two", "\u00a0nbsp\u00a0", "=1+1", "-",
    "--",
    "#no comment", "Total: 5", "back\\slash", 'quote"', '"', '""', "'", "''", '" "', '"a" "b"', "%s {0} $1",
    "\u2028sep",
    "e\u0301", "😀", "\u202eabc", "\u200bzero", "a\x0bb", "a\x0cb", "\x1f", "\x1cfs", "\x07", "\\N", "1,2,3", "{}",
    "[1]",
)  # fmt: skip
BREAKS = ("two\nlines", "two\r\nlines", "old\rmac", "\nfirst", "last\n", "a\n\nb", "a\r\r\nb")
HIDDEN = ("a\x00b", "\ufeffabc", "ab\ufeff", "\x00", "a\x85b", "a\x80b", "\x9f", "\x7f")
"""Characters that nobody sees: NUL, byte order marks, C1 controls."""


def any_text(rng: Random, *, breaks: float = 0.03, hidden: float = 0.004) -> str:
    """Draw a text; seldom one with a line break or a hidden character in it."""
    if chance(rng, breaks):
        return rng.choice(BREAKS)
    if chance(rng, hidden):
        return rng.choice(HIDDEN)
    if chance(rng, 0.15):
        return rng.choice(ODD)
    if chance(rng, 0.15):
        return rng.choice(FOREIGN)
    if chance(rng, 0.05):
        return "".join(rng.choice("ab\"';,|\t \\é") for _ in range(rng.randint(1, 8)))
    return rng.choice(PLAIN)
